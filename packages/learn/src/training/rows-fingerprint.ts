import { createHash } from 'node:crypto';

/**
 * Tells whether two runs dealt the same rows alike, whatever columns they used of them: SHA-256 in hexadecimal
 * over the labels in the order of the table and the part that each row was given. Tables whose labels come in
 * the same order are taken for the same.
 *
 * @param labels 1 for the positive class, 0 for the other, of all rows
 * @param part the fold of each row, or the numbers of the rows that were picked; all of them if left out
 */
export function rowsFingerprint(labels: Uint8Array, part?: Uint8Array | Uint32Array): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([labels.length, part?.length ?? null]));
  hash.update(labels);
  if (part !== undefined) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest('hex');
}
