import { medianOf } from './median.ts';
import { largestFloat32 } from './number-step.ts';
import type { LinearKind } from './linear-kind.ts';

/**
 * A number for linear learners: missing becomes the training median, everything is clipped to the training
 * range, then centred and divided by the standard deviation. Where training had missing values, a second
 * column is 1 for missing and 0 otherwise.
 */
export interface StandardStep {
  readonly kind: 'standard';
  readonly feature: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  /** The standard deviation; 1 for a constant. */
  readonly scale: number;
  /** The share of missing values in training, where there were any. */
  readonly missing?: number;
}

/** Far below the deviation of any two different floats, far above what would divide into infinity. */
const smallestScale = 1e-60;

/** Standard scaling with median imputation. */
export const standardStep: LinearKind<StandardStep> = {
  kind: 'standard',

  fit(feature, column) {
    let low = Infinity;
    let high = -Infinity;
    let missing = 0;
    for (const value of column) {
      if (Number.isNaN(value)) missing++;
      // Values that stand for "beyond single precision" would flatten all others.
      else if (Math.abs(value) < largestFloat32) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) low = high = 0;
    const median = Math.min(high, Math.max(low, medianOf(column) || 0));
    const { mean, scale } = moments(column, { median, low, high });
    return {
      kind: 'standard',
      feature,
      median,
      low,
      high,
      mean,
      scale,
      ...(missing > 0 ? { missing: missing / column.length } : {}),
    };
  },

  numericMeans: (step) => (step.missing === undefined ? [0] : [0, step.missing]),

  codeShares: () => [],

  apply(step, column) {
    const scaled = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) scaled[i] = standardise(column[i], step);
    if (step.missing === undefined) return { numeric: [scaled], codes: [] };
    return { numeric: [scaled, Float64Array.from(column, indicator)], codes: [] };
  },

  rowStep(step, place) {
    const marks = step.missing !== undefined;
    return (features, target) => {
      const value = features[place.feature];
      target.numeric[place.numeric] = standardise(value, step);
      if (marks) target.numeric[place.numeric + 1] = indicator(value);
    };
  },

  parse(cursor) {
    const keys = cursor.object(['kind', 'feature', 'median', 'low', 'high', 'mean', 'scale'], ['missing']);
    const low = keys.low.number({ min: -largestFloat32, max: largestFloat32 });
    const high = keys.high.number({ min: low, max: largestFloat32 });
    return {
      kind: 'standard',
      feature: keys.feature.string(),
      low,
      high,
      median: keys.median.number({ min: low, max: high }),
      mean: keys.mean.number({ min: low, max: high }),
      scale: keys.scale.number({ min: smallestScale, max: largestFloat32 }),
      ...(keys.missing === undefined ? {} : { missing: keys.missing.number({ min: 0, max: 1 }) }),
    };
  },
};

type Range = Pick<StandardStep, 'median' | 'low' | 'high'>;

function bounded(value: number, { median, low, high }: Range): number {
  if (Number.isNaN(value)) return median;
  if (value < low) return low;
  return value > high ? high : value;
}

function standardise(value: number, step: StandardStep): number {
  return (bounded(value, step) - step.mean) / step.scale;
}

function indicator(value: number): number {
  return Number.isNaN(value) ? 1 : 0;
}

/** Mean and standard deviation after imputation and clipping, in two passes in row order. */
function moments(column: Float32Array, range: Range): { mean: number; scale: number } {
  if (range.low === range.high) return { mean: range.low, scale: 1 };
  let sum = 0;
  for (const value of column) sum += bounded(value, range);
  // Rounding may carry the mean of nearly equal values past them.
  const mean = Math.min(range.high, Math.max(range.low, sum / column.length));
  let squares = 0;
  for (const value of column) {
    const difference = bounded(value, range) - mean;
    squares += difference * difference;
  }
  return { mean, scale: Math.sqrt(squares / column.length) };
}
