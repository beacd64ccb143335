import type { Artifacts } from '../artifacts/artifacts.ts';
import { partsOf } from '../artifacts/manifest-parts.ts';
import type { Garbage } from '../records/models.ts';
import type { Registry } from './register-model.ts';

export interface CollectOptions {
  /** Say what would be removed, and change nothing. Default: false. */
  readonly dryRun?: boolean;
  readonly by: string;
  /** Bytes younger than this stay, since somebody may be about to register them; milliseconds. Default: a day. */
  readonly olderThan?: number;
  /** The clock, milliseconds since 1970. Default: the system's. */
  readonly now?: () => number;
}

export interface Collected {
  /** Versions whose artifact nothing needs any more. */
  readonly versions: Garbage['collected'];
  /** Files that were removed, or would be. */
  readonly files: number;
  readonly bytes: number;
}

const day = 24 * 60 * 60 * 1000;

/**
 * Removes the bytes that no version needs: those of versions that are archived and were never where an alias
 * pointed, and those that were never registered. The records stay.
 *
 * Nobody has to stand still meanwhile. Bytes are first set aside, then the registry is asked once more, and what
 * was registered meanwhile goes back; `registerModel` looks after its record is written whether the bytes are
 * there. One of the two always sees the other. What a collection that died had set aside, the next one settles.
 *
 * @throws DamagedArtifact or NotFound when the manifest of a needed version cannot be read: then nothing is removed
 */
export async function collectGarbage(
  { store, artifacts }: Registry,
  options: CollectOptions,
): Promise<Collected> {
  const { dryRun = false, by, olderThan = day, now = Date.now } = options;
  const { blobs } = artifacts;
  // Settled first, so that every needed manifest can be read.
  if (!dryRun) await settle(artifacts, (await store.models.collectGarbage({ dryRun: true, by })).needed);
  const { collected, needed } = await store.models.collectGarbage({ dryRun, by });
  const kept = await hashesOf(artifacts, needed);
  const garbage = (await blobs.list()).filter(({ hash, at }) => !kept.has(hash) && at <= now() - olderThan);
  if (!dryRun) {
    for (const { hash } of garbage) await blobs.setAside(hash);
    await settle(artifacts, (await store.models.collectGarbage({ dryRun: true, by })).needed);
  }
  return {
    versions: collected,
    files: garbage.length,
    bytes: garbage.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Gives back what is needed of that which was set aside, and removes the rest. */
async function settle(artifacts: Artifacts, needed: readonly string[]): Promise<void> {
  const { blobs } = artifacts;
  const aside = new Set(await blobs.listAside());
  if (aside.size === 0) return;
  const restore = async (hash: string) => {
    if (aside.delete(hash)) await blobs.restore(hash);
  };
  for (const artifact of needed) {
    await restore(artifact);
    for (const { sha256 } of partsOf(await blobs.get(artifact), `artifact ${artifact}`))
      await restore(sha256);
  }
  for (const hash of aside) await blobs.discard(hash);
}

async function hashesOf(artifacts: Artifacts, needed: readonly string[]): Promise<Set<string>> {
  const hashes = new Set<string>(needed);
  for (const artifact of needed) {
    const manifest = await artifacts.blobs.get(artifact);
    for (const { sha256 } of partsOf(manifest, `artifact ${artifact}`)) hashes.add(sha256);
  }
  return hashes;
}
