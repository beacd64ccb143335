import type { Scores } from '../metrics/checks.ts';

/** A map from margins (log-odds as a model gives them) to probabilities; plain JSON. */
export type Calibration = NoCalibration | SigmoidCalibration | BetaCalibration | IsotonicCalibration;

/** The kinds of calibration, the simpler before the richer. */
export const calibrationKinds = ['none', 'sigmoid', 'beta', 'isotonic'] as const;
export type CalibrationKind = Calibration['kind'];

/** The probability is 1 / (1 + exp(-margin)). */
export interface NoCalibration {
  readonly kind: 'none';
}

/** The probability is 1 / (1 + exp(-(slope margin + intercept))). */
export interface SigmoidCalibration {
  readonly kind: 'sigmoid';
  readonly slope: number;
  readonly intercept: number;
}

/**
 * The probability is 1 / (1 + exp(-(a ln s - b ln(1 - s) + c))), where s = 1 / (1 + exp(-margin)) (Kull, Silva
 * Filho and Flach 2017).
 */
export interface BetaCalibration {
  readonly kind: 'beta';
  /** Not negative, as is b: then the probability rises with the margin. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The probability is interpolated linearly between points, and constant beyond the first and the last. */
export interface IsotonicCalibration {
  readonly kind: 'isotonic';
  /** Strictly ascending. */
  readonly margins: readonly number[];
  /** Not falling, within [0, 1]. */
  readonly probabilities: readonly number[];
}

/** The logistic function, exact in both tails. */
export function sigmoid(margin: number): number {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin));
  const e = Math.exp(margin);
  return e / (1 + e);
}

/** The natural logarithm of the logistic function, finite wherever the margin is. */
export function logSigmoid(margin: number): number {
  return Math.min(margin, 0) - Math.log1p(Math.exp(-Math.abs(margin)));
}

/** The probability of one margin. */
export function calibrate(calibration: Calibration, margin: number): number {
  switch (calibration.kind) {
    case 'none':
      return sigmoid(margin);
    case 'sigmoid':
      return sigmoid(calibration.slope * margin + calibration.intercept);
    case 'beta':
      return sigmoid(betaMargin(calibration, margin));
    case 'isotonic':
      return interpolate(calibration, margin);
  }
}

/** The probabilities of many margins. */
export function calibrateAll(calibration: Calibration, margins: Scores): Float64Array {
  const probabilities = new Float64Array(margins.length);
  for (let row = 0; row < margins.length; row++) {
    probabilities[row] = calibrate(calibration, margins[row]);
  }
  return probabilities;
}

function betaMargin({ a, b, c }: BetaCalibration, margin: number): number {
  // A coefficient of 0 silences an infinite logarithm.
  const up = a === 0 ? 0 : a * logSigmoid(margin);
  const down = b === 0 ? 0 : b * logSigmoid(-margin);
  return up - down + c;
}

function interpolate({ margins, probabilities }: IsotonicCalibration, margin: number): number {
  const last = margins.length - 1;
  if (!(margin > margins[0])) return Number.isNaN(margin) ? NaN : probabilities[0];
  if (margin >= margins[last]) return probabilities[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (margins[middle] <= margin) low = middle;
    else high = middle;
  }
  const share = (margin - margins[low]) / (margins[high] - margins[low]);
  // Rounding must not carry the result out of the interval.
  return Math.min(
    probabilities[high],
    probabilities[low] + share * (probabilities[high] - probabilities[low]),
  );
}
