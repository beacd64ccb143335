import { InsufficientData, InvalidOption } from '@verdict/core';
import type { Column } from '@verdict/core';
import { foldsOfColumn } from './fold-column.ts';
import type { Split } from './folds.ts';
import { repeatedFolds } from './repeated-folds.ts';
import { timeWindows } from './time-windows.ts';
import type { TimeWindowOptions } from './time-windows.ts';

/** How rows are parted into those that train and those that judge. */
export type ValidationScheme =
  | {
      readonly kind: 'stratified';
      /** 2 to 255. */
      readonly folds: number;
      /** How often the folds are drawn anew; default 1. */
      readonly repeats?: number;
    }
  | TimeWindowOptions
  | { readonly kind: 'column' };

/** What the rows tell a scheme. */
export interface SplitRows {
  readonly labels: Uint8Array;
  /** Rows of the same number of 0 or more belong together, such as copies of a row; -1 stands alone. */
  readonly groups?: Int32Array | undefined;
  /** Any number that grows with time; needed by `expanding` and `rolling`. */
  readonly times?: Float64Array | undefined;
  /** Needed by `column`. */
  readonly foldColumn?: Column | undefined;
}

/**
 * The splits of a scheme: for folds, one after another, and repeat after repeat; for windows, from the earliest
 * to the latest. Both parts of every split hold both classes.
 *
 * `stratified` deals groups to folds as wholes. `expanding` and `rolling` leave rows out of training whose group
 * has a row in the test block. With `column` the user's folds are taken as they are, groups or not.
 *
 * @param seed of the folds that are drawn
 * @throws InvalidOption if the scheme needs times or a column that are not there; InsufficientData if a part
 * would lack a class; InvalidValue for a missing time or fold
 */
export function makeSplits(rows: SplitRows, scheme: ValidationScheme, seed: number): Split[] {
  const splits = splitsOf(rows, scheme, seed);
  splits.forEach((split, i) => requireBothClasses(rows.labels, split, i));
  return splits;
}

function splitsOf(rows: SplitRows, scheme: ValidationScheme, seed: number): Split[] {
  const { labels, groups, times, foldColumn } = rows;
  if (scheme.kind === 'stratified') {
    const { folds, repeats = 1 } = scheme;
    const dealt = repeatedFolds(labels, {
      folds,
      repeats,
      seed,
      ...(groups === undefined ? {} : { groups }),
    });
    return dealt.flatMap((foldOfRow) => splitsOfFolds(foldOfRow));
  }
  if (scheme.kind === 'column') {
    if (foldColumn === undefined) throw needs(scheme.kind, 'a column with the role fold');
    return splitsOfFolds(foldsOfColumn(foldColumn, labels));
  }
  if (times === undefined) throw needs(scheme.kind, 'a column with the role time');
  const windows = timeWindows(times, scheme);
  return groups === undefined ? windows : windows.map((split) => withoutGroupsOf(split, groups));
}

/** How many rows a scheme leaves out between those that train and later ones that judge. */
export function gapOf(scheme: ValidationScheme | undefined): number {
  return scheme?.kind === 'expanding' || scheme?.kind === 'rolling' ? (scheme.gap ?? 0) : 0;
}

/** One split for each fold, which it tests; rows ascending. */
function splitsOfFolds(foldOfRow: Uint8Array): Split[] {
  const folds = foldOfRow.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const rows = Uint32Array.from(foldOfRow.keys());
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.filter((row) => foldOfRow[row] !== fold),
    test: rows.filter((row) => foldOfRow[row] === fold),
  }));
}

/** The split without the training rows whose group has a row in the test part. */
export function withoutGroupsOf({ train, test }: Split, groups: Int32Array): Split {
  const tested = new Set(Array.from(test, (row) => groups[row]));
  tested.delete(-1);
  return { train: train.filter((row) => !tested.has(groups[row])), test };
}

function needs(kind: string, what: string): InvalidOption {
  return new InvalidOption({
    option: 'validation',
    got: kind,
    expected: `a scheme that the table allows: this one needs ${what}`,
  });
}

function requireBothClasses(labels: Uint8Array, split: Split, index: number): void {
  for (const [part, rows] of [
    ['training', split.train],
    ['test', split.test],
  ] as const) {
    const positives = rows.reduce((sum, row) => sum + labels[row], 0);
    if (positives > 0 && positives < rows.length) continue;
    throw new InsufficientData({
      problem:
        `the ${part} part of split ${index + 1} has ${rows.length} ${rows.length === 1 ? 'row' : 'rows'} ` +
        `and no ${positives === 0 ? 'positive' : 'negative'} one among them.`,
      hint: 'Use fewer folds, a shorter gap or a longer window, or give more rows.',
    });
  }
}
