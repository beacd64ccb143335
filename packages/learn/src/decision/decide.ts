import { InvalidOption } from '@verdict/core';
import type { Scores } from '../metrics/checks.ts';
import { crossFitChoice } from './calibration-choice.ts';
import type { CalibrationChoice } from './calibration-choice.ts';
import { calibrationKinds } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import type { ThresholdRule } from './threshold-rule.ts';
import { chooseThreshold } from './threshold.ts';
import type { ThresholdChoice } from './threshold.ts';

/** What a calibration is asked for: a kind, or `auto`, the richest that pays. */
export const calibrationOptions = ['auto', ...calibrationKinds] as const;
export type CalibrationOption = (typeof calibrationOptions)[number];

/** How margins become a decision. */
export interface DecideOptions {
  readonly calibration: CalibrationOption;
  readonly thresholdRule: ThresholdRule;
  /** Rows with the same number of 0 or more are not independent of one another; -1 stands alone. */
  readonly groups?: Int32Array | undefined;
}

/** A way from margins to decisions, and what it does on the rows that it was made from. */
export interface FittedDecision {
  /** Fitted on all given rows. */
  readonly calibration: Calibration;
  /** What each kind that was tried reaches on left-out rows. */
  readonly choice: CalibrationChoice;
  /** Chosen on `probabilities`. */
  readonly threshold: ThresholdChoice;
  /** For each row the probability by the calibration that was fitted on the other folds. */
  readonly probabilities: Float64Array;
  /** That calibration, for each fold. */
  readonly calibrationOfFold: readonly Calibration[];
}

/**
 * Calibrates out-of-fold margins and chooses the threshold on what comes out. The calibration is chosen and
 * fitted on the margins; the threshold on cross-fitted probabilities, so that no row's own label has shaped
 * the probability that it has there.
 *
 * `auto` begins with no calibration and takes a richer one (sigmoid, beta, isotonic, in this order) only where
 * it saves more than two standard errors of log loss on left-out rows, see `chooseCalibration`.
 *
 * @param margins out-of-fold margins, one for each row
 * @param foldOfRow the fold of each row, from 0
 * @throws InvalidOption for a rule or a calibration that cannot be
 */
export function decide(
  labels: Uint8Array,
  margins: Scores,
  foldOfRow: Uint8Array,
  weights: Float64Array | undefined,
  { calibration, thresholdRule, groups }: DecideOptions,
): FittedDecision {
  requireCalibrationOption(calibration);
  const { ofFold, probabilities, choice } = crossFitChoice(labels, margins, foldOfRow, {
    ...(weights === undefined ? {} : { weights }),
    ...(groups === undefined ? {} : { groups }),
    ...(calibration === 'auto' ? {} : { kinds: calibration === 'none' ? [] : [calibration], always: true }),
  });
  return {
    calibration: choice.calibration,
    choice,
    threshold: chooseThreshold(labels, probabilities, thresholdRule, weights),
    probabilities,
    calibrationOfFold: ofFold,
  };
}

/** Refuses what is no calibration. @throws InvalidOption */
export function requireCalibrationOption(calibration: CalibrationOption): void {
  if (calibrationOptions.includes(calibration)) return;
  throw new InvalidOption({
    option: 'calibration',
    got: calibration,
    expected: `one of ${calibrationOptions.join(', ')}`,
  });
}
