import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';

/**
 * Brings two groups of rows together that a kernel has told apart chunk by chunk: `scratch` holds, for each chunk, the
 * rows of the second group and then those of the first. Both groups keep their order. Offsets are in bytes.
 *
 * @param firsts how many rows of each chunk are of the first group
 * @param rows where the first group goes, with the second one behind it
 * @returns how many rows the first group has
 */
export function joinChunks(
  crew: Crew,
  scratch: number,
  count: number,
  firsts: readonly number[],
  rows: number,
): number {
  const all = firsts.reduce((sum, size) => sum + size, 0);
  let first = rows;
  let second = rows + all * 4;
  eachChunk(count, (begin, size, chunk) => {
    const firstBytes = firsts[chunk] * 4;
    const secondBytes = size * 4 - firstBytes;
    crew.chain(size);
    crew.call('copyBytes', second, scratch + begin * 4, secondBytes);
    crew.call('copyBytes', first, scratch + begin * 4 + secondBytes, firstBytes);
    first += firstBytes;
    second += secondBytes;
  });
  crew.run();
  return all;
}
