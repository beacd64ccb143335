import { DamagedArtifact } from '@verdict/core';
import { hashPattern } from './blobs.ts';

/** The file of a bundle that vouches for all others. */
export const manifestName = 'manifest.json';

export interface PartEntry {
  readonly name: string;
  readonly sha256: string;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The most parts of one bundle, and the most bytes of a manifest. */
const mostParts = 100;
const largestManifest = 1024 * 1024;

/**
 * The parts that a bundle's manifest lists. Whether they make a bundle is for whoever reads it; here only their
 * names and hashes count.
 *
 * @param where named in errors
 * @throws DamagedArtifact when it is no manifest, or a hostile one
 */
export function partsOf(manifest: Uint8Array, where: string): readonly PartEntry[] {
  const parts = readParts(manifest);
  const names = new Set(parts?.map(({ name }) => name));
  if (parts === undefined || names.size !== parts.length || names.has(manifestName)) {
    throw new DamagedArtifact({
      problem: `${where}: ${manifestName} does not list the parts of a bundle.`,
      hint: 'Give the folder that training wrote, usually output/model.',
    });
  }
  return parts;
}

function readParts(manifest: Uint8Array): PartEntry[] | undefined {
  if (manifest.length > largestManifest) return undefined;
  let document: { parts?: unknown } | null;
  try {
    document = JSON.parse(Buffer.from(manifest).toString('utf8')) as { parts?: unknown } | null;
  } catch {
    return undefined;
  }
  const parts = document?.parts;
  if (!Array.isArray(parts) || parts.length > mostParts) return undefined;
  const entries = (parts as unknown[]).map((part) => {
    const { name, sha256 } = (part ?? {}) as { name?: unknown; sha256?: unknown };
    return { name: String(name), sha256: String(sha256) };
  });
  return entries.every(({ name, sha256 }) => namePattern.test(name) && hashPattern.test(sha256))
    ? entries
    : undefined;
}
