import type { Link } from './link.ts';
import type { Params } from './params.ts';

/** A start is no nearer to 0 or 1 than this. */
const MARGIN_OF_PROBABILITY = 1e-6;

/** The margin of a probability, computed in float32 step by step as XGBoost does when it loads a model. */
export function marginOf(probability: number): number {
  const odds = Math.fround(Math.fround(1 / Math.fround(probability)) - 1);
  return Math.fround(-Math.log(odds));
}

/** The float32 probability of a margin, kept off 0 and 1. */
export function probabilityOf(margin: number): number {
  return storedProbability(1 / (1 + Math.exp(-margin)));
}

/**
 * Where boosting starts, as the booster stores it: `base_score` if given, the weighted mean of the labels otherwise;
 * with a `scale_pos_weight` other than 1, one Newton step from margin 0. A probability where the objective stores
 * one, a margin otherwise.
 *
 * @param weights row weights in which `scale_pos_weight` has no part
 */
export function startingOutput(
  labels: Float32Array,
  weights: Float32Array | undefined,
  params: Params,
  link: Link,
): number {
  if (params.base_score !== undefined) {
    return link.startsAtProbability ? storedProbability(params.base_score) : Math.fround(params.base_score);
  }
  let positive = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weights === undefined ? 1 : weights[i];
    const scaled = labels[i] === 1 ? w * params.scale_pos_weight : w;
    positive += scaled * labels[i];
    total += scaled;
  }
  const mean = positive / total;
  if (!link.logistic) return Math.fround(mean);
  // The step has gradient sum (1/2 - mean) total and hessian sum total / 4.
  const probability =
    params.scale_pos_weight === 1 ? storedProbability(mean) : probabilityOf((mean - 0.5) * 4);
  return link.startsAtProbability ? probability : marginOf(probability);
}

/** The float32 probability that a start is stored as, off 0 and 1. XGBoost has done the same since 3.1. */
export function storedProbability(probability: number): number {
  return Math.fround(Math.max(MARGIN_OF_PROBABILITY, Math.min(1 - MARGIN_OF_PROBABILITY, probability)));
}
