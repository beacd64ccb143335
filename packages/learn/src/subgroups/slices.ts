import { InvalidOption } from '@verdict/core';
import { requireLabels, requireProbabilities } from '../metrics/checks.ts';
import { clippingOf, rowLogLoss } from '../metrics/probability-metrics.ts';
import { conditionWords, noCondition } from './slice-columns.ts';
import type { SliceColumn, SliceCondition } from './slice-columns.ts';
import { gapHalfWidth, lossGap, moments, sumFields, sumsAt, without } from './slice-statistics.ts';
import type { LossGap, LossSums } from './slice-statistics.ts';

/** Rows on which the model's loss is higher than on the others, by one or two conditions. */
export interface WeakSlice {
  readonly conditions: readonly SliceCondition[];
  /** The conditions as a sentence names them. */
  readonly words: string;
  readonly rows: number;
  /** Mean log loss in the slice, and on all other rows. */
  readonly loss: number;
  readonly restLoss: number;
  /** The difference, with an interval of 95 % for all slices that were looked at together. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** P-value of the difference, corrected for all slices that were looked at (Bonferroni); two-sided. */
  readonly pValue: number;
  /** Mean probability and share of positives in the slice. */
  readonly predicted: number;
  readonly observed: number;
  /** The mean log loss that the probabilities themselves lead one to expect. */
  readonly expectedLoss: number;
  /** True if the loss is higher than that by more than two standard errors: the model is wrong here, not just unsure. */
  readonly beyondExpected: boolean;
  /** Other slices that hold nearly the same rows. */
  readonly alike: readonly string[];
}

/** What the search for weak slices found. */
export interface WeakSlices {
  /** Rows that judged, and the fewest that a slice must have. */
  readonly rows: number;
  readonly minimumRows: number;
  /** Slices that were tested, which the p-values are corrected for. */
  readonly looked: number;
  /** Mean log loss of all rows. */
  readonly loss: number;
  /** Worst first. */
  readonly slices: readonly WeakSlice[];
  /** Further ones that are not listed. */
  readonly more: number;
}

/** Judged rows, cut by `sliceColumns`. */
export interface SlicedRows {
  readonly columns: readonly SliceColumn[];
  /** For each column the place of every row's condition. */
  readonly codes: readonly Uint8Array[];
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly weights?: Float64Array | undefined;
}

const LEVEL = 0.05;
const FEWEST_ROWS = 30;
const LEAST_SHARE = 0.01;
const MOST_SHOWN = 10;
/** Only so many of the worst are compared with each other. */
const MOST_COMPARED = 200;
/** Visits of a row that pairs may cost: beyond, fewer columns are paired. */
const MOST_VISITS = 200_000_000;
/** Two slices that share this much of their rows (intersection over union) are told as one. */
const ALIKE = 0.5;
/** A pair must be worse than the rest of either parent, this surely. */
const ADDS = 0.01;

interface Candidate {
  readonly columns: readonly number[];
  readonly codes: readonly number[];
  readonly sums: LossSums;
  readonly gap: LossGap;
}

/**
 * Looks for subgroups on which the model is worse than elsewhere: every condition on one column, and every pair of
 * conditions on two, that holds for at least 30 rows and 1 % of them (Chung et al. 2019, Slice Finder). Each is
 * compared with all other rows by Welch's two-sided test of the log loss, and only those stay that are worse at the
 * 5 % level after Bonferroni's correction for all that were looked at, half of the error left to single conditions and
 * half to the far more numerous pairs. So a slice is shown exactly where its interval, which is corrected likewise, lies
 * above 0; on data without any weak slice, that happens in at most about one of forty runs. Pairs must add to both of
 * their parts, parts that are weak only because of a pair are left out, and slices of nearly the same rows are told as
 * one. Rows count as independent.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData for rows that no figure can be computed from
 */
