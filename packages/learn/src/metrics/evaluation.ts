import { calibrationError } from './calibration-bins.ts';
import { requireLabels, requireProbabilities, requireThreshold } from './checks.ts';
import type { Scores, Weights } from './checks.ts';
import { decisionMetrics } from './decision-metrics.ts';
import { clippingOf, rowLogLoss } from './probability-metrics.ts';
import { rankingFigures } from './ranking-metrics.ts';
import { cellMass, scoresAtLeast, sortIntoCells } from './score-cells.ts';
import type { ScoreCells } from './score-cells.ts';

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

/** Predictions sorted once, with what each cell adds to the sums: all that any reweighting needs. */
export interface Judged {
  readonly cells: ScoreCells;
  /** Log loss of a row of each cell. */
  readonly losses: Float64Array;
  /** Squared error of a row of each cell. */
  readonly squares: Float64Array;
  /** Cells before this one are called positive. */
  readonly cut: number;
  /** Scratch for the calibration bins. */
  readonly bins: Uint32Array;
}

/** Sorts and prepares; the arguments must have been checked. */
export function judge(labels: Uint8Array, probabilities: Scores, threshold: number): Judged {
  const cells = sortIntoCells(labels, probabilities);
  const epsilon = clippingOf(probabilities);
  const count = cells.scores.length;
  const losses = new Float64Array(2 * count);
  const squares = new Float64Array(2 * count);
  for (let index = 0; index < count; index++) {
    const probability = cells.scores[index];
    losses[2 * index] = rowLogLoss(0, probability, epsilon);
    losses[2 * index + 1] = rowLogLoss(1, probability, epsilon);
    squares[2 * index] = probability ** 2;
    squares[2 * index + 1] = (1 - probability) ** 2;
  }
  return { cells, losses, squares, cut: 2 * scoresAtLeast(cells, threshold), bins: new Uint32Array(count) };
}

/** All metrics of judged rows from the weights of their cells (see `cellMass`). */
export function metricsOf(judged: Judged, mass: Float64Array): Metrics {
  const { cells, losses, squares, cut, bins } = judged;
  let tp = 0;
  let fp = 0;
  let fn = 0;
  let tn = 0;
  for (let cell = 0; cell < cut; cell += 2) {
    fp += mass[cell];
    tp += mass[cell + 1];
  }
  for (let cell = cut; cell < mass.length; cell += 2) {
    tn += mass[cell];
    fn += mass[cell + 1];
  }
  // Sums of their own for each class do not wait for each other.
  let loss = 0;
  let positiveLoss = 0;
  let square = 0;
  let positiveSquare = 0;
  for (let cell = 0; cell < mass.length; cell += 2) {
    loss += mass[cell] * losses[cell];
    positiveLoss += mass[cell + 1] * losses[cell + 1];
    square += mass[cell] * squares[cell];
    positiveSquare += mass[cell + 1] * squares[cell + 1];
  }
  const total = tp + fn + (fp + tn);
  const ranking = rankingFigures(mass, tp + fn, fp + tn, LIFT_SHARE);
  const decided = decisionMetrics({ tp, fp, tn, fn });
  return {
    ...decided,
    rocAuc: ranking.rocAuc,
    prAuc: ranking.averagePrecision,
    logLoss: (loss + positiveLoss) / total,
    brier: (square + positiveSquare) / total,
    ks: ranking.ks,
    lift10: ranking.lift,
    ece: calibrationError(cells.scores, mass, total, eceBins, bins),
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
  return metricsOf(judged, cellMass(judged.cells, weights));
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
