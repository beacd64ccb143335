import type { Params } from './params.ts';

/** The best value of a leaf with gradient sum `g` and hessian sum `h`, before the learning rate. */
export function leafWeight(g: number, h: number, params: Params): number {
  const denominator = h + params.lambda;
  if (!(h > 0) || !(denominator > 0)) return 0;
  const shrunk = Math.sign(g) * Math.max(Math.abs(g) - params.alpha, 0);
  const weight = -shrunk / denominator;
  const bound = params.max_delta_step;
  return bound > 0 ? Math.max(-bound, Math.min(bound, weight)) : weight;
}

/**
 * How much a leaf of that value lowers the objective, doubled: G^2 / (H + lambda) for the best value when nothing
 * else is asked for.
 */
export function leafScore(g: number, h: number, weight: number, params: Params): number {
  return -(2 * g * weight + (h + params.lambda) * weight * weight + 2 * params.alpha * Math.abs(weight));
}
