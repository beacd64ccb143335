import { InvalidOption, Random } from '@verdict/core';
import { requireCount, requireLabels, requireLength } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import { marginLoss, summedLoss } from './margin-loss.ts';

export interface GreedyOptions {
  /** Row weights; undefined if all are 1. */
  readonly weights?: Float64Array | undefined;
  /** Selections, each among a random half of the members, that are averaged; default 1, among all of them. */
  readonly bags?: number;
  /** Of the draws of members; matters with `bags` above 1. */
  readonly seed?: number;
  /**
   * Whether these members may be in one mean; asked before one more joins several, in the order in which they came. The
   * first is always allowed. Default: all are. Not with several `bags`, whose members come together unasked.
   */
  readonly allows?: ((members: readonly number[]) => boolean) | undefined;
}

/** Most members that a selection begins with. */
const MOST_AT_START = 5;
/** Most additions; the same member may be added again. */
const MOST_ADDITIONS = 40;
/** A share of the loss below which a fall is rounding. */
const LEAST_FALL = 1e-9;

/**
 * Chooses shares of members by greedy selection with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes 2004):
 * begins with the mean of as many of the best members as is best, then adds again and again the member that lowers the
 * log loss of the mean margin most, until none does.
 *
 * @param labels 1 for the positive class
 * @param members finite margins of rows that the members have not seen, for each member one a row
 * @returns the share of each member, not negative, adding up to 1; members tie in their order
 * @throws InvalidOption for no members, arrays of different lengths, or `allows` beside several bags
 */
export function greedySelection(
  labels: Uint8Array,
  members: readonly Scores[],
  options: GreedyOptions = {},
): Float64Array {
  const { weights, bags = 1, seed = 0, allows } = options;
  requireLabels(labels, weights);
  requireCount('members', members.length, 1);
  requireCount('bags', bags, 1);
  if (bags > 1 && allows !== undefined) {
    throw new InvalidOption({ option: 'bags', got: bags, expected: '1, where `allows` is given' });
  }
  for (const margins of members) requireLength('margins', margins.length, labels.length);
  const losses = members.map((margins) => summedLoss(labels, margins, weights));
  const order = losses.map((_, m) => m).sort((a, b) => losses[a] - losses[b] || a - b);
  const shares = new Float64Array(members.length);
  const random = new Random(seed, 'ensemble');
  for (let bag = 0; bag < bags; bag++) {
    const open = bags === 1 ? order : drawHalf(order, random);
    const counts = climb(labels, members, weights, open, allows ?? (() => true));
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (const m of open) shares[m] += counts[m] / total / bags;
  }
  return shares;
}

/** Half of the members, at least one, in their order. */
function drawHalf(order: readonly number[], random: Random): number[] {
  const drawn = random.shuffle([...order.keys()]).slice(0, Math.ceil(order.length / 2));
  return drawn.sort((a, b) => a - b).map((position) => order[position]);
}

/** How often each member is in the mean; `order` lists the members to choose among, the best first. */
function climb(
  labels: Uint8Array,
  members: readonly Scores[],
  weights: Float64Array | undefined,
  order: readonly number[],
  allows: (members: readonly number[]) => boolean,
): Uint32Array {
  const counts = new Uint32Array(members.length);
  const sum = new Float64Array(labels.length);
  /** Those in the mean. */
  let inside: number[] = [];
  const mayJoin = (m: number): boolean => inside.length === 0 || counts[m] > 0 || allows([...inside, m]);
  const add = (m: number): void => {
    const margins = members[m];
    for (let row = 0; row < sum.length; row++) sum[row] += margins[row];
    if (counts[m] === 0) inside.push(m);
    counts[m]++;
  };
  /** The loss of the mean with one more member. */
  const lossWith = (m: number, size: number): number => {
    const margins = members[m];
    let loss = 0;
    for (let row = 0; row < sum.length; row++) {
      const weight = weights === undefined ? 1 : weights[row];
      loss += weight * marginLoss(labels[row], (sum[row] + margins[row]) / size);
    }
    return loss;
  };

  let loss = Infinity;
  let size = 0;
  for (const m of order) {
    if (inside.length === MOST_AT_START) break;
    if (!mayJoin(m)) continue;
    const next = lossWith(m, inside.length + 1);
    add(m);
    if (!falls(next, loss)) continue;
    loss = next;
    size = inside.length;
  }
  const start = inside.slice(0, size);
  inside = [];
  counts.fill(0);
  sum.fill(0);
  for (const m of start) add(m);

  for (let addition = 0; addition < MOST_ADDITIONS; addition++) {
    let best = -1;
    let bestLoss = loss;
    for (const m of order) {
      const next = lossWith(m, size + 1);
      if (!falls(next, bestLoss) || !mayJoin(m)) continue;
      best = m;
      bestLoss = next;
    }
    if (best < 0) break;
    add(best);
    size++;
    loss = bestLoss;
  }
  return counts;
}

function falls(next: number, loss: number): boolean {
  return loss === Infinity || next < loss - LEAST_FALL * Math.abs(loss);
}
