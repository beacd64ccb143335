import { calibrationError } from './calibration-bins.ts';
import { requireLabels, requireProbabilities, requireThreshold } from './checks.ts';
import type { Scores, Weights } from './checks.ts';
import { decisionMetrics } from './decision-metrics.ts';
import { clippingOf, rowLogLoss } from './probability-metrics.ts';
import { positionOfThreshold, rankedMass, rankRows } from './ranked-rows.ts';
import type { RankedRows } from './ranked-rows.ts';
import { rankingFigures } from './ranking-metrics.ts';

/** Every figure that a model is judged by. */
export const metricNames = [
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'f1Macro',
  'f1Weighted',
  'precisionWeighted',
  'recallWeighted',
  'rocAuc',
  'prAuc',
  'logLoss',
  'brier',
  'mcc',
  'kappa',
  'ks',
  'lift10',
  'ece',
] as const;
export type MetricName = (typeof metricNames)[number];
export type Metrics = Record<MetricName, number>;

/** The bins of the expected calibration error that `evaluate` reports. */
export const eceBins = { bins: 10, strategy: 'quantile' } as const;
const LIFT_SHARE = 0.1;

/** Predictions sorted once, with what each row adds to the sums: all that any reweighting needs. */
export interface Judged {
  readonly ranked: RankedRows;
  /** Log loss of each position. */
  readonly losses: Float64Array;
  /** Squared error of each position. */
  readonly squares: Float64Array;
  /** Positions before this one are called positive. */
  readonly cut: number;
  /** Scratch for the calibration bins. */
  readonly binOfRun: Int32Array;
}

/** Sorts and prepares; the arguments must have been checked. */
export function judge(labels: Uint8Array, probabilities: Scores, threshold: number): Judged {
  const ranked = rankRows(labels, probabilities);
  const epsilon = clippingOf(probabilities);
  const losses = new Float64Array(ranked.rowCount);
  const squares = new Float64Array(ranked.rowCount);
  for (let position = 0; position < ranked.rowCount; position++) {
    const label = ranked.labels[position];
    const probability = ranked.scores[position];
    losses[position] = rowLogLoss(label, probability, epsilon);
    squares[position] = (probability - label) ** 2;
  }
  return {
    ranked,
    losses,
    squares,
    cut: positionOfThreshold(ranked, threshold),
    binOfRun: new Int32Array(ranked.ends.length),
  };
}

/** All metrics of judged rows under the given weights, which are in ranked order. */
export function metricsOf(judged: Judged, mass: Float64Array): Metrics {
  const { ranked, losses, squares, cut } = judged;
  const labels = ranked.labels;
  let tp = 0;
  let fp = 0;
  let fn = 0;
  let tn = 0;
  let loss = 0;
  let square = 0;
  for (let position = 0; position < cut; position++) {
    const weight = mass[position];
    if (labels[position] === 1) tp += weight;
    else fp += weight;
    loss += weight * losses[position];
    square += weight * squares[position];
  }
  for (let position = cut; position < ranked.rowCount; position++) {
    const weight = mass[position];
    if (labels[position] === 1) fn += weight;
    else tn += weight;
    loss += weight * losses[position];
    square += weight * squares[position];
  }
  const total = tp + fn + (fp + tn);
  const ranking = rankingFigures(ranked, mass, tp + fn, fp + tn, LIFT_SHARE);
  const decided = decisionMetrics({ tp, fp, tn, fn });
  return {
    ...decided,
    rocAuc: ranking.rocAuc,
    prAuc: ranking.averagePrecision,
    logLoss: loss / total,
    brier: square / total,
    ks: ranking.ks,
    lift10: ranking.lift,
    ece: calibrationError(ranked, mass, total, eceBins, judged.binOfRun),
  };
}

/** The checks that everything judging probabilities at a threshold shares. */
export function requirePredictions(
  labels: Uint8Array,
  probabilities: Scores,
  threshold: number,
  weights: Weights,
): void {
  requireLabels(labels, weights);
  requireProbabilities(probabilities, labels.length);
  requireThreshold(threshold);
}

/**
 * Every metric at once, with one sort: each equals the function of its own name. A row is called positive
 * when its probability is at least the threshold. Figures that the rows leave undefined are NaN (ROC AUC
 * and KS with one class, lift without positives, kappa with one class on both sides), which JSON writes as
 * null. `lift10` is the lift of the top 10 %; `ece` has ten bins of equal weight.
 *
 * @param labels 1 for the positive class, 0 for the other
 * @param probabilities of the positive class, in [0, 1]
 * @throws InvalidOption, InvalidValue, InsufficientData for input that cannot be judged
 */
export function evaluate(
  labels: Uint8Array,
  probabilities: Scores,
  threshold: number,
  weights?: Float64Array,
): Metrics {
  requirePredictions(labels, probabilities, threshold, weights);
  const judged = judge(labels, probabilities, threshold);
  return metricsOf(judged, rankedMass(judged.ranked, weights));
}

/**
 * What a rule that knows only the class shares reaches: it always names the more frequent class (the
 * positive one if both are equally frequent) and gives the share of positives as every row's probability.
 *
 * @returns all metrics, and `share`, the weight share of the more frequent class
 */
export function majorityBaseline(
  labels: Uint8Array,
  weights?: Float64Array,
): Metrics & { readonly share: number } {
  requireLabels(labels, weights);
  let positive = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    positive += weight * labels[row];
    total += weight;
  }
  const rate = positive / total;
  const probabilities = new Float64Array(labels.length).fill(rate);
  return { ...evaluate(labels, probabilities, 0.5, weights), share: Math.max(rate, 1 - rate) };
}
