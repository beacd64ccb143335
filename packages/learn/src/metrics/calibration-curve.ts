import { assignBins, completeBinOptions } from './calibration-bins.ts';
import type { BinOptions } from './calibration-bins.ts';
import { requireLabels, requireProbabilities, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { normalHalfWidth } from './normal-distribution.ts';
import { cellMass, classMass, sortIntoCells } from './score-cells.ts';

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
  const cells = sortIntoCells(labels, probabilities);
  const binOfScore = new Uint32Array(cells.scores.length);
  const mass = cellMass(cells, weights);
  const { positive: positives, negative: negatives } = classMass(mass);
  assignBins(cells.scores, mass, positives + negatives, complete, binOfScore);
  const bins = Array.from({ length: complete.bins }, emptyBin);
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    if (weight > 0)
      addRow(bins[binOfScore[cells.cellOfRow[row] >>> 1]], labels[row], probabilities[row], weight);
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ from, to, predicted, positive, weight, squaredWeight, count }) => ({
      from,
      to,
      predicted: predicted / weight,
      observed: positive / weight,
      ...wilsonInterval(positive / weight, weight ** 2 / squaredWeight, level),
      count,
      weight,
    }));
}

/** Sums of one bin. */
interface Bin {
  from: number;
  to: number;
  predicted: number;
  positive: number;
  weight: number;
  squaredWeight: number;
  count: number;
}

function emptyBin(): Bin {
  return { from: Infinity, to: -Infinity, predicted: 0, positive: 0, weight: 0, squaredWeight: 0, count: 0 };
}

function addRow(bin: Bin, label: number, probability: number, weight: number): void {
  bin.from = Math.min(bin.from, probability);
  bin.to = Math.max(bin.to, probability);
  bin.predicted += weight * probability;
  bin.positive += weight * label;
  bin.weight += weight;
  bin.squaredWeight += weight * weight;
  bin.count++;
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
