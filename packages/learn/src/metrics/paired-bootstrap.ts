import {
  forEachReplicate,
  percentileInterval,
  replicateMetrics,
  replicateModel,
  requireMetricNames,
  withoutResamplingBias,
} from './bootstrap.ts';
import type { BootstrapOptions } from './bootstrap.ts';
import { requireCount, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { evaluate, requirePredictions } from './evaluation.ts';
import type { MetricName } from './evaluation.ts';

/** How far model A is from model B in one metric. */
export interface PairedDifference {
  readonly a: number;
  readonly b: number;
  /** `a - b`. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided: twice the smaller share of replicates on one side of zero, never 0; NaN if undefined. */
  readonly pValue: number;
}

/**
 * Compares two models on the same rows: both are judged on the same bootstrap replicates, so that what
 * makes rows hard for both cancels out. Percentile intervals of the differences A - B.
 *
 * @returns one entry per metric asked for (default: all)
 */
export function pairedBootstrap(
  labels: Uint8Array,
  probabilitiesA: Scores,
  probabilitiesB: Scores,
  thresholdA: number,
  thresholdB: number,
  options: BootstrapOptions,
): Partial<Record<MetricName, PairedDifference>> {
  const { replicates = 1000, level = 0.95, weights } = options;
  requireCount('replicates', replicates, 1);
  requireShare('level', level);
  const names = requireMetricNames(options.metrics);
  requirePredictions(labels, probabilitiesA, thresholdA, weights);
  requirePredictions(labels, probabilitiesB, thresholdB, weights);
  const modelA = replicateModel(labels, probabilitiesA, thresholdA, weights);
  const modelB = replicateModel(labels, probabilitiesB, thresholdB, weights);
  const drawn = new Map(names.map((name) => [name, new Float64Array(replicates)]));
  forEachReplicate(labels.length, { ...options, from: 0, to: replicates }, (rowCounts, index) => {
    const a = replicateMetrics(modelA, rowCounts);
    const b = replicateMetrics(modelB, rowCounts);
    for (const [name, values] of drawn) values[index] = a[name] - b[name];
  });
  const wholeA = evaluate(labels, probabilitiesA, thresholdA, weights);
  const wholeB = evaluate(labels, probabilitiesB, thresholdB, weights);
  const result: Partial<Record<MetricName, PairedDifference>> = {};
  for (const [name, replicated] of drawn) {
    const a = wholeA[name];
    const b = wholeB[name];
    const values = withoutResamplingBias(name, replicated, a - b);
    result[name] = {
      a,
      b,
      difference: a - b,
      ...percentileInterval(values, level),
      pValue: signPValue(values),
    };
  }
  return result;
}

/** Twice the smaller tail beyond zero; the observed sample counts as one more draw on either side. */
function signPValue(values: Float64Array): number {
  let below = 1;
  let above = 1;
  let defined = 1;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    defined++;
    if (value <= 0) below++;
    if (value >= 0) above++;
  }
  if ((defined - 1) * 2 < values.length) return NaN;
  return Math.min(1, (2 * Math.min(below, above)) / defined);
}
