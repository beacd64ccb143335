import type { Scores } from '../metrics/checks.ts';
import { fitBeta } from './beta-fit.ts';
import { calibrate } from './calibration.ts';
import type { Calibration, CalibrationKind } from './calibration.ts';
import { fitIsotonic } from './isotonic-fit.ts';
import { fitSigmoid } from './sigmoid-fit.ts';

/** Fits a calibration of the given kind. */
export function fitCalibration(
  kind: CalibrationKind,
  labels: Uint8Array,
  margins: Scores,
  weights?: Float64Array,
): Calibration {
  switch (kind) {
    case 'none':
      return { kind };
    case 'sigmoid':
      return fitSigmoid(labels, margins, weights);
    case 'beta':
      return fitBeta(labels, margins, weights);
    case 'isotonic':
      return fitIsotonic(labels, margins, weights);
  }
}

/** A calibration for each fold, and what it says of the rows that it has not seen. */
export interface CrossFittedCalibration {
  /** Fitted on the rows of all other folds. */
  readonly ofFold: readonly Calibration[];
  /** For each row the probability by the calibration of its fold. */
  readonly probabilities: Float64Array;
}

/**
 * Calibrates each row by a calibration that was fitted on the other folds, so that its own label has had no
 * say. Where the other folds have no weight, the answer is `none`.
 *
 * @param foldOfRow the fold of each row, from 0
 */
export function crossFitCalibration(
  kind: CalibrationKind,
  labels: Uint8Array,
  margins: Scores,
  foldOfRow: Uint8Array,
  weights?: Float64Array,
): CrossFittedCalibration {
  const folds = foldOfRow.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const ofFold = Array.from({ length: folds }, (_, fold): Calibration => {
    if (kind === 'none') return { kind };
    const kept = (__: number, row: number): boolean => foldOfRow[row] !== fold;
    const rows = labels.filter(kept);
    const rowWeights = weights?.filter(kept);
    const usable = rowWeights === undefined ? rows.length > 0 : rowWeights.some((weight) => weight > 0);
    return usable ? fitCalibration(kind, rows, margins.filter(kept), rowWeights) : { kind: 'none' };
  });
  const probabilities = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    probabilities[row] = calibrate(ofFold[foldOfRow[row]], margins[row]);
  }
  return { ofFold, probabilities };
}
