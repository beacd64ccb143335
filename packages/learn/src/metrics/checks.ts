import { InsufficientData, InvalidOption, InvalidValue } from '@verdict/core';

/** One number per row: probabilities, margins or any other score. */
export type Scores = Float64Array | Float32Array;

/** Row weights: finite and not negative. Left out, every row counts once. */
export type Weights = Float64Array | undefined;

/**
 * Refuses what no figure can be computed from.
 *
 * @throws InvalidOption if lengths differ; InvalidValue for a label that is neither 0 nor 1, or a weight
 * that is negative, infinite or not a number; InsufficientData if there are no rows, or no weight.
 */
export function requireLabels(labels: Uint8Array, weights: Weights, length = labels.length): void {
  requireLength('labels', labels.length, length);
  if (length === 0) {
    throw new InsufficientData({
      problem: 'there are no rows to judge.',
      hint: 'Give at least one row with a known target.',
    });
  }
  for (let row = 0; row < length; row++) {
    if (labels[row] > 1) {
      throw new InvalidValue({ row: row + 1, column: 'label', got: labels[row], expected: '0 or 1' });
    }
  }
  if (weights !== undefined) requireWeights(weights, length);
}

function requireWeights(weights: Float64Array, length: number): void {
  requireLength('weights', weights.length, length);
  let total = 0;
  for (let row = 0; row < length; row++) {
    const weight = weights[row];
    if (!(weight >= 0 && weight < Infinity)) {
      throw new InvalidValue({
        row: row + 1,
        column: 'weight',
        got: weight,
        expected: 'a finite number that is not negative',
      });
    }
    total += weight;
  }
  if (!(total > 0 && total < Infinity)) {
    throw new InsufficientData({
      problem: total === 0 ? 'every row has weight zero.' : 'the sum of the weights is not finite.',
      hint: 'Give at least one row a weight above zero, and keep weights within ordinary numbers.',
    });
  }
}

/** Refuses scores that are not numbers; infinities are fine, they are ordered like any other score. */
export function requireScores(scores: Scores, length: number): void {
  requireLength('scores', scores.length, length);
  for (let row = 0; row < length; row++) {
    if (Number.isNaN(scores[row])) {
      throw new InvalidValue({ row: row + 1, column: 'score', got: NaN, expected: 'a number' });
    }
  }
}

/** Refuses anything outside [0, 1]. */
export function requireProbabilities(probabilities: Scores, length: number): void {
  requireLength('probabilities', probabilities.length, length);
  for (let row = 0; row < length; row++) {
    const probability = probabilities[row];
    if (!(probability >= 0 && probability <= 1)) {
      throw new InvalidValue({
        row: row + 1,
        column: 'probability',
        got: probability,
        expected: 'a number from 0 to 1',
      });
    }
  }
}

/** Refuses a threshold that is not a number. */
export function requireThreshold(threshold: number): void {
  if (Number.isNaN(threshold)) {
    throw new InvalidOption({ option: 'threshold', got: threshold, expected: 'a number' });
  }
}

/** Refuses an option that is not a whole number of at least `least`. */
export function requireCount(option: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new InvalidOption({ option, got: value, expected: `a whole number of at least ${least}` });
  }
}

/** Refuses an option that does not lie strictly between 0 and 1. */
export function requireShare(option: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new InvalidOption({ option, got: value, expected: 'a number between 0 and 1' });
  }
}

/** Refuses arrays of different lengths. */
export function requireLength(name: string, got: number, expected: number): void {
  if (got !== expected) {
    throw new InvalidOption({ option: `${name}.length`, got, expected: `${expected}, one per row` });
  }
}
