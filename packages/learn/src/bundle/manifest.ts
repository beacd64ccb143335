import { createHash } from 'node:crypto';
import { InvalidModel } from '@verdict/core';
import { canonicalJson } from '../json/canonical-json.ts';
import { JsonCursor } from '../json/json-cursor.ts';
import { decodeUtf8, parseJsonBytes } from '../json/json-text.ts';
import { memberNames, memberParts } from './bundle.ts';
import type { MemberName } from './bundle.ts';

/** The version of the folder format that this code writes, and the newest that it reads. */
export const bundleFormatVersion = 1;

/** The name of the part that vouches for all others. */
export const manifestName = 'manifest.json';
export const mostManifestBytes = 1024 * 1024;

/** Every other file that a bundle can have, with the most bytes that will be read of it. */
export const partLimits = {
  'card.md': 16 * 1024 * 1024,
  'decision.json': 64 * 1024 * 1024,
  'features.json': 256 * 1024 * 1024,
  'logistic.json': 256 * 1024 * 1024,
  'metrics.json': 64 * 1024 * 1024,
  'model.ubj': 2 * 1024 * 1024 * 1024,
  'profile.json': 256 * 1024 * 1024,
  'schema.json': 256 * 1024 * 1024,
} as const;

/** The name of a part of a bundle other than the manifest. */
export type PartName = keyof typeof partLimits;
export const partNames = Object.keys(partLimits) as PartName[];

/** What `manifest.json` says. */
export interface BundleManifest {
  readonly formatVersion: typeof bundleFormatVersion;
  readonly verdictVersion: string;
  readonly seed: number;
  readonly dataFingerprint: string;
  readonly members: readonly MemberName[];
  /** Sorted by name. */
  readonly parts: readonly PartEntry[];
}

export interface PartEntry {
  readonly name: PartName;
  readonly bytes: number;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** SHA-256 in lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The bytes of `manifest.json`. Its `checksum` is the SHA-256 of the same document without the checksum, so
 * that damage to the manifest itself is found too.
 */
export function manifestBytes(manifest: BundleManifest): Uint8Array {
  const checksum = sha256(canonicalJson(manifest));
  return Buffer.from(canonicalJson({ ...manifest, checksum }));
}

/**
 * Reads and checks `manifest.json`.
 *
 * @param file named in errors
 * @throws InvalidModel
 */
export function parseManifest(bytes: Uint8Array, file: string): BundleManifest {
  const root = new JsonCursor(
    parseJsonBytes(bytes, file, { maxBytes: mostManifestBytes, maxDepth: 8 }),
    file,
  );
  const version = root.peek('formatVersion').integer({ min: 1 });
  if (version > bundleFormatVersion)
    root.fail(
      `the bundle has format version ${version}, this Verdict reads up to ${bundleFormatVersion}`,
      'Update Verdict, or train again with this version.',
    );
  const keys = root.object([
    'formatVersion',
    'verdictVersion',
    'seed',
    'dataFingerprint',
    'members',
    'parts',
    'checksum',
  ]);
  const manifest: BundleManifest = {
    formatVersion: bundleFormatVersion,
    verdictVersion: keys.verdictVersion.string(100),
    seed: keys.seed.integer(),
    dataFingerprint: keys.dataFingerprint.string(1000),
    members: keys.members.array(memberNames.length).map((member) => member.oneOf(memberNames)),
    parts: keys.parts.array(partNames.length).map(parsePart),
  };
  checkParts(keys.parts, manifest);
  keys.checksum.string(64);
  // Comparing the bytes finds any change at all, be it in the checksum or in a blank.
  if (decodeUtf8(bytes, file) !== decodeUtf8(manifestBytes(manifest), file))
    throw new InvalidModel({
      file,
      problem: 'the manifest does not match its checksum; it was damaged or edited.',
    });
  return manifest;
}

function parsePart(cursor: JsonCursor): PartEntry {
  const { name, bytes, sha256: hash } = cursor.object(['name', 'bytes', 'sha256']);
  const part = name.oneOf(partNames);
  const digits = hash.string(64);
  if (!/^[0-9a-f]{64}$/.test(digits)) hash.fail('expected 64 hexadecimal digits');
  return { name: part, bytes: bytes.integer({ min: 0, max: partLimits[part] }), sha256: digits };
}

/** Every part once; those of the members listed and no others. */
function checkParts(cursor: JsonCursor, { members, parts }: BundleManifest): void {
  if (new Set(members).size < members.length || members.length === 0)
    cursor.fail('the members must be there, each once');
  const expected = partNames.filter((name) => {
    const member = memberNames.find((candidate) => memberParts[candidate] === name);
    return member === undefined || members.includes(member);
  });
  const names = parts.map(({ name }) => name);
  const missing = expected.find((name) => !names.includes(name));
  if (missing !== undefined) cursor.fail(`the part ${missing} is not listed`);
  if (names.length !== expected.length) cursor.fail('a part is listed that no member needs, or twice');
}
