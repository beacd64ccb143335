import { timeFolds } from '../validation/index.ts';

/**
 * Folds for data that is ordered by time: blocks of neighbouring rows, so that what happened on one day is
 * not both learnt from and judged on.
 * @returns fold of each row, 0 to `folds` - 1, the earliest first
 */
export function timeBlocks(times: Float64Array, folds: number): Uint8Array {
  const blocks = new Uint8Array(times.length);
  timeFolds(times, { folds: folds - 1 }).forEach(({ test }, i) => {
    for (const row of test) blocks[row] = i + 1;
  });
  return blocks;
}
