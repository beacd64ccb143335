import type { Millis } from '../records/json.ts';

/** Bytes by their SHA-256: what a folder and a bucket have in common. */
export interface Blobs {
  /** Path of the folder, or `s3://bucket/prefix`. */
  readonly location: string;
  /** Keeps the bytes under this hash; they are whole there or not at all. Again refreshes their age. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /**
   * The bytes, which have this hash; also while they are set aside.
   *
   * @throws NotFound, DamagedArtifact when they are others
   */
  get(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
  list(): Promise<readonly BlobEntry[]>;
  /**
   * Puts bytes out of the way, where only `restore` and `discard` find them: the first half of removing. Nothing
   * happens when they are gone.
   */
  setAside(hash: string): Promise<void>;
  restore(hash: string): Promise<void>;
  discard(hash: string): Promise<void>;
  /** Hashes that are set aside. */
  listAside(): Promise<readonly string[]>;
}

export interface BlobEntry {
  readonly hash: string;
  readonly bytes: number;
  /** When they were put there last. */
  readonly at: Millis;
}

/** What names bytes in a folder or bucket. */
export const hashPattern = /^[0-9a-f]{64}$/;
