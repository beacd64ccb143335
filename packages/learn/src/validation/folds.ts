import { InsufficientData, InvalidOption, Random } from '@verdict/core';
import { requireLength, requireShare } from '../metrics/checks.ts';
import { distributeGroups, gatherGroups } from './fold-assignment.ts';

/** How rows are dealt to folds. */
export interface FoldOptions {
  /** Number of folds, 2 to 255. */
  readonly folds: number;
  readonly seed: number;
  /** Rows with the same number of 0 or more stay in one fold; -1 stands alone. */
  readonly groups?: Int32Array;
}

/** How a part of the rows is set aside. */
export interface SplitOptions {
  /** Share of the rows, between 0 and 1. */
  readonly testShare: number;
  readonly seed: number;
  /** Rows with the same number of 0 or more stay on one side; -1 stands alone. */
  readonly groups?: Int32Array;
}

/** Row numbers of both sides, ascending (for splits by time: in order of time). */
export interface Split {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * The largest number of folds, up to `wanted`, in which every fold can hold both classes: the smaller of
 * the numbers of groups with a positive and with a negative row. Less than 2 means that no folds can be
 * made.
 */
export function largestFoldCount(labels: Uint8Array, groups: Int32Array | undefined, wanted: number): number {
  const { withPositive, withNegative } = countCarriers(labels, groups);
  return Math.min(wanted, withPositive, withNegative);
}

/**
 * Deals rows to folds so that each fold has both classes in proportion. Without groups, the counts of each
 * class and of all rows differ by at most one between folds; with groups, as little as the groups allow
 * (largest first, greedily). Every fold holds both classes.
 *
 * @returns fold of each row, 0 to `folds` - 1
 * @throws InsufficientData if a class has fewer rows (or groups) than there are folds
 */
export function stratifiedFolds(labels: Uint8Array, options: FoldOptions): Uint8Array {
  const { folds, seed, groups } = options;
  if (!Number.isInteger(folds) || folds < 2 || folds > 255) {
    throw new InvalidOption({ option: 'folds', got: folds, expected: 'a whole number from 2 to 255' });
  }
  requireCarriers(labels, groups, folds, `${folds} folds`);
  const random = new Random(seed, 'folds');
  if (groups !== undefined) {
    const gathered = gatherGroups(labels, groups);
    const shares = Array.from({ length: folds }, () => 1 / folds);
    const partOfGroup = distributeGroups(gathered, shares, random);
    return Uint8Array.from(gathered.groupOfRow, (group) => partOfGroup[group]);
  }
  const foldOfRow = new Uint8Array(labels.length);
  let next = 0;
  for (const label of [1, 0]) {
    for (const row of random.shuffle(rowsOf(labels, label))) {
      foldOfRow[row] = next;
      next = (next + 1) % folds;
    }
  }
  return foldOfRow;
}

/**
 * Sets aside a share of the rows, in proportion for both classes: without groups, each class gives its
 * share rounded to the nearest row, but at least one and never all. Both sides hold both classes.
 *
 * @throws InsufficientData if a class has fewer than two rows (or groups)
 */
export function stratifiedSplit(labels: Uint8Array, options: SplitOptions): Split {
  const { testShare, seed, groups } = options;
  requireShare('testShare', testShare);
  requireCarriers(labels, groups, 2, 'a training and a test part');
  const random = new Random(seed, 'split');
  const inTest = new Uint8Array(labels.length);
  if (groups === undefined) {
    for (const label of [1, 0]) {
      const rows = random.shuffle(rowsOf(labels, label));
      const count = Math.min(rows.length - 1, Math.max(1, Math.round(testShare * rows.length)));
      for (const row of rows.subarray(0, count)) inTest[row] = 1;
    }
  } else {
    const gathered = gatherGroups(labels, groups);
    const partOfGroup = distributeGroups(gathered, [1 - testShare, testShare], random);
    for (let row = 0; row < labels.length; row++) inTest[row] = partOfGroup[gathered.groupOfRow[row]];
  }
  return splitBy(inTest);
}

/** Row numbers where the mark is 0 (train) and where it is not (test), ascending. */
function splitBy(inTest: Uint8Array): Split {
  const rows = Uint32Array.from(inTest, (_, row) => row);
  return { train: rows.filter((row) => inTest[row] === 0), test: rows.filter((row) => inTest[row] !== 0) };
}

function rowsOf(labels: Uint8Array, label: number): Uint32Array {
  const rows = new Uint32Array(labels.length);
  let count = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] === label) rows[count++] = row;
  return rows.subarray(0, count);
}

/** How many groups (or rows that stand alone) have at least one row of each class. */
function countCarriers(
  labels: Uint8Array,
  groups: Int32Array | undefined,
): { readonly withPositive: number; readonly withNegative: number } {
  if (groups !== undefined) requireLength('groups', groups.length, labels.length);
  const { positives, negatives } = gatherGroups(labels, groups);
  let withPositive = 0;
  let withNegative = 0;
  for (let group = 0; group < positives.length; group++) {
    if (positives[group] > 0) withPositive++;
    if (negatives[group] > 0) withNegative++;
  }
  return { withPositive, withNegative };
}

function requireCarriers(
  labels: Uint8Array,
  groups: Int32Array | undefined,
  least: number,
  purpose: string,
): void {
  const { withPositive, withNegative } = countCarriers(labels, groups);
  const fewest = Math.min(withPositive, withNegative);
  if (fewest >= least) return;
  const unit = groups === undefined ? 'row' : 'group of rows';
  const units = groups === undefined ? 'rows' : 'groups of rows';
  const which = withPositive <= withNegative ? 'positive' : 'negative';
  throw new InsufficientData({
    problem:
      `${purpose} need at least ${least} ${units} with a ${which} label, ` +
      `there ${fewest === 1 ? `is 1 ${unit}` : `are ${fewest} ${units}`}.`,
    hint:
      fewest >= 2
        ? `Use at most ${fewest} folds, or give more data.`
        : `Give more rows of the ${which} class${groups === undefined ? '' : ', or train without groups'}.`,
  });
}
