import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InvalidModel, NotFound } from '@verdict/core';
import { openWithoutWaiting, readRegularFile } from '@verdict/core/regular-file';
import { extract } from 'tar-stream';
import type { JsonObject } from '../records/json.ts';
import type { Registered } from '../records/models.ts';
import { registerModel } from './register-model.ts';
import type { Registry } from './register-model.ts';
import { exportFile, parseExport } from './transfer-format.ts';

export interface ImportOptions {
  /** What `exportModel` wrote: a file or a folder. */
  readonly from: string;
  /** The name that the model gets here. Default: the name that it had. */
  readonly name?: string;
  readonly by: string;
  /** Looks into the folder of each bundle, and rejects if it is none. Default: only its bytes are checked. */
  readonly check?: (folder: string) => Promise<unknown>;
  /** Folder for what a file is unpacked to meanwhile. Default: the system's. */
  readonly scratch?: string;
}

/** The most bytes of one file of an export, and the most files. */
const largestFile = 4 * 1024 ** 3;
const mostFiles = 1_000_000;
/** The most bytes of what an export says of its versions. */
const largestDescription = 256 * 1024 ** 2;

/**
 * Registers all versions of an export, oldest first. Where they came from, with the run that made them, is in their
 * `origin`; aliases do not move. Versions whose bytes are here already are not registered again. Every byte is
 * checked before the first version is registered.
 *
 * @throws NotFound, InvalidModel when it is no export, DamagedArtifact, InvalidOption, StoreUnavailable
 */
export async function importModel(
  registry: Registry,
  options: ImportOptions,
): Promise<readonly Registered[]> {
  const found = await stat(options.from).catch((cause: unknown) => {
    throw new NotFound({
      problem: `${options.from} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      hint: 'Give the file or folder that verdict models export wrote.',
      cause,
    });
  });
  if (found.isDirectory()) return importFolder(registry, options.from, options);
  const folder = join(options.scratch ?? tmpdir(), `verdict-import-${randomUUID()}`);
  try {
    await unpack(options.from, folder);
    return await importFolder(registry, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importFolder(
  registry: Registry,
  folder: string,
  options: ImportOptions,
): Promise<readonly Registered[]> {
  const file = join(options.from, exportFile);
  const bytes = await readRegularFile(join(folder, exportFile), {
    limit: largestDescription,
    refuse: (_, __, cause) =>
      new InvalidModel({
        file,
        problem: 'this is no export of a model.',
        hint: 'Give the file or folder that verdict models export wrote.',
        cause,
      }),
  });
  const document = parseExport(bytes, file);
  for (const { version } of document.versions) {
    const bundle = join(folder, String(version.version));
    await options.check?.(bundle);
    const artifact = await registry.artifacts.put(bundle);
    if (artifact === version.artifact) continue;
    throw new InvalidModel({
      file,
      problem: `the bundle of version ${version.version} is another one than the export says.`,
      hint: 'Export the model again where it came from.',
    });
  }
  const registered: Registered[] = [];
  for (const { version, run } of document.versions) {
    const { metrics, signature, decision, description } = version;
    const importedFrom: JsonObject = {
      name: document.name,
      version: version.version,
      by: version.by,
      at: version.at,
      run: run as unknown as JsonObject | null,
    };
    registered.push(
      await registerModel(registry, join(folder, String(version.version)), {
        name: options.name ?? document.name,
        runId: null,
        metrics,
        signature,
        decision,
        description,
        origin: { ...version.origin, importedFrom },
        by: options.by,
      }),
    );
  }
  return registered;
}

/** The only names that an export has: its description, and files in numbered folders. */
const entryPattern = /^(?:verdict-export\.json|[1-9][0-9]{0,8}\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})$/;

/** Unpacks an export; an archive with anything else in it is refused. */
async function unpack(file: string, folder: string): Promise<void> {
  const refuse = (problem: string) =>
    new InvalidModel({ file, problem, hint: 'Give the file that verdict models export wrote.' });
  const source = await openWithoutWaiting(file);
  if (!(await source.stat()).isFile()) {
    await source.close();
    throw refuse('this is a pipe or a device, not a regular file.');
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const entries = extract();
  const reading = pipeline(source.createReadStream(), entries);
  // Whoever reads the entries reports what is wrong; this promise only must not be left alone.
  reading.catch(() => undefined);
  let count = 0;
  try {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      if (type !== 'file' || !entryPattern.test(name))
        throw refuse(`the archive holds "${name}", which no export does.`);
      if (size > largestFile || ++count > mostFiles) throw refuse('the archive is too large for an export.');
      const target = join(folder, name);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await pipeline(entry, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
    }
    await reading;
  } catch (error) {
    entries.destroy();
    if (error instanceof InvalidModel) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || code.startsWith('ERR_'))
      throw refuse(`the file is no archive, or not all of one (${message}).`);
    throw error;
  }
}
