import { InvalidOption } from '@verdict/core';
import { requireCount, requireLabels, requireProbabilities } from './checks.ts';
import type { Scores } from './checks.ts';
import { rankedMass, rankRows } from './ranked-rows.ts';
import type { RankedRows } from './ranked-rows.ts';

/** How probabilities are put into bins. */
export interface BinOptions {
  /** Number of bins; default 10. */
  readonly bins?: number;
  /**
   * `quantile` (default): bins of equal weight; a run of equal probabilities is never divided, it goes
   * where its middle lies. `uniform`: bins of equal width over [0, 1], closed on the right, as in
   * scikit-learn's `calibration_curve`.
   */
  readonly strategy?: 'quantile' | 'uniform';
}

/** What fell into each bin, in ascending order of probability. */
export interface CalibrationBins {
  readonly mass: Float64Array;
  readonly positive: Float64Array;
  readonly probability: Float64Array;
  /** Sum of squared weights, for the effective number of rows. */
  readonly squaredMass: Float64Array;
  /** Rows with weight. */
  readonly count: Uint32Array;
  /** Smallest and largest probability in the bin; NaN if the bin is empty. */
  readonly low: Float64Array;
  readonly high: Float64Array;
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

/** The bin of each run of equal probabilities, written to `binOfRun`. */
function assignRuns(
  ranked: RankedRows,
  mass: Float64Array,
  total: number,
  { bins, strategy }: Required<BinOptions>,
  binOfRun: Int32Array,
): void {
  const { ends, scores } = ranked;
  let position = 0;
  let above = 0;
  for (let run = 0; run < ends.length; run++) {
    const first = position;
    let runMass = 0;
    for (const end = ends[run]; position < end; position++) runMass += mass[position];
    const place =
      strategy === 'quantile'
        ? Math.floor((bins * (total - above - 0.5 * runMass)) / total)
        : uniformBin(scores[first], bins);
    binOfRun[run] = Math.min(bins - 1, Math.max(0, place));
    above += runMass;
  }
}

/** The number of inner edges k / bins that lie below the probability. */
function uniformBin(probability: number, bins: number): number {
  const step = 1 / bins;
  let bin = Math.max(0, Math.floor(probability * bins) - 1);
  while (bin < bins - 1 && (bin + 1) * step < probability) bin++;
  return bin;
}

/** Fills the bins from ranked rows; `mass` is in ranked order and `total` is its sum. */
export function fillBins(
  ranked: RankedRows,
  mass: Float64Array,
  total: number,
  options: Required<BinOptions>,
): CalibrationBins {
  const bins = options.bins;
  const binOfRun = new Int32Array(ranked.ends.length);
  assignRuns(ranked, mass, total, options, binOfRun);
  const result = {
    mass: new Float64Array(bins),
    positive: new Float64Array(bins),
    probability: new Float64Array(bins),
    squaredMass: new Float64Array(bins),
    count: new Uint32Array(bins),
    low: new Float64Array(bins).fill(NaN),
    high: new Float64Array(bins).fill(NaN),
  };
  let position = 0;
  for (let run = 0; run < binOfRun.length; run++) {
    const bin = binOfRun[run];
    for (const end = ranked.ends[run]; position < end; position++) {
      const weight = mass[position];
      if (weight === 0) continue;
      const score = ranked.scores[position];
      result.mass[bin] += weight;
      result.squaredMass[bin] += weight * weight;
      result.probability[bin] += weight * score;
      if (ranked.labels[position] === 1) result.positive[bin] += weight;
      if (result.count[bin]++ === 0) result.high[bin] = score;
      result.low[bin] = score;
    }
  }
  return result;
}

/** The expected calibration error of ranked rows, without the by-products of `fillBins`. */
export function calibrationError(
  ranked: RankedRows,
  mass: Float64Array,
  total: number,
  options: Required<BinOptions>,
  binOfRun: Int32Array = new Int32Array(ranked.ends.length),
): number {
  assignRuns(ranked, mass, total, options, binOfRun);
  const { ends, labels, scores } = ranked;
  let error = 0;
  let gap = 0;
  let current = -1;
  let position = 0;
  for (let run = 0; run < ends.length; run++) {
    if (binOfRun[run] !== current) {
      error += Math.abs(gap);
      gap = 0;
      current = binOfRun[run];
    }
    for (const end = ends[run]; position < end; position++) {
      gap += mass[position] * (scores[position] - labels[position]);
    }
  }
  return (error + Math.abs(gap)) / total;
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
  const ranked = rankRows(labels, probabilities);
  const mass = rankedMass(ranked, weights);
  let total = 0;
  for (const weight of mass) total += weight;
  return calibrationError(ranked, mass, total, complete);
}
