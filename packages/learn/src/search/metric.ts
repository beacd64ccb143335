import { InvalidOption, nearest } from '@verdict/core';
import { sigmoid } from '../decision/index.ts';
import { averagePrecision, brier, confusion, decisionMetrics, logLoss, rocAuc } from '../metrics/index.ts';
import type { Confusion, DecisionMetrics } from '../metrics/index.ts';

/** What a search may rank by, under the names of scikit-learn's scorers. */
export const searchMetrics = [
  'log_loss',
  'roc_auc',
  'pr_auc',
  'brier',
  'accuracy',
  'balanced_accuracy',
  'f1',
  'f1_weighted',
  'f1_macro',
  'mcc',
] as const;
export type SearchMetric = (typeof searchMetrics)[number];

const losses: ReadonlySet<SearchMetric> = new Set(['log_loss', 'brier']);

/** The figures of decisions at probability 0.5. */
const decided: Readonly<Partial<Record<SearchMetric, keyof DecisionMetrics>>> = {
  accuracy: 'accuracy',
  balanced_accuracy: 'balancedAccuracy',
  f1: 'f1',
  f1_weighted: 'f1Weighted',
  f1_macro: 'f1Macro',
  mcc: 'mcc',
};

/** True if greater is better. */
export function higherIsBetter(metric: SearchMetric): boolean {
  return !losses.has(metric);
}

/** A log loss beyond this comes from no margin that is a single-precision number and no clipped probability. */
const MOST_LOSS = 1e6;

/** Values that a metric may have. */
export function metricRange(metric: SearchMetric): { readonly low: number; readonly high: number } {
  if (metric === 'log_loss') return { low: 0, high: MOST_LOSS };
  return { low: metric === 'mcc' ? -1 : 0, high: 1 };
}

/** Negative if `a` is better than `b`, as a sort wants it; what is not a number comes last. */
export function compareScores(metric: SearchMetric, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return higherIsBetter(metric) ? b - a : a - b;
}

export function isBetter(metric: SearchMetric, score: number, than: number): boolean {
  return compareScores(metric, score, than) < 0;
}

/**
 * What is looked at round by round, to stop and to prune: the metric itself where it changes smoothly with the
 * margins; the log loss for figures of decisions, which jump, so that their best round would be one of luck.
 */
export function followedMetric(metric: SearchMetric): SearchMetric {
  return decided[metric] === undefined ? metric : 'log_loss';
}

/** The metric of rows from their margins (log-odds). */
export function scoreMargins(
  metric: SearchMetric,
  labels: Uint8Array,
  margins: Float32Array,
  weights: Float64Array | undefined,
): number {
  // Ranks of margins, which differ where probabilities are all but 0 or 1.
  return scoreOf(metric, labels, Float64Array.from(margins, sigmoid), margins, weights);
}

/** The same of rows from their probabilities. */
export function scoreProbabilities(
  metric: SearchMetric,
  labels: Uint8Array,
  probabilities: Float64Array,
  weights: Float64Array | undefined,
): number {
  return scoreOf(metric, labels, probabilities, probabilities, weights);
}

/** @param ranks what orders the rows */
function scoreOf(
  metric: SearchMetric,
  labels: Uint8Array,
  probabilities: Float64Array,
  ranks: Float32Array | Float64Array,
  weights: Float64Array | undefined,
): number {
  const figure = decided[metric];
  if (figure !== undefined) {
    const cells: Confusion = confusion(labels, probabilities, 0.5, weights);
    return decisionMetrics(cells)[figure];
  }
  if (metric === 'log_loss') return logLoss(labels, probabilities, weights);
  if (metric === 'brier') return brier(labels, probabilities, weights);
  if (metric === 'roc_auc') return rocAuc(labels, ranks, weights);
  return averagePrecision(labels, ranks, weights);
}

/** @throws InvalidOption for a name that is none of `searchMetrics` */
export function parseMetric(name: string): SearchMetric {
  const found = searchMetrics.find((metric) => metric === name);
  if (found !== undefined) return found;
  const near = nearest(name, searchMetrics);
  throw new InvalidOption({
    option: 'metric',
    got: name,
    expected: `one of ${searchMetrics.join(', ')}`,
    ...(near.length > 0 && { hint: `Did you mean ${near.join(' or ')}?` }),
  });
}