export function findWeakSlices(rows: SlicedRows): WeakSlices {
  const { columns, codes, labels, probabilities, weights } = rows;
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  if (codes.length !== columns.length || codes.some(({ length }) => length !== labels.length)) {
    throw new InvalidOption({
      option: 'codes',
      got: codes.length,
      expected: 'a code for every row and column',
    });
  }
  const losses = rowLosses(labels, probabilities);
  const minimumRows = Math.max(FEWEST_ROWS, Math.ceil(LEAST_SHARE * labels.length));
  const all = sumsAt(
    addRows(new Float64Array(sumFields), losses, weights, () => 0),
    0,
  );
  const leastVariance = moments(all).variance;

  /** How many single conditions and how many pairs were tested. */
  const looked = [0, 0];
  const candidates: Candidate[] = [];
  const singles = new Map<string, LossSums>();
  const visit = (at: readonly number[], table: Float64Array, codesAt: (cell: number) => number[]): void => {
    for (let cell = 0; cell * sumFields < table.length; cell++) {
      const sums = sumsAt(table, cell * sumFields);
      const own = codesAt(cell);
      if (at.length === 1) singles.set(keyOf(at[0], own[0]), sums);
      const rest = without(all, sums);
      if (sums.rows < minimumRows || rest.rows < minimumRows) continue;
      looked[at.length - 1]++;
      const gap = lossGap(sums, rest, leastVariance);
      if (gap.pValue < LEVEL) candidates.push({ columns: at, codes: own, sums, gap });
    }
  };
  const sizes = columns.map(({ conditions }) => conditions.length);
  columns.forEach((_, a) => {
    const table = new Float64Array(sizes[a] * sumFields);
    visit([a], addRows(table, losses, weights, codeOf(codes[a])), (cell) => [cell]);
  });
  const paired = pairedColumns(columns.length, labels.length);
  for (let a = 0; a < paired; a++) {
    for (let b = a + 1; b < paired; b++) {
      const table = new Float64Array(sizes[a] * sizes[b] * sumFields);
      const place = pairOf(codes[a], codes[b], sizes[b]);
      visit([a, b], addRows(table, losses, weights, place), (cell) => [
        Math.floor(cell / sizes[b]),
        cell % sizes[b],
      ]);
    }
  }

  const weak = [1, 2].flatMap((size) => significant(candidates, size, looked));
  const ordered = withoutRepetition(weak, singles)
    .sort((a, b) => b.gap.difference - b.half - (a.gap.difference - a.half))
    .slice(0, MOST_COMPARED);

  const groups = groupAlike(ordered, codes, labels.length);
  return {
    rows: labels.length,
    minimumRows,
    looked: looked[0] + looked[1],
    loss: moments(all).mean,
    slices: groups.slice(0, MOST_SHOWN).map(({ slice, members, alike }) => {
      const conditions = conditionsOf(slice, columns);
      const { half, gap, pValue } = slice;
      const { difference } = gap;
      return {
        conditions,
        words: conditionWords(conditions),
        rows: slice.sums.rows,
        loss: moments(slice.sums).mean,
        restLoss: moments(without(all, slice.sums)).mean,
        difference,
        low: difference - half,
        high: difference + half,
        pValue,
        ...expectation(members, rows, losses),
        alike: alike.map((other) => conditionWords(conditionsOf(other, columns))),
      };
    }),
    more: Math.max(0, groups.length - MOST_SHOWN),
  };
}

/** The candidates of one size that stay after the correction, with half the width of their intervals. */
function significant(
  candidates: readonly Candidate[],
  size: number,
  looked: readonly number[],
): (Candidate & { readonly pValue: number; readonly half: number })[] {
  const own = candidates.filter(({ columns }) => columns.length === size);
  // Each size has its share of the error, unless there is but one.
  const shares = looked.filter((count) => count > 0).length;
  const family = shares * looked[size - 1];
  return own.flatMap((candidate) => {
    // Two-sided, as the interval is: it lies above 0 exactly where this is below the level.
    const pValue = Math.min(1, 2 * family * candidate.gap.pValue);
    return pValue < LEVEL ? [{ ...candidate, pValue, half: gapHalfWidth(candidate.gap, family) }] : [];
  });
}

const keyOf = (column: number, code: number): string => `${column}/${code}`;

function rowLosses(labels: Uint8Array, probabilities: Float64Array): Float64Array {
  const epsilon = clippingOf(probabilities);
  return Float64Array.from(labels, (label, row) => rowLogLoss(label, probabilities[row], epsilon));
}

const codeOf =
  (codes: Uint8Array) =>
  (row: number): number =>
    codes[row] === noCondition ? -1 : codes[row];

const pairOf =
  (first: Uint8Array, second: Uint8Array, width: number) =>
  (row: number): number =>
    first[row] === noCondition || second[row] === noCondition ? -1 : first[row] * width + second[row];

