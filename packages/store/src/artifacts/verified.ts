import { createHash } from 'node:crypto';
import { DamagedArtifact } from '@verdict/core';

/** SHA-256 in lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes, if they are what their name promises. @throws DamagedArtifact */
export function verified(hash: string, bytes: Uint8Array, location: string): Uint8Array {
  const actual = sha256(bytes);
  if (actual === hash) return bytes;
  throw new DamagedArtifact({
    problem: `${location}: the artifact ${hash} is damaged: its SHA-256 is ${actual}.`,
    hint: 'Restore it from a backup, or register or import the same model again, which puts it right.',
  });
}
