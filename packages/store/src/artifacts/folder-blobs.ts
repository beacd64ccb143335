import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { NotFound, StoreUnavailable } from '@verdict/core';
import type { StoreTrouble } from '@verdict/core';
import { hashPattern } from './blobs.ts';
import type { BlobEntry, Blobs } from './blobs.ts';
import { verified } from './verified.ts';

/** How long a file that was never finished is kept: its writer may still be at it. */
const incomingAge = 24 * 60 * 60 * 1000;

/**
 * Bytes in a folder: `sha256/ab/abcd...` each. A file is written beside (`incoming`), flushed and renamed, so
 * nobody sees half of one, and what was acknowledged is on disk.
 */
export function folderBlobs(path: string): Blobs {
  const root = resolve(path);
  const kept = join(root, 'sha256');
  const aside = join(root, 'aside');
  const incoming = join(root, 'incoming');
  const fileOf = (hash: string) => join(kept, hash.slice(0, 2), hash);
  const work = <T>(action: () => Promise<T>): Promise<T> =>
    action().catch((error: unknown) => {
      throw explained(error, root);
    });

  return {
    location: root,
    put: (hash, bytes) =>
      work(async () => {
        const file = fileOf(hash);
        const made = await makeFolder(dirname(file));
        await makeFolder(incoming);
        const beside = join(incoming, `${hash}.${randomUUID()}`);
        try {
          await writeFlushed(beside, bytes);
          await rename(beside, file);
        } catch (error) {
          await rm(beside, { force: true });
          throw error;
        }
        await flushFolder(dirname(file));
        if (made) for (const folder of [kept, root, dirname(root)]) await flushFolder(folder);
      }),
    get: (hash) =>
      work(async () => {
        const bytes =
          (await readIfThere(fileOf(hash))) ??
          (await readIfThere(join(aside, hash))) ??
          (await readIfThere(fileOf(hash)));
        if (bytes === undefined) throw missing(hash, root);
        return verified(hash, bytes, root);
      }),
    has: (hash) => work(async () => (await entryOf(fileOf(hash), hash)) !== undefined),
    list: () =>
      work(async () => {
        const entries: BlobEntry[] = [];
        for (const folder of await namesIn(kept)) {
          for (const hash of await namesIn(join(kept, folder))) {
            if (!hashPattern.test(hash)) continue;
            const entry = await entryOf(fileOf(hash), hash);
            if (entry !== undefined) entries.push(entry);
          }
        }
        return entries;
      }),
    setAside: (hash) =>
      work(async () => {
        await makeFolder(aside);
        await renameIfThere(fileOf(hash), join(aside, hash));
      }),
    restore: (hash) =>
      work(async () => {
        await makeFolder(dirname(fileOf(hash)));
        await renameIfThere(join(aside, hash), fileOf(hash));
        await flushFolder(dirname(fileOf(hash)));
      }),
    discard: (hash) =>
      work(async () => {
        await rm(join(aside, hash), { force: true });
        await removeStale(incoming);
      }),
    listAside: () => work(async () => (await namesIn(aside)).filter((name) => hashPattern.test(name))),
  };
}

/**
 * Makes a folder and those above it, and tells whether it was missing. Node's own recursive `mkdir` hides why a
 * read-only disk refuses, and never ends where a file system makes no folders at all.
 */
async function makeFolder(path: string): Promise<boolean> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
  }
  await makeFolder(dirname(path));
  return make().then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is on disk only when its folder is. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function entryOf(file: string, hash: string): Promise<BlobEntry | undefined> {
  try {
    const { size, mtimeMs } = await stat(file);
    return { hash, bytes: size, at: Math.floor(mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Removes what a writer that died has left. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const entry = await entryOf(join(folder, name), name);
    if (entry !== undefined && entry.at < Date.now() - incomingAge)
      await rm(join(folder, name), { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

function missing(hash: string, root: string): NotFound {
  return new NotFound({
    problem: `${root}: there is no artifact ${hash}.`,
    hint: 'Check that VERDICT_ARTIFACTS names the place that the model was registered with, or import the model again.',
  });
}

const troubles: Readonly<Record<string, readonly [StoreTrouble, string]>> = {
  EACCES: ['io', 'Give the user that runs Verdict the right to read and write there.'],
  EDQUOT: ['full', 'Free some space, or raise the quota, and try again.'],
  EIO: ['io', 'Check the disk, then try again.'],
  EMFILE: ['overloaded', 'Raise the limit of open files, or try again in a moment.'],
  ENOSPC: ['full', 'Free some space on the disk and try again.'],
  EPERM: ['io', 'Give the user that runs Verdict the right to read and write there.'],
  EROFS: ['io', 'The disk is mounted read-only: mount it to be written, or choose another folder.'],
};

function explained(error: unknown, root: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known = troubles[code];
  if (known === undefined) return error;
  return new StoreUnavailable({
    reason: known[0],
    problem: `${root}: ${message}.`,
    hint: known[1],
    cause: error,
  });
}
