import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registry, Version } from '@verdict/store';

/** Lays the bundles of versions in folders for the time of a job. */
export async function checkedOut<T>(
  { artifacts }: Registry,
  versions: readonly Version[],
  job: (folders: readonly string[]) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'verdict-versions-'));
  try {
    const folders: string[] = [];
    for (const { artifact } of versions) folders.push(await artifacts.checkout(artifact, scratch));
    return await job(folders);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
