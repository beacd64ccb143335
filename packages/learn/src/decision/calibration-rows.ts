import { InvalidValue } from '@verdict/core';
import { requireLabels, requireLength } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';

/** What a sigmoid or a beta calibration is fitted to instead of 0 and 1. */
export interface SmoothTargets {
  readonly positive: number;
  readonly negative: number;
  /** The log-odds of the mean target. */
  readonly offset: number;
}

/**
 * Platt's targets (1999): the probability of a positive and of a negative row after one row of either class
 * was added, so that nothing becomes certain. A weight of 1 counts as one row.
 */
export function plattTargets(labels: Uint8Array, weights: Float64Array | undefined): SmoothTargets {
  let positive = 0;
  let negative = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    if (labels[row] === 1) positive += weight;
    else negative += weight;
  }
  const positiveTarget = (positive + 1) / (positive + 2);
  const negativeTarget = 1 / (negative + 2);
  const mean = (positive * positiveTarget + negative * negativeTarget) / (positive + negative);
  return {
    positive: positiveTarget,
    negative: negativeTarget,
    offset: Math.log(mean / (1 - mean)),
  };
}

/**
 * Refuses rows that no calibration can be fitted to.
 *
 * @throws InvalidOption, InsufficientData as `requireLabels`; InvalidValue for a margin that is not finite
 */
export function requireMargins(labels: Uint8Array, margins: Scores, weights: Float64Array | undefined): void {
  requireLabels(labels, weights);
  requireLength('margins', margins.length, labels.length);
  for (let row = 0; row < margins.length; row++) {
    if (!Number.isFinite(margins[row])) {
      throw new InvalidValue({
        row: row + 1,
        column: 'margin',
        got: margins[row],
        expected: 'a finite number',
      });
    }
  }
}
