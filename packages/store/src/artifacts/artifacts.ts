import { join } from 'node:path';
import { DamagedArtifact, NotFound } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { checkHash } from '../checks.ts';
import type { Blobs } from './blobs.ts';
import { checkoutFiles } from './checkout.ts';
import { folderBlobs } from './folder-blobs.ts';
import { manifestName, partsOf } from './manifest-parts.ts';
import { s3Blobs } from './s3-blobs.ts';
import { s3OptionsFrom } from './s3-client.ts';
import type { S3Options } from './s3-client.ts';
import { sha256 } from './verified.ts';

/** The files of one bundle, by name. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/**
 * The bundles of registered versions, each known by the SHA-256 of its manifest, which lists the SHA-256 of every
 * part: whoever has that one hash can check every byte.
 */
export interface Artifacts {
  readonly location: string;
  /**
   * Keeps a bundle.
   *
   * @param bundle its folder, or its files
   * @returns the artifact's name: SHA-256 of `manifest.json`
   * @throws DamagedArtifact when a part is not what the manifest says, NotFound, StoreUnavailable
   */
  put(bundle: string | BundleFiles): Promise<string>;
  /** @throws NotFound, DamagedArtifact, StoreUnavailable */
  get(artifact: string): Promise<BundleFiles>;
  /** True when all its files are there. */
  has(artifact: string): Promise<boolean>;
  /**
   * Writes a bundle to a folder of its own, unless it lies there whole already.
   *
   * @param into the folder that gets a folder named by the artifact
   * @returns that folder, as `readBundle` and `loadScorer` take it
   */
  checkout(artifact: string, into: string): Promise<string>;
  readonly blobs: Blobs;
}

export interface ArtifactsOptions {
  /** A folder, or `s3://bucket/prefix`. */
  readonly location: string;
  /** How to reach the bucket. Default: by the environment (`env`). */
  readonly s3?: S3Options;
  /** Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Opens the place of artifacts; nothing is read or written yet. @throws InvalidOption */
export function openArtifacts(options: ArtifactsOptions): Artifacts {
  const { location } = options;
  const blobs = location.startsWith('s3:')
    ? s3Blobs(location, options.s3 ?? s3OptionsFrom(options.env ?? process.env))
    : folderBlobs(location);

  async function get(artifact: string): Promise<BundleFiles> {
    const manifest = await blobs.get(checkHash('artifact', artifact));
    const files = new Map([[manifestName, manifest]]);
    for (const part of partsOf(manifest, `artifact ${artifact}`)) {
      files.set(part.name, await blobs.get(part.sha256));
    }
    return files;
  }

  return {
    location: blobs.location,
    blobs,
    get,
    async put(bundle) {
      const files = typeof bundle === 'string' ? await readFolder(bundle) : bundle;
      const where = typeof bundle === 'string' ? bundle : 'the bundle';
      const manifest = needFile(files, manifestName, where);
      const parts = partsOf(manifest, where).map((part) => ({
        ...part,
        bytes: needFile(files, part.name, where),
      }));
      for (const { name, sha256: hash, bytes } of parts) {
        if (sha256(bytes) !== hash) throw changedPart(where, name);
      }
      for (const { sha256: hash, bytes } of parts) await blobs.put(hash, bytes);
      // Last, so that a manifest that is there has its parts.
      const artifact = sha256(manifest);
      await blobs.put(artifact, manifest);
      return artifact;
    },
    async has(artifact) {
      if (!(await blobs.has(checkHash('artifact', artifact)))) return false;
      const parts = partsOf(await blobs.get(artifact), `artifact ${artifact}`);
      for (const { sha256: hash } of parts) if (!(await blobs.has(hash))) return false;
      return true;
    },
    checkout: (artifact, into) => checkoutFiles(checkHash('artifact', artifact), into, () => get(artifact)),
  };
}

async function readFolder(folder: string): Promise<BundleFiles> {
  const manifest = await readNeeded(folder, manifestName);
  const files = new Map([[manifestName, manifest]]);
  for (const { name } of partsOf(manifest, folder)) files.set(name, await readNeeded(folder, name));
  return files;
}

/** The largest part that a bundle may have. */
const largestPart = 2 ** 31;

async function readNeeded(folder: string, name: string): Promise<Uint8Array> {
  const file = join(folder, name);
  return readRegularFile(file, {
    limit: largestPart,
    refuse: (problem, _, cause) =>
      new NotFound({
        problem: `${file}: ${problem}`,
        hint: 'Give the folder that training wrote, usually output/model.',
        cause,
      }),
  });
}

function needFile(files: BundleFiles, name: string, where: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes !== undefined) return bytes;
  throw new NotFound({
    problem: `${where}: the bundle has no ${name}.`,
    hint: 'Give all files of the bundle that the manifest lists.',
  });
}

function changedPart(where: string, name: string): DamagedArtifact {
  return new DamagedArtifact({
    problem: `${where}: ${name} is not what the manifest says (its SHA-256 differs).`,
    hint: 'It was damaged or edited: restore it, or train again.',
  });
}