/** Adds every row to the sums of its cell; -1 is none. */
function addRows(
  table: Float64Array,
  losses: Float64Array,
  weights: Float64Array | undefined,
  cellOf: (row: number) => number,
): Float64Array {
  for (let row = 0; row < losses.length; row++) {
    const cell = cellOf(row);
    if (cell < 0) continue;
    const weight = weights === undefined ? 1 : weights[row];
    if (weight === 0) continue;
    const place = cell * sumFields;
    const loss = losses[row];
    table[place]++;
    table[place + 1] += weight;
    table[place + 2] += weight * weight;
    table[place + 3] += weight * loss;
    table[place + 4] += weight * loss * loss;
  }
  return table;
}

/** How many of the columns can be paired with each other. */
function pairedColumns(columns: number, rows: number): number {
  let paired = columns;
  while (paired > 2 && (paired * (paired - 1) * rows) / 2 > MOST_VISITS) paired--;
  return paired;
}

/** Pairs that add to both of their parts, and parts that are weak beyond what a kept pair explains. */
function withoutRepetition<T extends Candidate>(
  weak: readonly T[],
  singles: ReadonlyMap<string, LossSums>,
): T[] {
  const pairs = weak.filter(({ columns, codes, sums }) => {
    if (columns.length < 2) return false;
    return columns.every((column, i) => {
      const rest = without(singles.get(keyOf(column, codes[i]))!, sums);
      return rest.rows > 1 && lossGap(sums, rest).pValue < ADDS;
    });
  });
  const parts = weak.filter(({ columns, codes, sums, gap }) => {
    if (columns.length > 1) return false;
    const inside = pairs.filter((pair) =>
      pair.columns.some((c, i) => c === columns[0] && pair.codes[i] === codes[0]),
    );
    return inside.every((pair) => {
      const rest = without(sums, pair.sums);
      // Still worse than the rows outside, by more than half of what it was.
      return rest.rows > 1 && moments(rest).mean - (moments(sums).mean - gap.difference) > gap.difference / 2;
    });
  });
  return [...parts, ...pairs];
}

/** The first slice of nearly the same rows stands for all. */
function groupAlike<T extends Candidate>(
  ordered: readonly T[],
  codes: readonly Uint8Array[],
  rowCount: number,
): { slice: T; members: Uint8Array; alike: T[] }[] {
  const groups: { slice: T; members: Uint8Array; alike: T[] }[] = [];
  for (const slice of ordered) {
    const members = new Uint8Array(rowCount);
    for (let row = 0; row < rowCount; row++)
      members[row] = slice.columns.every((column, i) => codes[column][row] === slice.codes[i]) ? 1 : 0;
    const same = groups.find((group) => overlap(group.members, members) >= ALIKE);
    if (same === undefined) groups.push({ slice, members, alike: [] });
    else same.alike.push(slice);
  }
  return groups;
}

function overlap(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let row = 0; row < a.length; row++) {
    both += a[row] & b[row];
    either += a[row] | b[row];
  }
  return either === 0 ? 0 : both / either;
}

function conditionsOf({ columns, codes }: Candidate, all: readonly SliceColumn[]): SliceCondition[] {
  return columns.map((column, i) => all[column].conditions[codes[i]]);
}

/** What the probabilities of a slice lead one to expect, beside what happened. */
function expectation(
  members: Uint8Array,
  { labels, probabilities, weights }: SlicedRows,
  losses: Float64Array,
): Pick<WeakSlice, 'predicted' | 'observed' | 'expectedLoss' | 'beyondExpected'> {
  const epsilon = clippingOf(probabilities);
  let [total, predicted, observed, expected, loss, variance] = [0, 0, 0, 0, 0, 0];
  members.forEach((member, row) => {
    if (member === 0) return;
    const weight = weights === undefined ? 1 : weights[row];
    const p = probabilities[row];
    const [yes, no] = [rowLogLoss(1, p, epsilon), rowLogLoss(0, p, epsilon)];
    total += weight;
    predicted += weight * p;
    observed += weight * labels[row];
    expected += weight * (p * yes + (1 - p) * no);
    loss += weight * losses[row];
    variance += weight * weight * p * (1 - p) * (yes - no) ** 2;
  });
  return {
    predicted: predicted / total,
    observed: observed / total,
    expectedLoss: expected / total,
    beyondExpected: loss - expected > 2 * Math.sqrt(variance),
  };
}
