import type { CalibrationOption } from '../decision/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { metricNames } from '../metrics/index.ts';

/** Figures of each fold, on its own rows and on the rows that trained it. */
export interface FoldScores {
  readonly validation: readonly Metrics[];
  readonly training: readonly Metrics[];
  /** Which rows were in which fold, see `rowsFingerprint`. */
  readonly fingerprint?: string;
}

/** Mean, deviation and folds of each metric. */
export interface CrossValidation {
  readonly folds: number;
  readonly scores: Record<string, FoldSummary>;
  /** Mean on the training rows of each fold minus mean on its own rows. */
  readonly trainTestGap: Record<string, number>;
  /** What was chosen on these very rows, which makes the figures a little too good. */
  readonly chosenOnTheseRows: readonly string[];
  /** The same for the same rows in the same folds, whatever columns were used. */
  readonly foldsFingerprint?: string;
}

export interface FoldSummary {
  readonly mean: number;
  /** Population standard deviation over the folds, as NumPy's `std`. */
  readonly standardDeviation: number;
  readonly values: readonly number[];
}

/**
 * Summarises what cross-fitting saw. Metrics that a fold leaves undefined make the summary NaN.
 * @param calibration what was asked for
 * @param searched what a search has chosen on the same rows
 */
export function summariseFolds(
  { validation, training, fingerprint }: FoldScores,
  calibration: CalibrationOption = 'none',
  searched: readonly string[] = [],
): CrossValidation {
  const scores: Record<string, FoldSummary> = {};
  const trainTestGap: Record<string, number> = {};
  for (const name of metricNames) {
    const values = validation.map((metrics) => metrics[name]);
    const mean = average(values);
    const variance = average(values.map((value) => (value - mean) ** 2));
    scores[name] = { mean, standardDeviation: Math.sqrt(variance), values };
    trainTestGap[name] = average(training.map((metrics) => metrics[name])) - mean;
  }
  return {
    folds: validation.length,
    scores,
    trainTestGap,
    chosenOnTheseRows: [
      ...searched,
      'rounds',
      'blend',
      ...(calibration === 'none' ? [] : ['calibration']),
      'threshold',
    ],
    ...(fingerprint === undefined ? {} : { foldsFingerprint: fingerprint }),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
