import { completeBinOptions, fillBins } from './calibration-bins.ts';
import type { BinOptions } from './calibration-bins.ts';
import { requireLabels, requireProbabilities, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { normalHalfWidth } from './normal-distribution.ts';
import { rankedMass, rankRows } from './ranked-rows.ts';

/** One bin of a calibration curve that has rows. */
export interface CalibrationPoint {
  /** Smallest and largest probability in the bin. */
  readonly from: number;
  readonly to: number;
  /** Weighted mean probability. */
  readonly predicted: number;
  /** Weighted share of positives. */
  readonly observed: number;
  /** Ends of Wilson's interval of `observed`. */
  readonly low: number;
  readonly high: number;
  /** Rows with weight, and their weight. */
  readonly count: number;
  readonly weight: number;
}

/** Options of the calibration curve. */
export interface CalibrationCurveOptions extends BinOptions {
  /** Of the intervals; default 0.95. */
  readonly level?: number;
}

/**
 * Mean probability against the share of positives, per bin, in ascending order; empty bins are left out.
 * Intervals are Wilson's (1927); where rows have weights, with the effective number of rows (Kish):
 * squared sum over sum of squares.
 */
export function calibrationCurve(
  labels: Uint8Array,
  probabilities: Scores,
  options: CalibrationCurveOptions = {},
  weights?: Float64Array,
): CalibrationPoint[] {
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  const { level = 0.95, ...binOptions } = options;
  requireShare('level', level);
  const complete = completeBinOptions(binOptions);
  const ranked = rankRows(labels, probabilities);
  const mass = rankedMass(ranked, weights);
  const total = mass.reduce((sum, weight) => sum + weight, 0);
  const bins = fillBins(ranked, mass, total, complete);
  const points: CalibrationPoint[] = [];
  for (let bin = 0; bin < complete.bins; bin++) {
    const weight = bins.mass[bin];
    if (weight === 0) continue;
    const observed = bins.positive[bin] / weight;
    points.push({
      from: bins.low[bin],
      to: bins.high[bin],
      predicted: bins.probability[bin] / weight,
      observed,
      ...wilsonInterval(observed, weight ** 2 / bins.squaredMass[bin], level),
      count: bins.count[bin],
      weight,
    });
  }
  return points;
}

/** Wilson's score interval of a share that was observed in `count` rows. */
export function wilsonInterval(
  share: number,
  count: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  const z = normalHalfWidth(level);
  const squared = (z * z) / count;
  const centre = (share + squared / 2) / (1 + squared);
  const half = (z / (1 + squared)) * Math.sqrt((share * (1 - share)) / count + squared / (4 * count));
  return {
    low: share === 0 ? 0 : Math.max(0, centre - half),
    high: share === 1 ? 1 : Math.min(1, centre + half),
  };
}
