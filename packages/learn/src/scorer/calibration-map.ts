import type { Calibration } from '../bundle/index.ts';

/** The function from a blended margin to a probability in [0, 1] that a calibration stands for. */
export function calibrationMap(calibration: Calibration): (margin: number) => number {
  if (calibration.kind === 'none') return logistic;
  if (calibration.kind === 'sigmoid') {
    const { slope, intercept } = calibration;
    return (margin) => logistic(slope * margin + intercept);
  }
  const x = Float64Array.from(calibration.x);
  const y = Float64Array.from(calibration.y);
  return (margin) => interpolate(x, y, margin);
}

/** 1 / (1 + e^-margin). */
export function logistic(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Linear interpolation between points of rising x, constant beyond them. */
function interpolate(x: Float64Array, y: Float64Array, at: number): number {
  const last = x.length - 1;
  if (!(at > x[0])) return y[0];
  if (at >= x[last]) return y[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  const share = (at - x[low]) / (x[high] - x[low]);
  // Rounding must not carry the result out of the interval.
  return Math.min(y[high], y[low] + share * (y[high] - y[low]));
}
