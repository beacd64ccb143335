import { fitStack } from '../linear/index.ts';
import { requireCount, requireLabels, requireLength } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import { summedLoss } from './margin-loss.ts';

export interface StackingOptions {
  /** Row weights; undefined if all are 1. */
  readonly weights?: Float64Array | undefined;
  /** Only so many members of the lowest loss are stacked; default 8. */
  readonly most?: number;
}

/** Members to stack: margins of one task are so alike that more of them add noise and time. */
const MOST_STACKED = 8;
/** Pull towards equal shares, in rows: it decides between members that the rows cannot tell apart. */
const SHRINKAGE = 5;
/** Smaller shares are not worth the trees that a row would have to walk. */
const LEAST_SHARE = 0.01;

/**
 * Chooses shares of members by stacking: a logistic regression on the margins of the best members with weights that
 * are not negative, shrunken towards equal ones. Slope and offset are left to the blend with the regression.
 *
 * @param labels 1 for the positive class
 * @param members finite margins of rows that the members have not seen, for each member one a row
 * @returns the share of each member, not negative, adding up to 1; members tie in their order
 * @throws InvalidOption for no members, or arrays of different lengths
 */
export function stackMembers(
  labels: Uint8Array,
  members: readonly Scores[],
  options: StackingOptions = {},
): Float64Array {
  const { weights, most = MOST_STACKED } = options;
  requireLabels(labels, weights);
  requireCount('members', members.length, 1);
  requireCount('most', most, 1);
  for (const margins of members) requireLength('margins', margins.length, labels.length);
  const losses = members.map((margins) => summedLoss(labels, margins, weights));
  const order = losses.map((_, m) => m).sort((a, b) => losses[a] - losses[b] || a - b);
  const chosen = order.slice(0, most);
  const stack = fitStack({
    labels,
    members: chosen.map((m) => members[m]),
    weights,
    towards: chosen.map(() => 1 / chosen.length),
    shrinkage: SHRINKAGE,
  });
  const shares = new Float64Array(members.length);
  const total = stack.weights.reduce((sum, weight) => sum + weight, 0);
  // Members that know nothing have no weight at all: then the best one is as good as any.
  if (!(total > 0)) shares[chosen[0]] = 1;
  else chosen.forEach((m, position) => (shares[m] = stack.weights[position] / total));
  return withoutCrumbs(shares);
}

/** Leaves out shares that are too small and lets the others add up to 1. */
function withoutCrumbs(shares: Float64Array): Float64Array {
  const kept = shares.map((share) => (share < LEAST_SHARE ? 0 : share));
  const total = kept.reduce((sum, share) => sum + share, 0);
  return total > 0 ? kept.map((share) => share / total) : shares;
}
