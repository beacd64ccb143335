import type { Millis } from './json.ts';

export const keyRoles = ['predict', 'read', 'admin'] as const;
export type KeyRole = (typeof keyRoles)[number];

export interface NewKey {
  /** Whom it is for. */
  readonly name: string;
  readonly role: KeyRole;
  /** SHA-256 of the key in lower-case hexadecimal digits; the key itself is never stored. */
  readonly hash: string;
  /** Its first characters, to tell keys apart. */
  readonly prefix: string;
  /** From when on it no longer works, or null for never. */
  readonly expires: Millis | null;
  readonly by: string;
}

export interface Key extends NewKey {
  /** UUID, version 7. */
  readonly id: string;
  readonly at: Millis;
  readonly revokedAt: Millis | null;
  /** The key that this one replaces, or null. */
  readonly replaces: string | null;
}

export interface KeyRotation {
  readonly hash: string;
  readonly prefix: string;
  readonly expires: Millis | null;
  /** How long the replaced key still works, milliseconds. Both are live until then. */
  readonly overlap: Millis;
  readonly by: string;
}
