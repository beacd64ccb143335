import type { Params } from './params.ts';

/** Probabilities nearer to 0 or 1 than this are not used as a start. */
const MARGIN_OF_PROBABILITY = 1e-6;

/** The margin of a probability, computed in float32 step by step as XGBoost does when it loads a model. */
export function marginOf(probability: number): number {
  const odds = Math.fround(Math.fround(1 / Math.fround(probability)) - 1);
  return Math.fround(-Math.log(odds));
}

/** The float32 probability of a margin, kept off 0 and 1. */
export function probabilityOf(margin: number): number {
  return clamp(1 / (1 + Math.exp(-margin)));
}

/**
 * Where boosting starts, as the booster stores it: `base_score` if given, the weighted mean of the labels otherwise;
 * with a `scale_pos_weight` other than 1, one Newton step from margin 0.
 *
 * @param logistic true if the start is a probability
 * @param weights row weights in which `scale_pos_weight` has no part
 */
export function startingOutput(
  labels: Float32Array,
  weights: Float32Array | undefined,
  params: Params,
  logistic: boolean,
): number {
  const stored = logistic ? clamp : Math.fround;
  if (params.base_score !== undefined) return stored(params.base_score);
  let positive = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weights === undefined ? 1 : weights[i];
    const scaled = labels[i] === 1 ? w * params.scale_pos_weight : w;
    positive += scaled * labels[i];
    total += scaled;
  }
  const mean = positive / total;
  if (params.scale_pos_weight === 1) return stored(mean);
  // Gradient sum (1/2 - mean) total, hessian sum total / 4.
  return probabilityOf((mean - 0.5) * 4);
}

function clamp(probability: number): number {
  return Math.fround(Math.max(MARGIN_OF_PROBABILITY, Math.min(1 - MARGIN_OF_PROBABILITY, probability)));
}
