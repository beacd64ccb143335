import { InsufficientData } from '@verdict/core';
import { largestFoldCount, stratifiedFolds, stratifiedSplit, timeSplit } from '../validation/index.ts';
import type { Split } from '../validation/index.ts';
import type { CheckedOptions } from './options.ts';
import { timeBlocks } from './time-blocks.ts';

/** What decides which rows stay together. */
export interface RowRelations {
  readonly labels: Uint8Array;
  /** Rows of one group stay together; -1 stands alone. */
  readonly groups: Int32Array | undefined;
  /** With times, the latest rows are held out and folds are blocks of time. */
  readonly times: Float64Array | undefined;
}

/**
 * Sets aside the rows that judge: the latest ones with times, otherwise a stratified draw that keeps groups
 * together.
 * @returns undefined when nothing is to be held out
 * @throws InsufficientData when a part would lack a class
 */
export function holdOut(rows: RowRelations, options: CheckedOptions): Split | undefined {
  const { labels, groups, times } = rows;
  const { testSize: testShare, seed } = options;
  if (testShare === 0) return undefined;
  if (times === undefined) {
    return stratifiedSplit(labels, { testShare, seed, ...(groups === undefined ? {} : { groups }) });
  }
  const split = timeSplit(times, { testShare });
  for (const [part, own] of [
    ['the earlier rows, which train', split.train],
    ['the latest rows, which judge', split.test],
  ] as const) {
    const positives = own.reduce((sum, row) => sum + labels[row], 0);
    if (positives === 0 || positives === own.length) {
      throw new InsufficientData({
        problem: `${part}, all have the same label.`,
        hint: 'Choose another --test-size, give more rows, or leave --time out.',
      });
    }
  }
  return split;
}

/**
 * The fold of each row: stratified, or blocks of time.
 * @throws InsufficientData when there are fewer rows of a class than folds
 */
export function assignFolds(rows: RowRelations, options: CheckedOptions): Uint8Array {
  const { labels, groups, times } = rows;
  const { folds, seed } = options;
  if (times !== undefined) return timeBlocks(times, folds);
  const possible = largestFoldCount(labels, groups, folds);
  if (possible < folds) {
    const positives = labels.reduce((sum, label) => sum + label, 0);
    throw new InsufficientData({
      problem:
        `${folds} folds need ${folds} rows${groups === undefined ? '' : ' (or groups of rows)'} of each class to train on; ` +
        `there are ${positives} positive and ${labels.length - positives} negative rows` +
        `${groups === undefined ? '.' : `, in groups that allow ${possible} folds.`}`,
      hint:
        possible >= 2 ? `Use --folds ${possible}, or give more rows.` : 'Give more rows of the rarer class.',
    });
  }
  return stratifiedFolds(labels, { folds, seed, ...(groups === undefined ? {} : { groups }) });
}
