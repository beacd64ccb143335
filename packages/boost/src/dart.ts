import { Random } from '@verdict/core';
import type { Params } from './params.ts';

/**
 * The trees that a round of DART leaves out (Rashmi and Gilad-Bachrach 2015, with XGBoost's options), ascending. The
 * draw depends on the seed and the round alone.
 *
 * @param weights of the trees so far
 */
export function chooseDropped(weights: readonly number[], params: Params, round: number): number[] {
  const { rate_drop: rate, skip_drop: skip, sample_type: sampling } = params;
  const count = weights.length;
  const random = new Random(params.seed, `drop/${round}`);
  if (count === 0 || random.float() < skip) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shareOf = (weight: number): number => (sampling === 'uniform' ? 1 : (weight * count) / total);
  const dropped: number[] = [];
  weights.forEach((weight, tree) => {
    if (random.float() < rate * shareOf(weight)) dropped.push(tree);
  });
  if (dropped.length > 0 || !params.one_drop) return dropped;
  let left = random.float() * count;
  const one = weights.findIndex((weight) => (left -= shareOf(weight)) < 0);
  return [one < 0 ? count - 1 : one];
}

/** What a round of DART does to weights. */
export interface Normalisation {
  /** Float32 weight of each new tree. */
  readonly fresh: number;
  /** What the weight of each dropped tree is multiplied with. */
  readonly dropped: number;
}

/**
 * Weights such that the new trees and the dropped ones say together about what the dropped ones said.
 *
 * @param dropped number of trees, at least 1
 * @param learningRate of each new tree
 */
export function normalise(
  dropped: number,
  learningRate: number,
  type: Params['normalize_type'],
): Normalisation {
  if (type === 'forest') {
    const factor = Math.fround(1 / (1 + learningRate));
    return { fresh: factor, dropped: factor };
  }
  return {
    fresh: Math.fround(1 / (dropped + learningRate)),
    dropped: Math.fround(dropped / (dropped + learningRate)),
  };
}
