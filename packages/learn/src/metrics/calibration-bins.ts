import { InvalidOption } from '@verdict/core';
import { requireCount, requireLabels, requireProbabilities } from './checks.ts';
import type { Scores } from './checks.ts';
import { cellMass, classMass, sortIntoCells } from './score-cells.ts';

/** How probabilities are put into bins. */
export interface BinOptions {
  /** Number of bins; default 10. */
  readonly bins?: number;
  /**
   * `quantile` (default): bins of equal weight; equal probabilities are never divided, they go where
   * their middle lies. `uniform`: bins of equal width over [0, 1], closed on the right, as in
   * scikit-learn's `calibration_curve`.
   */
  readonly strategy?: 'quantile' | 'uniform';
}

/** Options with their defaults filled in. @throws InvalidOption */
export function completeBinOptions(options: BinOptions): Required<BinOptions> {
  const { bins = 10, strategy = 'quantile' } = options;
  requireCount('bins', bins, 1);
  if (strategy !== 'quantile' && strategy !== 'uniform') {
    throw new InvalidOption({ option: 'strategy', got: strategy, expected: 'quantile or uniform' });
  }
  return { bins, strategy };
}

/**
 * The bin of each distinct score, by the weights of the cells. In the quantile strategy a score belongs to
 * bin b if the middle of its weight, counted from the lowest score, lies in [b, b + 1) / bins of the total.
 *
 * @param scores distinct, descending
 * @param total the sum of the weights
 * @param binOfScore result, one entry per score
 */
export function assignBins(
  scores: Float64Array,
  mass: Float64Array,
  total: number,
  { bins, strategy }: Required<BinOptions>,
  binOfScore: Uint32Array,
): void {
  let bin = bins - 1;
  if (strategy === 'uniform') {
    const step = 1 / bins;
    for (let index = 0; index < scores.length; index++) {
      while (bin > 0 && scores[index] <= bin * step) bin--;
      binOfScore[index] = bin;
    }
    return;
  }
  let above = 0;
  let border = bin * total;
  for (let index = 0; index < scores.length; index++) {
    const weight = mass[2 * index] + mass[2 * index + 1];
    const middle = (total - above - 0.5 * weight) * bins;
    while (middle < border && bin > 0) border = --bin * total;
    binOfScore[index] = bin;
    above += weight;
  }
}

/**
 * The expected calibration error from the weights of the cells.
 *
 * @param total the sum of the weights
 * @param binOfScore scratch, one entry per distinct score
 */
export function calibrationError(
  scores: Float64Array,
  mass: Float64Array,
  total: number,
  options: Required<BinOptions>,
  binOfScore: Uint32Array = new Uint32Array(scores.length),
): number {
  assignBins(scores, mass, total, options, binOfScore);
  let error = 0;
  let expected = 0;
  let observed = 0;
  let current = options.bins;
  for (let index = 0; index < scores.length; index++) {
    if (binOfScore[index] !== current) {
      error += Math.abs(expected - observed);
      expected = 0;
      observed = 0;
      current = binOfScore[index];
    }
    const positive = mass[2 * index + 1];
    expected += (mass[2 * index] + positive) * scores[index];
    observed += positive;
  }
  return (error + Math.abs(expected - observed)) / total;
}

/**
 * The expected calibration error: the mean over bins, by weight, of the distance between the mean
 * probability and the share of positives (Naeini, Cooper and Hauskrecht 2015).
 */
export function expectedCalibrationError(
  labels: Uint8Array,
  probabilities: Scores,
  options: BinOptions = {},
  weights?: Float64Array,
): number {
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  const complete = completeBinOptions(options);
  const cells = sortIntoCells(labels, probabilities);
  const mass = cellMass(cells, weights);
  const { positive, negative } = classMass(mass);
  return calibrationError(cells.scores, mass, positive + negative, complete);
}
