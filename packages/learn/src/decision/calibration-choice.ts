import { InvalidOption } from '@verdict/core';
import { requireCount, requireLabels } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import { rowLogLoss } from '../metrics/probability-metrics.ts';
import { largestFoldCount, stratifiedFolds } from '../validation/folds.ts';
import { fitIsotonic, fitSigmoid } from './calibration-fit.ts';
import { calibrate } from './calibration.ts';
import type { Calibration } from './calibration.ts';

/** How a calibration is chosen. */
export interface CalibrationOptions {
  readonly seed: number;
  /** Default 5, fewer if a class has fewer rows. */
  readonly folds?: number;
  readonly weights?: Float64Array;
  /** Rows with the same number of 0 or more stay in one fold; -1 stands alone. */
  readonly groups?: Int32Array;
  /** A richer calibration must gain at least this many standard errors of the gain; default 2. */
  readonly margin?: number;
  /** What may be chosen beside `none`; default both. */
  readonly kinds?: readonly ('sigmoid' | 'isotonic')[];
}

/** The calibration and why it was chosen. */
export interface CalibrationChoice {
  /** Fitted on all given rows. */
  readonly calibration: Calibration;
  /** Mean log loss on left-out rows per kind; NaN for kinds that were not tried. */
  readonly logLoss: Readonly<Record<Calibration['kind'], number>>;
  /** Gain over the kind that was preferred until then, and its standard error, per kind that was tried. */
  readonly gains: readonly {
    readonly kind: 'sigmoid' | 'isotonic';
    readonly over: Calibration['kind'];
    readonly gain: number;
    readonly standardError: number;
    readonly accepted: boolean;
  }[];
}

const EPSILON = 2 ** -52;

/**
 * Chooses between no calibration, a sigmoid and an isotonic function by the log loss on left-out rows in a
 * stratified cross-validation. The simplest is preferred: a richer one replaces it only if its mean gain
 * per row is larger than `margin` standard errors of that mean (paired over rows), so that noise does not
 * trigger it. If no folds can be made, the answer is `none`.
 *
 * @param margins log-odds of rows that the model has not seen
 */
export function chooseCalibration(
  labels: Uint8Array,
  margins: Scores,
  options: CalibrationOptions,
): CalibrationChoice {
  const { seed, folds = 5, weights, groups, margin = 2, kinds = ['sigmoid', 'isotonic'] } = options;
  requireCount('folds', folds, 2);
  requireLabels(labels, weights, margins.length);
  if (!(margin >= 0)) {
    throw new InvalidOption({ option: 'margin', got: margin, expected: 'a number that is not negative' });
  }
  const logLoss = { none: NaN, sigmoid: NaN, isotonic: NaN };
  const gains: CalibrationChoice['gains'][number][] = [];
  const foldCount = largestFoldCount(labels, groups, folds);
  if (foldCount < 2) return { calibration: { kind: 'none' }, logLoss, gains };
  const foldOptions = { folds: foldCount, seed };
  const foldOfRow = stratifiedFolds(labels, groups === undefined ? foldOptions : { ...foldOptions, groups });
  const losses = (kind: Calibration['kind']): Float64Array =>
    leftOutLosses(kind, labels, margins, weights, foldOfRow, foldCount);
  let preferred: Calibration['kind'] = 'none';
  let preferredLosses = losses('none');
  logLoss.none = weightedMean(preferredLosses, weights).mean;
  for (const kind of ['sigmoid', 'isotonic'] as const) {
    if (!kinds.includes(kind)) continue;
    const kindLosses = losses(kind);
    logLoss[kind] = weightedMean(kindLosses, weights).mean;
    const perRow = kindLosses.map((loss, row) => preferredLosses[row] - loss);
    const { mean: gain, standardError } = weightedMean(perRow, weights);
    const accepted = gain > 0 && gain > margin * standardError;
    gains.push({ kind, over: preferred, gain, standardError, accepted });
    if (accepted) {
      preferred = kind;
      preferredLosses = kindLosses;
    }
  }
  return { calibration: fit(preferred, labels, margins, weights), logLoss, gains };
}

function fit(
  kind: Calibration['kind'],
  labels: Uint8Array,
  margins: Scores,
  weights: Float64Array | undefined,
): Calibration {
  if (kind === 'sigmoid') return fitSigmoid(labels, margins, weights);
  if (kind === 'isotonic') return fitIsotonic(labels, margins, weights);
  return { kind: 'none' };
}

/** The log loss of each row under a calibration that was fitted on the other folds. */
function leftOutLosses(
  kind: Calibration['kind'],
  labels: Uint8Array,
  margins: Scores,
  weights: Float64Array | undefined,
  foldOfRow: Uint8Array,
  folds: number,
): Float64Array {
  const losses = new Float64Array(labels.length);
  for (let fold = 0; fold < folds; fold++) {
    const kept = (_: number, row: number): boolean => foldOfRow[row] !== fold;
    const keptWeights = weights?.filter(kept);
    const usable = keptWeights === undefined || keptWeights.some((weight) => weight > 0);
    const calibration = usable
      ? fit(kind, labels.filter(kept), margins.filter(kept), keptWeights)
      : ({ kind: 'none' } as const);
    for (let row = 0; row < labels.length; row++) {
      if (foldOfRow[row] !== fold) continue;
      losses[row] = rowLogLoss(labels[row], calibrate(calibration, margins[row]), EPSILON);
    }
  }
  return losses;
}

/** A weighted mean over rows and its standard error. */
function weightedMean(
  values: Float64Array,
  weights: Float64Array | undefined,
): { readonly mean: number; readonly standardError: number } {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    total += weight;
    sum += weight * values[row];
  }
  const mean = sum / total;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    squares += (weight * (values[row] - mean)) ** 2;
  }
  return { mean, standardError: Math.sqrt(squares) / total };
}
