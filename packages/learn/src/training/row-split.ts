import { InsufficientData } from '@verdict/core';
import type { Column } from '@verdict/core';
import {
  foldsOfColumn,
  largestFoldCount,
  stratifiedFolds,
  stratifiedSplit,
  timeSplit,
  withoutGroupsOf,
} from '../validation/index.ts';
import type { Split } from '../validation/index.ts';
import { defaultTestSize } from './options.ts';
import type { CheckedOptions } from './options.ts';
import { timeBlocks } from './time-blocks.ts';

/** What decides which rows stay together. */
export interface RowRelations {
  readonly labels: Uint8Array;
  /** Rows of one group stay together; -1 stands alone. */
  readonly groups: Int32Array | undefined;
  /** With times, the latest rows are held out and folds are blocks of time; groups stay together there, too. */
  readonly times: Float64Array | undefined;
  /** With such a column its values are the folds, whatever groups and times say. */
  readonly foldColumn?: Column | undefined;
}

/**
 * Sets aside the rows that judge: the latest ones with times, and earlier rows of their groups then do not train;
 * with a fold column folds as wholes, which need at least three then; otherwise a stratified draw that keeps groups
 * together.
 * @param gap with times, how many rows before the latest ones do not train either
 * @returns undefined when nothing is to be held out
 * @throws InsufficientData when a part would lack a class, or less than two folds would be left
 */
export function holdOut(rows: RowRelations, options: CheckedOptions, gap = 0): Split | undefined {
  const { labels, groups, times, foldColumn } = rows;
  const { testSize: testShare, seed } = options;
  if (testShare === 0) return undefined;
  if (times === undefined && foldColumn !== undefined) return holdOutFolds(foldColumn, labels, options);
  if (times === undefined) {
    return stratifiedSplit(labels, { testShare, seed, ...(groups === undefined ? {} : { groups }) });
  }
  const whole = timeSplit(times, { testShare, gap });
  const split = groups === undefined ? whole : withoutGroupsOf(whole, groups);
  const left = whole.train.length - split.train.length;
  for (const [part, own, leftOut] of [
    ['the earlier rows, which train', split.train, left],
    ['the latest rows, which judge', split.test, 0],
  ] as const) {
    const positives = own.reduce((sum, row) => sum + labels[row], 0);
    if (positives > 0 && positives < own.length) continue;
    const without = leftOut === 0 ? '' : ` without the ${leftOut} of groups that judge`;
    throw new InsufficientData({
      problem:
        own.length === 0
          ? `no earlier row is left to train on${without}.`
          : `${part}${without}, all have the same label.`,
      hint: `Choose another --test-size, give more rows, or leave ${leftOut === 0 ? '' : '--group or '}--time out.`,
    });
  }
  return split;
}

function holdOutFolds(column: Column, labels: Uint8Array, { testSize, seed }: CheckedOptions): Split {
  const folds = foldsOfColumn(column, labels);
  const split = stratifiedSplit(labels, { testShare: testSize, seed, groups: Int32Array.from(folds) });
  if (new Set(Array.from(split.train, (row) => folds[row])).size < 2) {
    throw new InsufficientData({
      column: column.name,
      problem: 'when whole folds are held out to judge, fewer than two are left to train on.',
      hint: 'Use --test-size 0 to judge by cross-validation, --test FILE, or a smaller --test-size.',
    });
  }
  return split;
}

/**
 * The fold of each row: of a column, blocks of time, or stratified; but for a column's, groups are whole in one.
 * @throws InsufficientData when there are fewer rows of a class than folds; what `foldsOfColumn` and `timeBlocks`
 * throw
 */
export function assignFolds(rows: RowRelations, options: CheckedOptions): Uint8Array {
  const { labels, groups, times, foldColumn } = rows;
  const { folds, seed } = options;
  if (foldColumn !== undefined) return foldsOfColumn(foldColumn, labels);
  if (times !== undefined) return timeBlocks(times, folds, groups);
  const possible = largestFoldCount(labels, groups, folds);
  if (possible < folds) {
    const positives = labels.reduce((sum, label) => sum + label, 0);
    throw new InsufficientData({
      problem:
        `${folds} folds need ${folds} rows${groups === undefined ? '' : ' (or groups of rows)'} of each class to train on; ` +
        `there are ${positives} positive and ${labels.length - positives} negative rows` +
        `${groups === undefined ? '.' : `, in groups that allow ${possible} folds.`}`,
      hint:
        options.testSize > defaultTestSize
          ? `Set fewer rows aside with a smaller --test-size than ${options.testSize}, or give more rows.`
          : possible >= 2
            ? `Use --folds ${possible}, or give more rows.`
            : 'Give more rows of the rarer class.',
    });
  }
  return stratifiedFolds(labels, { folds, seed, ...(groups === undefined ? {} : { groups }) });
}

/** How many folds `assignFolds` makes: as many as the fold column has values, or as many as were asked for. */
export function foldCount({ labels, foldColumn }: RowRelations, { folds }: CheckedOptions): number {
  return foldColumn === undefined ? folds : new Set(foldsOfColumn(foldColumn, labels)).size;
}
