import { timingSafeEqual } from 'node:crypto';
import type { KeyRole } from '@verdict/contracts';
import { hashKey } from './api-key.ts';

/** A key as the server knows it: never the key itself. */
export interface KnownKey {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly hash: string;
  /** From when on it no longer works, milliseconds since 1970-01-01 UTC; null for never. */
  readonly expires: number | null;
  readonly revokedAt?: number | null;
}

/** Where keys come from. */
export interface KeySource {
  /** All keys, also dead ones. */
  list(): Promise<readonly KnownKey[]>;
  /** The key with this hash, for keys that were made since the last `list`. */
  byHash?(hash: string): Promise<KnownKey | undefined>;
}

/** Hashes that were asked for in vain, so that a guesser does not load the store. */
const MOST_UNKNOWN = 10_000;
const nothing = Buffer.alloc(32);

/** The live keys, in memory; `refresh` brings them up to date. */
export class KeyRing {
  readonly #source: KeySource;
  readonly #now: () => number;
  readonly #openWithoutKeys: boolean;
  #keys = new Map<string, { readonly key: KnownKey; readonly digest: Buffer }>();
  #unknown = new Set<string>();

  /**
   * @param now milliseconds since 1970-01-01 UTC
   * @param openWithoutKeys let everybody in until the first key was made; for loopback only. Default: false
   */
  constructor(source: KeySource, now: () => number, openWithoutKeys = false) {
    this.#source = source;
    this.#now = now;
    this.#openWithoutKeys = openWithoutKeys;
  }

  /** True while there has never been a key and everybody may come in. A key that has expired does not open anything. */
  get isOpen(): boolean {
    return this.#openWithoutKeys && this.#keys.size === 0;
  }

  /** How many keys work now. */
  get size(): number {
    let live = 0;
    for (const { key } of this.#keys.values()) if (this.#isLive(key)) live++;
    return live;
  }

  /** Reads all keys anew; until it resolves the old ones count. */
  async refresh(): Promise<void> {
    const keys = await this.#source.list();
    this.#keys = new Map(keys.map((key) => [key.hash, { key, digest: Buffer.from(key.hash, 'hex') }]));
    this.#unknown = new Set();
  }

  /**
   * The key that was presented, or undefined if it is unknown, expired or revoked. What is looked up is its SHA-256,
   * of which nobody can choose the beginning, and what is found is compared in constant time; the same is done where
   * nothing is found.
   */
  find(presented: string): KnownKey | undefined | Promise<KnownKey | undefined> {
    const hash = hashKey(presented);
    const entry = this.#keys.get(hash);
    const equal = timingSafeEqual(Buffer.from(hash, 'hex'), entry?.digest ?? nothing);
    if (entry !== undefined) return equal && this.#isLive(entry.key) ? entry.key : undefined;
    if (this.#source.byHash === undefined || this.#unknown.has(hash)) return undefined;
    return this.#ask(hash);
  }

  async #ask(hash: string): Promise<KnownKey | undefined> {
    const key = await this.#source.byHash?.(hash);
    if (key === undefined) {
      if (this.#unknown.size < MOST_UNKNOWN) this.#unknown.add(hash);
      return undefined;
    }
    this.#keys.set(hash, { key, digest: Buffer.from(hash, 'hex') });
    return this.#isLive(key) ? key : undefined;
  }

  #isLive({ expires, revokedAt }: KnownKey): boolean {
    const now = this.#now();
    return (expires === null || now < expires) && (revokedAt === undefined || revokedAt === null);
  }
}

/** True if a role may do what another one is asked for. */
export function allows(role: KeyRole, needed: KeyRole): boolean {
  return role === 'admin' || role === needed;
}
