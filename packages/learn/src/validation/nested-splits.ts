import type { Column } from '@verdict/core';
import type { Split } from './folds.ts';
import { derivedSeed } from './repeated-folds.ts';
import { makeSplits } from './scheme.ts';
import type { SplitRows, ValidationScheme } from './scheme.ts';

/** An outer split, and how its training rows are split again. */
export interface NestedSplit extends Split {
  /** Splits of the outer training rows alone, by the row numbers of the whole table. */
  readonly inner: readonly Split[];
}

/**
 * Splits for nested cross-validation (Varma and Simon 2006): what is chosen on the inner splits of an outer
 * split has not seen its test rows, so that these say what the choosing is worth.
 *
 * The inner folds of each outer split are drawn by a seed of their own. With an inner `column` the folds of the
 * column that are left are the inner ones, so that it needs three.
 *
 * @param outer how the test rows of the outer splits come about
 * @param inner how the outer training rows are split
 * @param seed of the folds that are drawn
 * @throws what `makeSplits` throws
 */
export function nestedSplits(
  rows: SplitRows,
  outer: ValidationScheme,
  inner: ValidationScheme,
  seed: number,
): NestedSplit[] {
  return makeSplits(rows, outer, seed).map((split, i) => {
    const { train } = split;
    const whole = (part: Uint32Array): Uint32Array => part.map((row) => train[row]);
    return {
      ...split,
      inner: makeSplits(takeSplitRows(rows, train), inner, derivedSeed(seed, `outer/${i}`)).map((one) => ({
        train: whole(one.train),
        test: whole(one.test),
      })),
    };
  });
}

/** What the chosen rows tell a scheme, in the given order. */
export function takeSplitRows(
  { labels, groups, times, foldColumn }: SplitRows,
  rows: Uint32Array,
): SplitRows {
  return {
    labels: Uint8Array.from(rows, (row) => labels[row]),
    groups: groups && Int32Array.from(rows, (row) => groups[row]),
    times: times && Float64Array.from(rows, (row) => times[row]),
    foldColumn: foldColumn && takeFolds(foldColumn, rows),
  };
}

function takeFolds(column: Column, rows: Uint32Array): Column {
  return column.kind === 'number'
    ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]) }
    : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) };
}
