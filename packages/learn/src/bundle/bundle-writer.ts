import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Interrupted, InvalidOption, OutOfResources, UnreadableFile, VerdictError } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { manifestBytes, manifestName, mostManifestBytes, parseManifest, partNames } from './manifest.ts';
import { decodeParts, encodeParts, manifestOf } from './parts.ts';
import type { Bundle } from './bundle.ts';

/** What may be chosen when a bundle is written. */
export interface WriteBundleOptions {
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a bundle to a folder, all or nothing: the parts are written and synced in a hidden folder beside
 * it, which then takes its place. Equal bundles give equal bytes. The bundle is checked as `readBundle` does
 * before anything is written.
 *
 * An existing folder is replaced only if it is empty or holds nothing but a bundle.
 *
 * @param dir created with its parents if absent
 * @throws InvalidModel if the bundle does not agree with itself; InvalidOption if the folder cannot be
 * written or must not be replaced; OutOfResources if the disk is full; Interrupted
 */
export async function writeBundle(
  dir: string,
  bundle: Bundle,
  options: WriteBundleOptions = {},
): Promise<void> {
  const parts = encodeParts(bundle);
  const manifest = manifestOf(bundle, parts);
  const manifestPart = manifestBytes(manifest);
  decodeParts(parseManifest(manifestPart, manifestName), parts, (name) => name);

  let temporary: string | undefined;
  try {
    const target = await targetOf(dir);
    const exists = await requireReplaceable(target);
    await mkdir(dirname(target), { recursive: true });
    temporary = sibling(target, 'tmp');
    await mkdir(temporary);
    for (const [name, bytes] of [...parts, [manifestName, manifestPart] as const]) {
      stopIfAborted(options.signal);
      await writeSynced(join(temporary, name), bytes);
    }
    await syncFolder(temporary);
    stopIfAborted(options.signal);
    await replace(target, temporary, exists);
    temporary = undefined;
    await syncFolder(dirname(target));
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    throw explained(error, dir);
  }
}

/** The folder itself, if `dir` is a link to it. */
async function targetOf(dir: string): Promise<string> {
  try {
    return await realpath(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return resolve(dir);
    throw error;
  }
}

/**
 * Says whether there is a folder of that name, which a bundle may replace: it is empty or holds a bundle,
 * whole or broken, and nothing else.
 *
 * @throws InvalidOption, naming what is in the way, if it must not be replaced
 */
export async function requireReplaceable(dir: string): Promise<boolean> {
  const found = await stat(dir).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return false;
  const refuse = (why: string): never => {
    throw new InvalidOption({
      option: 'model folder',
      got: dir,
      expected: `a new or empty folder, or one that holds a bundle and nothing else (${why})`,
    });
  };
  if (!found.isDirectory()) return refuse('this is a file');
  const names = await readdir(dir);
  if (names.length === 0) return true;
  if (!names.includes(manifestName)) return refuse(`this one has no ${manifestName}`);
  const known = new Set<string>([manifestName, ...partNames]);
  const foreign = names.find((name) => !known.has(name));
  if (foreign !== undefined) return refuse(`this one also has ${foreign}`);
  if (!(await isManifest(join(dir, manifestName)))) return refuse(`its ${manifestName} is of another kind`);
  return true;
}

/** Is this the manifest of a bundle, be it broken otherwise or of another version? */
async function isManifest(file: string): Promise<boolean> {
  try {
    const bytes = await readRegularFile(file, { limit: mostManifestBytes });
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return (
      typeof value === 'object' &&
      value !== null &&
      ['formatVersion', 'verdictVersion', 'parts', 'checksum'].every((key) => Object.hasOwn(value, key))
    );
  } catch (error) {
    // Without a cause the system has refused nothing: it is a folder, a pipe, or too large for a manifest.
    const other = error instanceof UnreadableFile && error.cause === undefined;
    if (other || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Puts the new folder in the place of the old one; if that fails, the old one is back where it was. */
async function replace(target: string, temporary: string, exists: boolean): Promise<void> {
  if (!exists) {
    await rename(temporary, target);
    return;
  }
  const old = sibling(target, 'old');
  await rename(target, old);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function sibling(target: string, purpose: string): string {
  return join(dirname(target), `.${basename(target)}-${purpose}-${randomBytes(6).toString('hex')}`);
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder durable, where the system can sync folders. */
async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Interrupted();
}

function explained(error: unknown, dir: string): unknown {
  if (error instanceof VerdictError) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new OutOfResources({
      problem: `the model could not be written to ${dir}: the disk is full.`,
      hint: 'Make room, or write to another disk. Nothing was left behind, and what was there is unchanged.',
      cause: error,
    });
  if (code === 'EMFILE' || code === 'ENFILE')
    return new OutOfResources({
      problem: `the model could not be written to ${dir}: too many files are open.`,
      hint: 'Raise the limit (ulimit -n), or close other programs. What was there is unchanged.',
      cause: error,
    });
  if (code === undefined) return error;
  return new InvalidOption({
    option: 'model folder',
    got: dir,
    expected: `a folder that can be written (${code})`,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
