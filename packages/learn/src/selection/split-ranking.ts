import type { BinnedMatrix, Matrix } from '@verdict/boost';
import type { WorkPool } from '../training/pool.ts';
import { derivedSeed } from '../validation/repeated-folds.ts';
import type { SelectionMethod } from './selection-tasks.ts';
import type { StopWord } from './stop-word.ts';

/** How features are ranked. Arrays lie on shared memory. */
export interface Ranking {
  readonly method: SelectionMethod;
  readonly labels: Uint8Array;
  readonly weights: Float32Array | undefined;
  readonly seed: number;
  readonly pool: WorkPool;
  readonly stop?: StopWord | undefined;
}

/** Features, as numbers and as bins. */
export interface RankedTable {
  /** On shared memory. */
  readonly matrix: Matrix;
  readonly binned: BinnedMatrix;
}

/** The seed of what is drawn in a split. */
export function splitSeed(seed: number, place: number): number {
  return derivedSeed(seed, `selection/${place}`);
}

/**
 * The features of a split from the best to the worst, as its training rows alone rank them.
 *
 * @param rows that train, on shared memory
 * @param place number of the split
 */
export function rankInSplit(
  { pool, seed, ...ranking }: Ranking,
  { matrix, binned }: RankedTable,
  rows: Uint32Array,
  place: number,
): Promise<Uint32Array> {
  return pool.run('rankInFold', {
    ...ranking,
    stop: ranking.stop,
    matrix,
    binned,
    rows,
    seed: splitSeed(seed, place),
  });
}
