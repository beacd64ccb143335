import { InvalidModel } from '@verdict/core';

/** A map from margins (log-odds as a model gives them) to probabilities; plain JSON. */
export type Calibration = NoCalibration | SigmoidCalibration | IsotonicCalibration;

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

/** The probability of one margin. */
export function calibrate(calibration: Calibration, margin: number): number {
  switch (calibration.kind) {
    case 'none':
      return sigmoid(margin);
    case 'sigmoid':
      return sigmoid(calibration.slope * margin + calibration.intercept);
    case 'isotonic':
      return interpolate(calibration, margin);
    default:
      throw new InvalidModel({ problem: 'the calibration is of an unknown kind.' });
  }
}

/** The probabilities of many margins. */
export function calibrateAll(calibration: Calibration, margins: Float64Array | Float32Array): Float64Array {
  const probabilities = new Float64Array(margins.length);
  for (let row = 0; row < margins.length; row++) {
    probabilities[row] = calibrate(calibration, margins[row]);
  }
  return probabilities;
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
  return probabilities[low] + share * (probabilities[high] - probabilities[low]);
}

/**
 * Checks what was read from a file: known kind, finite numbers, matching lengths, right order.
 *
 * @throws InvalidModel
 */
export function requireCalibration(value: unknown): Calibration {
  if (typeof value !== 'object' || value === null || !('kind' in value))
    throw broken('is not an object with a kind');
  if (value.kind === 'none') return { kind: 'none' };
  if (value.kind === 'sigmoid') {
    const { slope, intercept } = value as Partial<SigmoidCalibration>;
    if (!isFiniteNumber(slope) || !isFiniteNumber(intercept))
      throw broken('has a slope or intercept that is no number');
    return { kind: 'sigmoid', slope, intercept };
  }
  if (value.kind !== 'isotonic') throw broken('is of an unknown kind');
  const { margins, probabilities } = value as { margins?: unknown; probabilities?: unknown };
  if (!isNumberList(margins) || !isNumberList(probabilities)) throw broken('has points that are no numbers');
  if (margins.length === 0 || margins.length !== probabilities.length)
    throw broken('has unequal lists of points');
  for (let i = 0; i < margins.length; i++) {
    const inOrder = i === 0 || (margins[i] > margins[i - 1] && probabilities[i] >= probabilities[i - 1]);
    if (!inOrder) throw broken('has points out of order');
    if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) throw broken('has a probability outside 0 to 1');
  }
  return { kind: 'isotonic', margins, probabilities };
}

function broken(problem: string): InvalidModel {
  return new InvalidModel({ problem: `the calibration ${problem}.` });
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isNumberList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isFiniteNumber);
}
