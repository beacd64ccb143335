import type { Scores } from '../metrics/checks.ts';
import { rankDescending } from '../metrics/ranking.ts';
import { requireMargins } from './calibration-rows.ts';
import type { IsotonicCalibration } from './calibration.ts';

/**
 * Fits the best function that does not fall (pool adjacent violators; equal margins are one point, as in
 * scikit-learn's `IsotonicRegression`, which it equals but for its zeros and ones). A first block without a
 * positive and a last block without a negative get what they show with half a row of either class added,
 * (positives + 1/2) / (rows + 1) (Krichevsky and Trofimov 1981, the mean under Jeffreys' prior), at most and
 * at least the share of their neighbour: no row ever becomes certain, the less so the fewer rows say it.
 * Points inside a level stretch are dropped, which changes nothing. A weight of 1 counts as one row.
 */
export function fitIsotonic(
  labels: Uint8Array,
  margins: Scores,
  weights?: Float64Array,
): IsotonicCalibration {
  requireMargins(labels, margins, weights);
  const order = rankDescending(margins).reverse();
  const points: number[] = [];
  const blockMass: number[] = [];
  const blockPositive: number[] = [];
  const blockEnd: number[] = [];
  let position = 0;
  while (position < order.length) {
    const margin = margins[order[position]] + 0;
    let mass = 0;
    let positive = 0;
    for (; position < order.length && margins[order[position]] + 0 === margin; position++) {
      const row = order[position];
      const weight = weights === undefined ? 1 : weights[row];
      mass += weight;
      if (labels[row] === 1) positive += weight;
    }
    if (mass === 0) continue;
    points.push(margin);
    while (blockMass.length > 0) {
      const last = blockMass.length - 1;
      if (blockPositive[last] * mass < positive * blockMass[last]) break;
      mass += blockMass[last];
      positive += blockPositive[last];
      blockMass.pop();
      blockPositive.pop();
      blockEnd.pop();
    }
    blockMass.push(mass);
    blockPositive.push(positive);
    blockEnd.push(points.length);
  }
  const shares = uncertain(blockPositive, blockMass);
  const places: number[] = [];
  const probabilities: number[] = [];
  let first = 0;
  for (const [block, end] of blockEnd.entries()) {
    const probability = shares[block];
    places.push(points[first]);
    probabilities.push(probability);
    if (end - 1 > first) {
      places.push(points[end - 1]);
      probabilities.push(probability);
    }
    first = end;
  }
  return { kind: 'isotonic', margins: places, probabilities };
}

/** The share of positives of each block; none is 0 or 1. */
function uncertain(positive: readonly number[], mass: readonly number[]): number[] {
  const shares = positive.map((value, block) => Math.min(1, value / mass[block]));
  const last = shares.length - 1;
  const smoothed = (block: number): number => (positive[block] + 0.5) / (mass[block] + 1);
  // Shares rise from block to block: only the ends can be 0 or 1.
  const [first, end] = [shares[0], shares[last]];
  if (first === 0) shares[0] = Math.min(smoothed(0), shares[1] ?? 1);
  if (end === 1) shares[last] = Math.max(smoothed(last), shares[last - 1] ?? 0);
  return shares;
}
