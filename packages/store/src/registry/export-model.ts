import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Conflict, NotFound } from '@verdict/core';
import { pack } from 'tar-stream';
import type { Version } from '../records/models.ts';
import type { Registry } from './register-model.ts';
import { exportDocument, exportFile } from './transfer-format.ts';
import type { ExportedVersion } from './transfer-format.ts';

export interface ExportOptions {
  readonly name: string;
  /** Default: all whose artifacts are still there. */
  readonly versions?: readonly number[];
  /** A file if its name ends in `.tar`, otherwise a folder; it must not exist. */
  readonly to: string;
}

/** Puts one file of an export where it belongs. */
type Write = (path: string, bytes: Uint8Array) => Promise<void>;

/**
 * Writes versions of a model with all that is known of them to one file or folder, for another registry. In it, the
 * folder of each number is a bundle that every command reads. What is written is whole or not there.
 *
 * @returns the numbers that were written
 * @throws NotFound, Conflict when `to` exists, DamagedArtifact, StoreUnavailable
 */
export async function exportModel(registry: Registry, options: ExportOptions): Promise<readonly number[]> {
  const { to } = options;
  if ((await stat(to).catch(() => undefined)) !== undefined) {
    throw new Conflict({
      problem: `${to} exists already.`,
      hint: 'Choose another name, or remove it first.',
    });
  }
  const chosen = await chooseVersions(registry, options);
  await mkdir(dirname(to), { recursive: true });
  const beside = `${to}.${randomUUID()}.part`;
  try {
    const write = (sink: Write) => writeVersions(registry, options.name, chosen, sink);
    if (to.endsWith('.tar')) await writeTar(beside, write);
    else await writeFolder(beside, write);
    await rename(beside, to);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return chosen.map(({ version }) => version);
}

async function chooseVersions({ store }: Registry, options: ExportOptions): Promise<readonly Version[]> {
  const all = (await store.models.versions(options.name)).toReversed();
  if (all.length === 0) {
    throw new NotFound({
      problem: `There is no model "${options.name}" in the registry.`,
      hint: 'See all: verdict models list.',
    });
  }
  if (options.versions === undefined) return all.filter(({ collectedAt }) => collectedAt === null);
  return options.versions.map((number) => {
    const version = all.find((candidate) => candidate.version === number);
    if (version !== undefined) return version;
    throw new NotFound({
      problem: `There is no version ${number} of the model "${options.name}".`,
      hint: `Its versions are 1 to ${all.length}.`,
    });
  });
}

async function writeVersions(
  { store, artifacts }: Registry,
  name: string,
  versions: readonly Version[],
  write: Write,
): Promise<void> {
  const described: ExportedVersion[] = [];
  for (const version of versions) {
    for (const [file, bytes] of await artifacts.get(version.artifact)) {
      await write(`${version.version}/${file}`, bytes);
    }
    const run = version.runId === null ? null : ((await store.runs.get(version.runId)) ?? null);
    described.push({ version, run });
  }
  await write(exportFile, exportDocument(name, described, await store.models.history(name)));
}

async function writeFolder(folder: string, fill: (write: Write) => Promise<void>): Promise<void> {
  await mkdir(folder);
  await fill(async (path, bytes) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes, { flush: true });
  });
}

async function writeTar(file: string, fill: (write: Write) => Promise<void>): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(file, { flags: 'wx' }));
  const filled = fill(
    (name, bytes) =>
      new Promise((resolve, reject) => {
        tar.entry({ name, mode: 0o644, mtime: new Date(0) }, Buffer.from(bytes), (error) => {
          if (error == null) resolve();
          else reject(error);
        });
      }),
  ).then(
    () => tar.finalize(),
    (error: unknown) => {
      tar.destroy(error as Error);
      throw error;
    },
  );
  const [result] = await Promise.allSettled([filled, written]);
  if (result.status === 'rejected') throw result.reason;
  await written;
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
