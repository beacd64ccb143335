import type { CodeColumn } from '@verdict/core';
import { InvalidOption } from '@verdict/core';
import type { Interval } from '../metrics/index.ts';
import { wilsonInterval } from '../metrics/index.ts';
import { requireLabels, requireProbabilities } from '../metrics/checks.ts';
import { groupRows } from './fairness-groups.ts';
import { differenceInterval, ratioInterval } from './rate-intervals.ts';

/** A share with its interval of 95 %; NaN where there is no row to observe it in. */
export interface GroupRate extends Interval {
  readonly value: number;
  /** Rows that it was observed in. */
  readonly rows: number;
}

/** How the model treats one group. Shares are weighted where rows are. */
export interface FairnessGroup {
  /** The value of the column; null for the rows without one. */
  readonly group: string | null;
  readonly rows: number;
  /** Share of the rows that are positive. */
  readonly baseRate: GroupRate;
  /** Share that the model calls positive. */
  readonly selectionRate: GroupRate;
  /** Share of the positive rows that it calls positive, and of the negative ones. */
  readonly truePositiveRate: GroupRate;
  readonly falsePositiveRate: GroupRate;
  /** Share of those called positive that are. */
  readonly precision: GroupRate;
  /** Mean probability, to be read beside the base rate. */
  readonly predicted: number;
  /** True if it has too few rows to be compared with the others. */
  readonly small: boolean;
}

/** How far apart the two extreme groups are in one rate. */
export interface FairnessGap {
  readonly highest: string | null;
  readonly lowest: string | null;
  /** Highest minus lowest. */
  readonly difference: number;
  readonly interval: Interval;
  /** Lowest over highest. */
  readonly ratio: number;
  readonly ratioInterval: Interval;
  /** Groups that were compared; those with too few rows for this rate were not. */
  readonly groups: number;
}

/** Fairness of a model by one column; a gap is null if fewer than two groups have enough rows. */
export interface Fairness {
  readonly column: string;
  readonly groups: readonly FairnessGroup[];
  readonly hidden: { readonly groups: number; readonly rows: number };
  /** Fewest rows of a group that is compared; for true and false positive rates fewest positive or negative rows. */
  readonly minimumRows: number;
  readonly minimumClassRows: number;
  /** Of selection rates: the ratio is that of the four-fifths rule. */
  readonly demographicParity: FairnessGap | null;
  /** Of true positive rates. */
  readonly equalOpportunity: FairnessGap | null;
  /** Of false positive rates. */
  readonly falsePositives: FairnessGap | null;
  /** The larger of the differences of true and of false positive rates, with its interval. */
  readonly equalisedOdds: { readonly difference: number; readonly interval: Interval } | null;
}

export interface FairnessRows {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly threshold: number;
  readonly weights?: Float64Array | undefined;
}

const MINIMUM_ROWS = 30;
const MINIMUM_CLASS_ROWS = 10;

/** Sums over the rows of one group: of each outcome the rows, their weight and squared weight. */
interface GroupSums {
  readonly rows: number;
  readonly probability: number;
  /** By 2 x label + decision. */
  readonly cells: readonly Mass[];
}

interface Mass {
  rows: number;
  weight: number;
  squaredWeight: number;
}

/**
 * Fairness by a column, with fairlearn's definitions: demographic parity compares how often groups are called
 * positive, equal opportunity the true positive rates, equalised odds those and the false positive rates; differences
 * are between the highest and the lowest group. Intervals of rates are Wilson's, of differences Newcombe's and of
 * ratios Donner and Zou's; the latter two hold for all pairs of groups at once (Bonferroni), since the two extreme
 * ones were picked by looking. Groups of fewer than 30 rows, for true and false positive rates those of fewer than
 * ten positive or negative rows, are shown but not compared. Groups of fewer than five rows are not shown.
 *
 * @param column the group of each row, as texts just as the file has them
 * @throws InvalidOption, InvalidValue, InsufficientData for rows that no figure can be computed from
 */
export function fairnessOf(column: CodeColumn, rows: FairnessRows): Fairness {
  const { labels, probabilities, weights } = rows;
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  if (column.codes.length !== labels.length) {
    throw new InvalidOption({
      option: 'fairness',
      got: column.codes.length,
      expected: `${labels.length} rows`,
    });
  }
  const { groups: names, groupOfRow, hidden } = groupRows(column);
  const sums = sumGroups(names.length, groupOfRow, rows);
  const groups = names.map((group, i) => describeGroup(group, sums[i]));
  const demographicParity = gapOf(groups, 'selectionRate', MINIMUM_ROWS);
  const equalOpportunity = gapOf(groups, 'truePositiveRate', MINIMUM_CLASS_ROWS);
  const falsePositives = gapOf(groups, 'falsePositiveRate', MINIMUM_CLASS_ROWS);
  return {
    column: column.name,
    groups: groups.map(({ group }) => group),
    hidden,
    minimumRows: MINIMUM_ROWS,
    minimumClassRows: MINIMUM_CLASS_ROWS,
    demographicParity,
    equalOpportunity,
    falsePositives,
    equalisedOdds: largerGap(equalOpportunity, falsePositives),
  };
}

