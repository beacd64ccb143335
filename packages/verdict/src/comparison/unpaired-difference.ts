import { metricNames, normalHalfWidth, twoSidedPValue } from '@verdict/learn';
import type { Interval, MetricName, Metrics, PairedDifference } from '@verdict/learn';

/** Figures of a model with 95 % intervals. */
export interface BoundedFigures {
  readonly metrics: Metrics;
  readonly intervals: Record<MetricName, Interval>;
}

/**
 * The difference of two figures that are known with their 95 % intervals only, as if their rows were drawn apart
 * (Zou and Donner 2008, "Construction of confidence intervals about effect measures"). On the same rows, which are
 * hard for both models alike, the interval is wider than a paired one. The p-value is that of a normal number
 * whose interval has this half-width towards zero.
 */
export function unpairedDifference(
  a: number,
  b: number,
  boundsA: Interval,
  boundsB: Interval,
): PairedDifference {
  const difference = a - b;
  const below = Math.hypot(a - boundsA.low, boundsB.high - b);
  const above = Math.hypot(boundsA.high - a, b - boundsB.low);
  const halfWidth = difference > 0 ? below : above;
  const z = difference === 0 ? 0 : (difference / halfWidth) * normalHalfWidth(0.95);
  return { a, b, difference, low: difference - below, high: difference + above, pValue: twoSidedPValue(z) };
}

/** The same of every figure; differences are a - b. */
export function unpairedDifferences(
  a: BoundedFigures,
  b: BoundedFigures,
): Record<MetricName, PairedDifference> {
  return Object.fromEntries(
    metricNames.map((name) => [
      name,
      unpairedDifference(a.metrics[name], b.metrics[name], a.intervals[name], b.intervals[name]),
    ]),
  ) as Record<MetricName, PairedDifference>;
}
