import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleFiles } from './artifacts.ts';
import { manifestName, partsOf } from './manifest-parts.ts';
import { sha256 } from './verified.ts';

/**
 * Has a bundle's files in the folder `into/artifact`: what lies there is used when it is whole, otherwise it is
 * written anew, beside, and renamed. Several processes may do it at once.
 */
export async function checkoutFiles(
  artifact: string,
  into: string,
  get: () => Promise<BundleFiles>,
): Promise<string> {
  const folder = join(into, artifact);
  if (await isWhole(folder, artifact)) return folder;
  const files = await get();
  const beside = join(into, `.${artifact}.${randomUUID()}`);
  await mkdir(beside, { recursive: true, mode: 0o700 });
  try {
    for (const [name, bytes] of files) await writeFile(join(beside, name), bytes, { mode: 0o600 });
    await replaceFolder(beside, folder, artifact);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return folder;
}

async function replaceFolder(beside: string, folder: string, artifact: string): Promise<void> {
  try {
    await rename(beside, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    // Another process was first, or a broken copy lies there.
    if (await isWhole(folder, artifact)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(beside, folder);
  }
}

async function isWhole(folder: string, artifact: string): Promise<boolean> {
  try {
    const manifest = await readFile(join(folder, manifestName));
    if (sha256(manifest) !== artifact) return false;
    for (const { name, sha256: hash } of partsOf(manifest, folder)) {
      if (sha256(await readFile(join(folder, name))) !== hash) return false;
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
