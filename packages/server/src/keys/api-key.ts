import { hash, randomBytes } from 'node:crypto';

/** What every key begins with, so that scanners for leaked secrets know it. */
const MARK = 'vk_';
const SECRET_BYTES = 32;
const SHOWN = 8;

/** A key and what is kept of it. */
export interface MadeKey {
  /** The key itself: 256 random bits. Shown once, never stored. */
  readonly key: string;
  /** SHA-256 of the key, in lower-case hexadecimal digits. */
  readonly hash: string;
  /** The first characters, to tell keys apart. */
  readonly prefix: string;
}

/** Makes a key. */
export function makeKey(): MadeKey {
  const key = MARK + randomBytes(SECRET_BYTES).toString('base64url');
  return { key, hash: hashKey(key), prefix: prefixOf(key) };
}

/** SHA-256 in lower-case hexadecimal digits. A key has 256 random bits: a slow hash would add nothing. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** The part of a key that may be shown. */
export function prefixOf(key: string): string {
  return key.slice(0, MARK.length + SHOWN);
}