function sumGroups(count: number, groupOfRow: Int32Array, rows: FairnessRows): GroupSums[] {
  const { labels, probabilities, threshold, weights } = rows;
  const sums = Array.from({ length: count }, () => ({
    rows: 0,
    probability: 0,
    cells: Array.from({ length: 4 }, (): Mass => ({ rows: 0, weight: 0, squaredWeight: 0 })),
  }));
  groupOfRow.forEach((group, row) => {
    const weight = weights === undefined ? 1 : weights[row];
    if (group < 0 || weight === 0) return;
    const sum = sums[group];
    const cell = sum.cells[2 * labels[row] + (probabilities[row] >= threshold ? 1 : 0)];
    sum.rows++;
    sum.probability += weight * probabilities[row];
    cell.rows++;
    cell.weight += weight;
    cell.squaredWeight += weight * weight;
  });
  return sums;
}

type RateName = 'selectionRate' | 'truePositiveRate' | 'falsePositiveRate';

interface DescribedGroup {
  readonly group: FairnessGroup;
  /** The effective number of rows behind each rate that groups are compared by. */
  readonly effective: Readonly<Record<RateName, number>>;
}

function describeGroup(group: string | null, { rows, probability, cells }: GroupSums): DescribedGroup {
  const [tn, fp, fn, tp] = cells;
  const selection = rateOf([tp, fp], cells);
  const truePositive = rateOf([tp], [tp, fn]);
  const falsePositive = rateOf([fp], [fp, tn]);
  return {
    group: {
      group,
      rows,
      baseRate: rateOf([tp, fn], cells).rate,
      selectionRate: selection.rate,
      truePositiveRate: truePositive.rate,
      falsePositiveRate: falsePositive.rate,
      precision: rateOf([tp], [tp, fp]).rate,
      predicted: probability / massOf(cells).weight,
      small: rows < MINIMUM_ROWS,
    },
    effective: {
      selectionRate: selection.effective,
      truePositiveRate: truePositive.effective,
      falsePositiveRate: falsePositive.effective,
    },
  };
}

function rateOf(part: readonly Mass[], whole: readonly Mass[]): { rate: GroupRate; effective: number } {
  const { rows, weight, squaredWeight } = massOf(whole);
  if (rows === 0) return { rate: { value: NaN, low: NaN, high: NaN, rows }, effective: 0 };
  // Rounding must not take a share beyond 1.
  const value = Math.min(1, massOf(part).weight / weight);
  const effective = weight ** 2 / squaredWeight;
  return { rate: { value, ...wilsonInterval(value, effective), rows }, effective };
}

function massOf(masses: readonly Mass[]): Mass {
  const sum = { rows: 0, weight: 0, squaredWeight: 0 };
  for (const { rows, weight, squaredWeight } of masses) {
    sum.rows += rows;
    sum.weight += weight;
    sum.squaredWeight += squaredWeight;
  }
  return sum;
}

/** The gap between the groups with the highest and the lowest rate, of those with enough rows. */
function gapOf(groups: readonly DescribedGroup[], name: RateName, minimumRows: number): FairnessGap | null {
  const compared = groups.filter(({ group }) => !group.small && group[name].rows >= minimumRows);
  if (compared.length < 2) return null;
  const ordered = compared.toSorted((a, b) => a.group[name].value - b.group[name].value);
  const [lowest, highest] = [ordered[0], ordered[ordered.length - 1]];
  const [low, high] = [lowest, highest].map(({ group, effective }) => ({
    share: group[name].value,
    count: effective[name],
  }));
  const pairs = (compared.length * (compared.length - 1)) / 2;
  const level = 1 - 0.05 / pairs;
  return {
    highest: highest.group.group,
    lowest: lowest.group.group,
    difference: high.share - low.share,
    interval: differenceInterval(high, low, level),
    ratio: high.share > 0 ? low.share / high.share : NaN,
    ratioInterval: ratioInterval(low, high, level),
    groups: compared.length,
  };
}

function largerGap(first: FairnessGap | null, second: FairnessGap | null): Fairness['equalisedOdds'] {
  if (first === null || second === null) return null;
  const { difference, interval } = first.difference >= second.difference ? first : second;
  return { difference, interval };
}
