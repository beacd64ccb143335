import { InvalidOption, Random } from '@verdict/core';
import { requireCount } from '../metrics/checks.ts';
import { stratifiedFolds } from './folds.ts';
import type { FoldOptions } from './folds.ts';

const MOST_REPEATS = 100;

/** How rows are dealt to folds several times. */
export interface RepeatedFoldOptions extends FoldOptions {
  /** How often the rows are dealt anew, 1 to 100. */
  readonly repeats: number;
}

/**
 * Deals rows to stratified folds several times over, each time by another draw. The first dealing is that of
 * `stratifiedFolds` with the same seed.
 *
 * @returns for each repeat the fold of each row
 * @throws what `stratifiedFolds` throws; InvalidOption for another number of repeats
 */
export function repeatedFolds(labels: Uint8Array, options: RepeatedFoldOptions): Uint8Array[] {
  const { repeats, seed } = options;
  requireCount('repeats', repeats, 1);
  if (repeats > MOST_REPEATS)
    throw new InvalidOption({ option: 'repeats', got: repeats, expected: `at most ${MOST_REPEATS}` });
  return Array.from({ length: repeats }, (_, repeat) =>
    stratifiedFolds(labels, {
      ...options,
      seed: repeat === 0 ? seed : derivedSeed(seed, `repeat/${repeat}`),
    }),
  );
}

/** A seed of 53 bits for a named part of the work. */
export function derivedSeed(seed: number, part: string): number {
  const random = new Random(seed, `seed/${part}`);
  return (random.uint32() >>> 11) * 2 ** 32 + random.uint32();
}
