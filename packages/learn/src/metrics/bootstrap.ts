import { InvalidOption, Random } from '@verdict/core';
import { requireCount, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { evaluate, judge, metricNames, metricsOf, requirePredictions } from './evaluation.ts';
import type { Judged, MetricName, Metrics } from './evaluation.ts';
import { drawCounts, resamplingUnits } from './resampling.ts';

/** How bootstrap replicates are drawn. */
export interface ReplicateOptions {
  readonly seed: number;
  /** First replicate, default 0: ranges of replicates may be computed in different threads and joined. */
  readonly from?: number;
  /** One past the last replicate, default 1000. */
  readonly to?: number;
  /** Default: all. */
  readonly metrics?: readonly MetricName[];
  /** Kept with the rows that are drawn. */
  readonly weights?: Float64Array;
  /** Rows with the same number of 0 or more are drawn together; -1 stands alone. */
  readonly groups?: Int32Array;
}

/** How bootstrap intervals are made. */
export interface BootstrapOptions extends Omit<ReplicateOptions, 'from' | 'to'> {
  /** Default 1000. */
  readonly replicates?: number;
  /** Share of the replicates that the interval spans; default 0.95. */
  readonly level?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One array of replicate values per metric. */
export type Replicates = Partial<Record<MetricName, Float64Array>>;

/** One model's predictions, ready to be reweighted by replicates. */
export interface ReplicateModel {
  readonly judged: Judged;
  readonly weights: Float64Array | undefined;
  readonly mass: Float64Array;
}

/** Prepares a model's checked predictions for replicates. */
export function replicateModel(
  labels: Uint8Array,
  probabilities: Scores,
  threshold: number,
  weights: Float64Array | undefined,
): ReplicateModel {
  const judged = judge(labels, probabilities, threshold);
  return { judged, weights, mass: new Float64Array(2 * judged.cells.scores.length) };
}

/** The metrics when each row occurs as often as it was drawn. */
export function replicateMetrics({ judged, weights, mass }: ReplicateModel, rowCounts: Uint32Array): Metrics {
  const cellOfRow = judged.cells.cellOfRow;
  mass.fill(0);
  if (weights === undefined) {
    for (let row = 0; row < rowCounts.length; row++) mass[cellOfRow[row]] += rowCounts[row];
  } else {
    for (let row = 0; row < rowCounts.length; row++) mass[cellOfRow[row]] += rowCounts[row] * weights[row];
  }
  return metricsOf(judged, mass);
}

/**
 * Draws each replicate of a range and hands over how often each row occurs in it. Replicate r uses
 * `new Random(seed, 'bootstrap').fork(r)`, whatever the range.
 */
export function forEachReplicate(
  rowCount: number,
  options: ReplicateOptions,
  visit: (rowCounts: Uint32Array, index: number) => void,
): number {
  const { seed, from = 0, to = 1000, groups } = options;
  requireCount('from', from, 0);
  requireCount('to', to, from);
  const units = resamplingUnits(rowCount, groups);
  const rowCounts = new Uint32Array(rowCount);
  const unitCounts = units.unitOfRow === undefined ? rowCounts : new Uint32Array(units.unitCount);
  const root = new Random(seed, 'bootstrap');
  for (let replicate = from; replicate < to; replicate++) {
    drawCounts(units, root.fork(replicate), unitCounts, rowCounts);
    visit(rowCounts, replicate - from);
  }
  return to - from;
}

/** The metrics asked for, each a known name. @throws InvalidOption */
export function requireMetricNames(names: readonly MetricName[] = metricNames): readonly MetricName[] {
  for (const name of names) {
    if (!metricNames.includes(name)) {
      throw new InvalidOption({ option: 'metrics', got: name, expected: `one of ${metricNames.join(', ')}` });
    }
  }
  return names;
}

/**
 * The metrics of bootstrap replicates: rows (or whole groups) drawn with replacement, as many as there
 * are, without stratification, so that the class balance varies as it would in another sample. The
 * predictions are sorted once; a replicate costs linear time. A metric that a replicate leaves undefined
 * (one class only) is NaN there.
 *
 * @returns per metric, the values of the replicates `from` to `to` - 1 in order
 */
export function bootstrapReplicates(
  labels: Uint8Array,
  probabilities: Scores,
  threshold: number,
  options: ReplicateOptions,
): Replicates {
  requirePredictions(labels, probabilities, threshold, options.weights);
  const names = requireMetricNames(options.metrics);
  const model = replicateModel(labels, probabilities, threshold, options.weights);
  const count = Math.max(0, (options.to ?? 1000) - (options.from ?? 0));
  const result: Replicates = {};
  for (const name of names) result[name] = new Float64Array(count);
  forEachReplicate(labels.length, options, (rowCounts, index) => {
    const metrics = replicateMetrics(model, rowCounts);
    for (const name of names) (result[name] as Float64Array)[index] = metrics[name];
  });
  return result;
}

/**
 * The central interval of replicate values (percentile method, linear interpolation between order
 * statistics as in NumPy). NaN values are left out; if more than half are NaN, so are both ends.
 */
export function percentileInterval(values: Float64Array, level = 0.95): Interval {
  requireShare('level', level);
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  if (defined.length * 2 < values.length || defined.length === 0) return { low: NaN, high: NaN };
  return {
    low: sortedQuantile(defined, 0.5 * (1 - level)),
    high: sortedQuantile(defined, 0.5 * (1 + level)),
  };
}

/** The quantile of ascending values, interpolated linearly; NaN if there are none. */
function sortedQuantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  if (sorted[below] === sorted[above]) return sorted[below];
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Joins the replicates of successive ranges, in the order given. */
export function joinReplicates(parts: readonly Replicates[]): Replicates {
  const result: Replicates = {};
  for (const name of metricNames) {
    const arrays = parts.flatMap((part) => part[name] ?? []);
    if (arrays.length === 0) continue;
    const joined = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
    let start = 0;
    for (const array of arrays) {
      joined.set(array, start);
      start += array.length;
    }
    result[name] = joined;
  }
  return result;
}

/**
 * A sum of distances: chance adds to it, and a resample adds its own chance on top of that of the rows, so that nearly
 * all replicates may lie above the figure.
 */
const swollen: MetricName = 'ece';

/**
 * Replicates without the bias that resampling adds: those of the calibration error, or of a difference of it, are moved so
 * that their median is the figure itself. Their interval then tells how far the figure varies among samples of as many
 * rows, and holds it. Replicates of other metrics stay as they are.
 *
 * @param figure of the rows themselves
 */
export function withoutResamplingBias(name: MetricName, values: Float64Array, figure: number): Float64Array {
  if (name !== swollen) return values;
  const median = sortedQuantile(values.filter((value) => !Number.isNaN(value)).sort(), 0.5);
  return values.map((value) => figure + (value - median));
}

/**
 * The interval of each metric that the replicates hold; NaN for the others.
 *
 * @param figures of the rows themselves
 */
export function intervalsOf(
  replicates: Replicates,
  figures: Metrics,
  level = 0.95,
): Record<MetricName, Interval> {
  const intervals = {} as Record<MetricName, Interval>;
  for (const name of metricNames) {
    const values = replicates[name];
    if (values === undefined) {
      intervals[name] = { low: NaN, high: NaN };
      continue;
    }
    const { low, high } = percentileInterval(withoutResamplingBias(name, values, figures[name]), level);
    // Where replicates were moved, an end may leave the values that the metric can have.
    intervals[name] = name === swollen ? { low: Math.max(0, low), high: Math.min(1, high) } : { low, high };
  }
  return intervals;
}

/**
 * Bootstrap confidence intervals of the metrics (Efron's percentile method; see `bootstrapReplicates` for
 * what is drawn, and `withoutResamplingBias` for the calibration error). They hold for fixed predictions and a fixed threshold: the luck of the test rows, not
 * that of training.
 *
 * @returns an interval per metric; both ends NaN for metrics that were not asked for or are undefined
 */
export function bootstrapIntervals(
  labels: Uint8Array,
  probabilities: Scores,
  threshold: number,
  options: BootstrapOptions,
): Record<MetricName, Interval> {
  const { replicates = 1000, level = 0.95, ...rest } = options;
  requireCount('replicates', replicates, 1);
  requireShare('level', level);
  return intervalsOf(
    bootstrapReplicates(labels, probabilities, threshold, { ...rest, from: 0, to: replicates }),
    evaluate(labels, probabilities, threshold, rest.weights),
    level,
  );
}
