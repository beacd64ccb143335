import { metricNames } from '@verdict/learn';
import type { Interval, MetricName, Metrics } from '@verdict/learn';

/** The figures that a bundle carries about itself. */
export interface RecordedFigures {
  /** `hold-out`, `test file`, `cross-validation` or `sample`. */
  readonly source: string;
  readonly rows: number;
  /** Tells judging rows apart; older bundles have none. */
  readonly rowsFingerprint: string | undefined;
  readonly metrics: Metrics;
  readonly intervals: Record<MetricName, Interval>;
  readonly folds: RecordedFolds | undefined;
}

/** Scores of the folds of a cross-validation. */
export interface RecordedFolds {
  readonly fingerprint: string | undefined;
  readonly count: number;
  /** Of the metric that was asked for; NaN where a fold leaves it undefined. */
  readonly values: readonly number[];
}

/** Folds beyond this are no cross-validation of ours. */
const MOST_FOLDS = 10_000;

/**
 * Reads the figures of a bundle's `metrics.json`, which may hold any JSON: what is not as expected counts as not
 * there, and undefined figures are NaN.
 *
 * @param metric whose scores by fold are wanted
 * @returns undefined if there is no headline
 */
export function recordedFigures(metrics: unknown, metric: MetricName): RecordedFigures | undefined {
  const headline = member(metrics, 'headline');
  const values = member(headline, 'metrics');
  const source = member(headline, 'source');
  const rows = member(headline, 'rows');
  if (typeof source !== 'string' || typeof rows !== 'number' || values === undefined) return undefined;
  const bounds = member(headline, 'intervals');
  return {
    source: source.slice(0, 40),
    rows,
    rowsFingerprint: text(member(headline, 'rowsFingerprint')),
    metrics: byMetric((name) => number(member(values, name))),
    intervals: byMetric((name) => ({
      low: number(member(member(bounds, name), 'low')),
      high: number(member(member(bounds, name), 'high')),
    })),
    folds: foldsOf(member(metrics, 'crossValidation'), metric),
  };
}

function foldsOf(crossValidation: unknown, metric: MetricName): RecordedFolds | undefined {
  const count = member(crossValidation, 'folds');
  const values = member(member(member(crossValidation, 'scores'), metric), 'values');
  if (!Number.isSafeInteger(count) || !Array.isArray(values)) return undefined;
  if (values.length < 2 || values.length > MOST_FOLDS) return undefined;
  return {
    fingerprint: text(member(crossValidation, 'foldsFingerprint')),
    count: count as number,
    values: values.map(number),
  };
}

function byMetric<T>(value: (name: MetricName) => T): Record<MetricName, T> {
  return Object.fromEntries(metricNames.map((name) => [name, value(name)])) as Record<MetricName, T>;
}

/** An own member of an object; undefined of anything else. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
