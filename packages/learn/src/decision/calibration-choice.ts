import { InvalidOption } from '@verdict/core';
import { requireCount, requireLabels, requireLength } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import { clippingOf, rowLogLoss } from '../metrics/probability-metrics.ts';
import { resamplingUnits } from '../metrics/resampling.ts';
import { weightedMean } from '../metrics/weighted-mean.ts';
import { largestFoldCount, stratifiedFolds } from '../validation/folds.ts';
import { crossFitCalibration, fitCalibration } from './calibration-fit.ts';
import type { CrossFittedCalibration } from './calibration-fit.ts';
import { calibrationKinds } from './calibration.ts';
import type { Calibration, CalibrationKind } from './calibration.ts';

/** A calibration that has to be fitted. */
type FittedKind = Exclude<CalibrationKind, 'none'>;

/** How a calibration is chosen. */
export interface CalibrationOptions {
  readonly seed: number;
  /** Default 5, fewer if a class has fewer rows. */
  readonly folds?: number;
  /** The fold of each row, from 0, instead of folds that are drawn. */
  readonly foldOfRow?: Uint8Array;
  readonly weights?: Float64Array;
  /** Rows with the same number of 0 or more stay in one fold and count as one draw; -1 stands alone. */
  readonly groups?: Int32Array;
  /** A richer calibration must gain at least this many standard errors of the gain; default 2. */
  readonly margin?: number;
  /** What may be chosen beside `none`; default all. */
  readonly kinds?: readonly FittedKind[];
}

/** The calibration and why it was chosen. */
export interface CalibrationChoice {
  /** Fitted on all given rows. */
  readonly calibration: Calibration;
  /** Mean log loss on left-out rows per kind; NaN for kinds that were not tried. */
  readonly logLoss: Readonly<Record<CalibrationKind, number>>;
  /** Gain over the kind that was preferred until then, and its standard error, per kind that was tried. */
  readonly gains: readonly CalibrationGain[];
}

/** What a richer calibration saves in mean log loss on left-out rows. */
export interface CalibrationGain {
  readonly kind: FittedKind;
  /** The kind that was preferred until then. */
  readonly over: CalibrationKind;
  readonly gain: number;
  readonly standardError: number;
  readonly accepted: boolean;
}

/** A choice with the left-out probabilities of the kind that was chosen. */
export interface CrossFittedChoice extends CrossFittedCalibration {
  readonly choice: CalibrationChoice;
}

/**
 * Chooses between no calibration, a sigmoid, a beta and an isotonic function by the log loss on left-out rows
 * in a stratified cross-validation. The simplest is preferred: a richer one replaces it only if its mean gain
 * per row is larger than `margin` standard errors of that mean (paired over rows, or over groups of them), so that noise does not
 * trigger it. If no folds can be made, the answer is `none`.
 *
 * @param margins log-odds of rows that the model has not seen
 */
export function chooseCalibration(
  labels: Uint8Array,
  margins: Scores,
  options: CalibrationOptions,
): CalibrationChoice {
  const { seed, folds = 5, weights, groups } = options;
  requireCount('folds', folds, 2);
  requireLabels(labels, weights, margins.length);
  if (options.foldOfRow !== undefined)
    return crossFitChoice(labels, margins, options.foldOfRow, options).choice;
  const foldCount = largestFoldCount(labels, groups, folds);
  if (foldCount < 2) {
    requireMargin(options.margin ?? DEFAULT_MARGIN);
    return { calibration: { kind: 'none' }, logLoss: notTried(), gains: [] };
  }
  const foldOptions = { folds: foldCount, seed };
  const foldOfRow = stratifiedFolds(labels, groups === undefined ? foldOptions : { ...foldOptions, groups });
  return crossFitChoice(labels, margins, foldOfRow, options).choice;
}

const DEFAULT_MARGIN = 2;

/**
 * The same over given folds, with the left-out probabilities of what was chosen.
 *
 * @param foldOfRow the fold of each row, from 0
 */
export function crossFitChoice(
  labels: Uint8Array,
  margins: Scores,
  foldOfRow: Uint8Array,
  options: Pick<CalibrationOptions, 'weights' | 'groups' | 'margin' | 'kinds'> & {
    /** Take what is tried whatever it gains; default false. */
    readonly always?: boolean;
  },
): CrossFittedChoice {
  const { weights, groups, margin = DEFAULT_MARGIN, kinds = calibrationKinds, always = false } = options;
  requireLabels(labels, weights, margins.length);
  requireLength('foldOfRow', foldOfRow.length, labels.length);
  requireMargin(margin);
  const unitOfRow = groups === undefined ? undefined : resamplingUnits(labels.length, groups).unitOfRow;
  const logLoss = notTried();
  const gains: CalibrationGain[] = [];
  let preferred: CalibrationKind = 'none';
  let fitted = crossFitCalibration(preferred, labels, margins, foldOfRow, weights);
  let losses = lossesOf(labels, fitted.probabilities);
  logLoss.none = weightedMean(losses, weights, unitOfRow).mean;
  for (const kind of calibrationKinds) {
    if (kind === 'none' || !kinds.includes(kind)) continue;
    const kindFitted = crossFitCalibration(kind, labels, margins, foldOfRow, weights);
    const kindLosses = lossesOf(labels, kindFitted.probabilities);
    logLoss[kind] = weightedMean(kindLosses, weights, unitOfRow).mean;
    const perRow = kindLosses.map((loss, row) => losses[row] - loss);
    const { mean: gain, standardError } = weightedMean(perRow, weights, unitOfRow);
    const accepted = always || (gain > 0 && gain > margin * standardError);
    gains.push({ kind, over: preferred, gain, standardError, accepted });
    if (accepted) {
      preferred = kind;
      fitted = kindFitted;
      losses = kindLosses;
    }
  }
  const calibration = fitCalibration(preferred, labels, margins, weights);
  return { ...fitted, choice: { calibration, logLoss, gains } };
}

function notTried(): Record<CalibrationKind, number> {
  return { none: NaN, sigmoid: NaN, beta: NaN, isotonic: NaN };
}

function requireMargin(margin: number): void {
  if (margin >= 0) return;
  throw new InvalidOption({ option: 'margin', got: margin, expected: 'a number that is not negative' });
}

function lossesOf(labels: Uint8Array, probabilities: Float64Array): Float64Array {
  const epsilon = clippingOf(probabilities);
  return probabilities.map((probability, row) => rowLogLoss(labels[row], probability, epsilon));
}
