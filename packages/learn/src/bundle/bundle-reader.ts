import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidModel } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { manifestName, mostManifestBytes, parseManifest, sha256 } from './manifest.ts';
import { decodeParts } from './parts.ts';
import type { Bundle } from './bundle.ts';
import type { PartName } from './manifest.ts';

/**
 * Reads a bundle from its folder and checks everything about it: sizes and hashes of all parts, the format
 * version, the bounds of every number and array, and that the parts agree. Files that the manifest does not
 * list are not looked at.
 *
 * @param path the folder, or an output folder that has it as `model` and is no bundle itself
 * @throws InvalidModel naming the file that is missing, broken or hostile, and what to do
 */
export async function readBundle(path: string): Promise<Bundle> {
  await checkFolder(path);
  const dir = await bundleFolder(path);
  const manifestFile = join(dir, manifestName);
  const manifest = parseManifest(await readPart(manifestFile, mostManifestBytes), manifestFile);
  const parts = new Map<PartName, Uint8Array>();
  for (const { name, bytes: size, sha256: hash } of manifest.parts) {
    const file = join(dir, name);
    const bytes = await readPart(file, size);
    if (bytes.length !== size)
      throw new InvalidModel({
        file,
        problem: `the file has ${bytes.length} bytes, the manifest says ${size}.`,
      });
    if (sha256(bytes) !== hash)
      throw new InvalidModel({
        file,
        problem: 'the file is not what the manifest says (its SHA-256 differs); it was damaged or edited.',
      });
    parts.set(name, bytes);
  }
  return decodeParts(manifest, parts, (name) => join(dir, name));
}

/**
 * SHA-256 of a bundle's manifest, which names the SHA-256 of every part: two bundles with the same one are the same,
 * wherever they lie.
 *
 * @param path as `readBundle` takes it
 * @throws InvalidModel
 */
export async function bundleHash(path: string): Promise<string> {
  await checkFolder(path);
  return sha256(await readPart(join(await bundleFolder(path), manifestName), mostManifestBytes));
}

/** The folder itself if it has a manifest, or none; otherwise its `model`, which has one. */
async function bundleFolder(path: string): Promise<string> {
  const inner = join(path, 'model');
  return !(await hasManifest(path)) && (await hasManifest(inner)) ? inner : path;
}

async function hasManifest(dir: string): Promise<boolean> {
  return (await stat(join(dir, manifestName)).catch(() => undefined)) !== undefined;
}

async function checkFolder(dir: string): Promise<void> {
  const hint = 'Give the folder that training wrote, usually output/model.';
  const found = await stat(dir).catch((cause: unknown) => {
    throw new InvalidModel({
      file: dir,
      problem: `the folder cannot be read (${codeOf(cause)}).`,
      hint,
      cause,
    });
  });
  if (!found.isDirectory()) throw new InvalidModel({ file: dir, problem: 'this is not a folder.', hint });
}

/** The bytes of a part of at most `limit` bytes; links, pipes and whatever else is no regular file are refused. */
function readPart(file: string, limit: number): Promise<Uint8Array> {
  return readRegularFile(file, {
    limit,
    followLinks: false,
    refuse: (problem, trouble, cause) =>
      new InvalidModel({
        file,
        problem:
          trouble === 'missing'
            ? 'this part of the bundle is missing.'
            : trouble === 'link'
              ? 'this is a symbolic link, which a bundle must not have.'
              : problem,
        cause,
      }),
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
