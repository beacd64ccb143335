import { requireLabels, requireProbabilities } from './checks.ts';
import type { Scores } from './checks.ts';

const EPSILON_64 = 2 ** -52;
const EPSILON_32 = 2 ** -23;

/** The smallest probability that log loss takes seriously: the machine epsilon of the array's numbers. */
export function clippingOf(probabilities: Scores): number {
  return probabilities instanceof Float32Array ? EPSILON_32 : EPSILON_64;
}

/** The log loss of one row; both the probability and its complement are clipped to [epsilon, 1 - epsilon]. */
export function rowLogLoss(label: number, probability: number, epsilon: number): number {
  const likelihood = label === 1 ? probability : 1 - probability;
  if (likelihood < epsilon) return -Math.log(epsilon);
  return likelihood > 1 - epsilon ? -Math.log1p(-epsilon) : -Math.log(likelihood);
}

/**
 * The mean negative log likelihood, natural logarithm. As in scikit-learn's `log_loss`, the probability of
 * each class is clipped to [e, 1 - e], e being 2^-52 (2^-23 for a Float32Array), so that a certain and
 * wrong prediction costs 36.04 (15.94) and not infinity.
 */
export function logLoss(labels: Uint8Array, probabilities: Scores, weights?: Float64Array): number {
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  const epsilon = clippingOf(probabilities);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    sum += weight * rowLogLoss(labels[row], probabilities[row], epsilon);
    total += weight;
  }
  return sum / total;
}

/** The mean squared distance of probability and label (Brier 1950): from 0, best, to 1. */
export function brier(labels: Uint8Array, probabilities: Scores, weights?: Float64Array): number {
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    sum += weight * (probabilities[row] - labels[row]) ** 2;
    total += weight;
  }
  return sum / total;
}
