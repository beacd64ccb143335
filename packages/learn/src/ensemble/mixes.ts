import { chooseBlend } from '../training/blend.ts';
import type { Scores } from '../metrics/checks.ts';
import { greedySelection } from './greedy-selection.ts';
import { marginLoss } from './margin-loss.ts';
import type { OutOfFoldTable } from './out-of-fold-table.ts';
import { stackMembers } from './stacking.ts';

/** A member of the table and its share of the tree part's margin. */
export interface Share {
  /** The position among the table's members. */
  readonly member: number;
  /** Above 0; those of a mix add up to 1. */
  readonly weight: number;
}

/** A tree part: one member, or several, the heaviest first. */
export type Mix = readonly Share[];

/** Ways to choose among many members. */
export const mixingMethods = ['greedy', 'stacking'] as const;
export type MixingMethod = (typeof mixingMethods)[number];

/** What is chosen on some of the rows. */
export interface Mixes {
  readonly single: Mix;
  readonly greedy: Mix;
  readonly stacking: Mix;
  /** True if members could not be had, since they are not allowed. */
  readonly isLimited: boolean;
  /** The rows it was chosen on. */
  readonly rows: Uint32Array;
}

/** Only so many members of the lowest loss are looked at: the others are never chosen, and each costs time. */
const MOST_CANDIDATES = 24;
/** More rows are thinned out evenly: shares of a few members need no more, and a choice repeats this some twenty times. */
const MOST_ROWS = 10_000;

/** The summed loss of each member in each part: rows of the result are members, columns parts. */
export function lossesByPart({
  labels,
  weights,
  members,
  partCount,
  partOfRow,
}: OutOfFoldTable): Float64Array[] {
  return members.map(({ margins }) => {
    const losses = new Float64Array(partCount);
    for (let row = 0; row < labels.length; row++) {
      const weight = weights === undefined ? 1 : weights[row];
      losses[partOfRow[row]] += weight * marginLoss(labels[row], margins[row]);
    }
    return losses;
  });
}

/**
 * Chooses the best single member, and the shares of several by both methods, on the rows of all parts but some.
 *
 * @param losses of `lossesByPart`
 * @param without parts to leave out
 */
export function chooseMixes(
  table: OutOfFoldTable,
  losses: readonly Float64Array[],
  without: readonly number[],
  seed: number,
): Mixes {
  const rows = rowsOf(table, (part) => !without.includes(part), MOST_ROWS);
  const totals = losses.map((parts) =>
    parts.reduce((sum, loss, part) => (without.includes(part) ? sum : sum + loss), 0),
  );
  const order = totals.map((_, m) => m).sort((a, b) => totals[a] - totals[b] || a - b);
  const isAllowed = (some: readonly number[]): boolean =>
    table.allows?.(some.map((member) => table.members[member].trial)) ?? true;
  const best = order.slice(0, MOST_CANDIDATES);
  // Who may be with nobody would only keep the others from each other.
  const candidates = best.filter((m) => best.some((other) => other !== m && isAllowed([m, other])));
  const single: Mix = [{ member: order[0], weight: 1 }];
  let isLimited = candidates.length < best.length;
  if (candidates.length === 0) {
    return { rows, single, greedy: single, stacking: single, isLimited: isLimited && best.length > 1 };
  }
  const labels = take(table.labels, rows);
  const weights = table.weights && take(table.weights, rows);
  const margins = candidates.map((m) => take(table.members[m].margins, rows));
  const mixOf = (shares: Float64Array): Mix =>
    candidates
      .map((member, c) => ({ member, weight: shares[c] }))
      .filter(({ weight }) => weight > 0)
      // Members ascend by trial.
      .sort((a, b) => b.weight - a.weight || a.member - b.member);
  const allows = (some: readonly number[]): boolean => {
    const allowed = isAllowed(some);
    isLimited ||= !allowed;
    return allowed;
  };
  const greedy = mixOf(
    greedySelection(labels, margins, {
      weights,
      seed,
      allows: (some) => allows(some.map((c) => candidates[c])),
    }),
  );
  const stacking = heaviest(mixOf(stackMembers(labels, margins, { weights })), allows);
  return { rows, single, greedy, stacking, isLimited };
}

/** As many members of a mix as may be blended, with shares that add up to 1 again. */
function heaviest(mix: Mix, allows: (members: readonly number[]) => boolean): Mix {
  let kept = mix;
  while (kept.length > 1 && !allows(kept.map(({ member }) => member))) kept = kept.slice(0, -1);
  if (kept.length === mix.length) return mix;
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ member, weight }) => ({ member, weight: weight / total }));
}

/**
 * The loss of each row of a part when the tree part, blended with the regression on other rows, predicts it.
 *
 * @param fitRows rows on which the blend is chosen; none of them in the part
 */
export function heldOutLosses(
  table: OutOfFoldTable,
  mix: Mix,
  fitRows: Uint32Array,
  rows: Uint32Array,
): Float64Array {
  const { labels, weights, linear } = table;
  const blend = chooseBlend(
    take(labels, fitRows),
    mixMargins(table, mix, fitRows),
    Float64Array.from(fitRows, (row) => linear[row]),
    weights && take(weights, fitRows),
  );
  return mixMargins(table, mix, rows).map((margin, i) =>
    marginLoss(labels[rows[i]], blend.trees * margin + blend.linear * linear[rows[i]] + blend.offset),
  );
}

/** Rows of the parts that are asked for, ascending; thinned out evenly beyond `most`. */
export function rowsOf(
  { partOfRow }: OutOfFoldTable,
  wanted: (part: number) => boolean,
  most = Infinity,
): Uint32Array {
  const rows = Uint32Array.from(partOfRow.keys()).filter((row) => wanted(partOfRow[row]));
  const step = Math.ceil(rows.length / most);
  return step > 1 ? rows.filter((_, at) => at % step === 0) : rows;
}

/** How many trees a row walks. */
export function treesOf({ members }: OutOfFoldTable, mix: Mix): number {
  return mix.reduce((sum, { member }) => sum + members[member].trees, 0);
}

function mixMargins({ members }: OutOfFoldTable, mix: Mix, rows: Uint32Array): Float64Array {
  const sums = new Float64Array(rows.length);
  for (const { member, weight } of mix) {
    const { margins } = members[member];
    for (let i = 0; i < rows.length; i++) sums[i] += weight * margins[rows[i]];
  }
  return sums;
}

function take<T extends Scores | Uint8Array>(values: T, rows: Uint32Array): T;
function take(values: Scores | Uint8Array, rows: Uint32Array): Scores | Uint8Array {
  if (values instanceof Uint8Array) return Uint8Array.from(rows, (row) => values[row]);
  return Float64Array.from(rows, (row) => values[row]);
}
