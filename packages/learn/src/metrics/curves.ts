import { requireLabels, requireProbabilities, requireScores } from './checks.ts';
import type { Scores } from './checks.ts';
import { meanCost } from './cost-matrix.ts';
import type { CostMatrix } from './cost-matrix.ts';
import { thinCurve } from './curve-thinning.ts';
import { decisionMetrics } from './decision-metrics.ts';
import { cellMass, sortIntoCells } from './score-cells.ts';

/** Weights of the rows that score at least each distinct score, by class; the first entry is empty. */
export interface CumulativeCounts {
  /** Distinct scores in descending order; the first entry is infinity, where no row is called positive. */
  readonly thresholds: Float64Array;
  readonly truePositive: Float64Array;
  readonly falsePositive: Float64Array;
  readonly positive: number;
  readonly negative: number;
}

/** Checks, sorts and accumulates; scores without weight make no step of their own. */
export function accumulate(labels: Uint8Array, scores: Scores, weights?: Float64Array): CumulativeCounts {
  requireLabels(labels, weights, scores.length);
  requireScores(scores, labels.length);
  const cells = sortIntoCells(labels, scores);
  const mass = cellMass(cells, weights);
  const count = cells.scores.length;
  const thresholds = new Float64Array(count + 1);
  const truePositive = new Float64Array(count + 1);
  const falsePositive = new Float64Array(count + 1);
  thresholds[0] = Infinity;
  let kept = 0;
  for (let index = 0; index < count; index++) {
    const negative = mass[2 * index];
    const positive = mass[2 * index + 1];
    if (positive + negative === 0) continue;
    kept++;
    thresholds[kept] = cells.scores[index];
    truePositive[kept] = truePositive[kept - 1] + positive;
    falsePositive[kept] = falsePositive[kept - 1] + negative;
  }
  return {
    thresholds: thresholds.subarray(0, kept + 1),
    truePositive: truePositive.subarray(0, kept + 1),
    falsePositive: falsePositive.subarray(0, kept + 1),
    positive: truePositive[kept],
    negative: falsePositive[kept],
  };
}

const pick = (values: Float64Array, indices: Uint32Array): number[] =>
  Array.from(indices, (index) => values[index]);

/** A receiver operating characteristic: from (0, 0) to (1, 1), as columns of equal length. */
export interface RocCurve {
  readonly falsePositiveRate: readonly number[];
  readonly truePositiveRate: readonly number[];
  /** A row is positive from this score on; the first entry is Infinity (null in JSON). */
  readonly threshold: readonly number[];
}

/**
 * The ROC curve, thinned to at most `limit` points (default 500) without a visible change. A rate whose
 * class does not occur is 0 throughout.
 */
export function rocCurve(
  labels: Uint8Array,
  scores: Scores,
  weights?: Float64Array,
  limit?: number,
): RocCurve {
  const { thresholds, truePositive, falsePositive, positive, negative } = accumulate(labels, scores, weights);
  const x = falsePositive.map((value) => (negative > 0 ? value / negative : 0));
  const y = truePositive.map((value) => (positive > 0 ? value / positive : 0));
  const kept = thinCurve(x, y, limit);
  return {
    falsePositiveRate: pick(x, kept),
    truePositiveRate: pick(y, kept),
    threshold: pick(thresholds, kept),
  };
}

/** A precision-recall curve by falling threshold, so by rising recall, as columns of equal length. */
export interface PrCurve {
  readonly recall: readonly number[];
  readonly precision: readonly number[];
  /** A row is positive from this score on; the first entry is Infinity (null in JSON). */
  readonly threshold: readonly number[];
}

/**
 * The precision-recall curve, thinned to at most `limit` points (default 500) without a visible change.
 * It starts at recall 0 and precision 1, as scikit-learn's ends; recall is 1 throughout if there is no
 * positive, as there. Draw it as steps: between its points precision is not linear.
 */
export function prCurve(labels: Uint8Array, scores: Scores, weights?: Float64Array, limit?: number): PrCurve {
  const { thresholds, truePositive, falsePositive, positive } = accumulate(labels, scores, weights);
  const recall = truePositive.map((value, index) => (positive > 0 ? value / positive : index === 0 ? 0 : 1));
  const precision = truePositive.map((value, index) =>
    index === 0 ? 1 : value / (value + falsePositive[index]),
  );
  const kept = thinCurve(recall, precision, limit);
  return { recall: pick(recall, kept), precision: pick(precision, kept), threshold: pick(thresholds, kept) };
}

/** Cumulative gains and lift, by the share of rows taken from the highest score down. */
export interface LiftCurve {
  /** Share of the total weight, from 0 to 1. */
  readonly share: readonly number[];
  /** Share of the positives found in it. */
  readonly gain: readonly number[];
  /** `gain / share`; at share 0 that of the highest score. */
  readonly lift: readonly number[];
}

/**
 * The cumulative gains curve and its lift, thinned to at most `limit` points (default 500). Between points
 * gain is linear: rows of equal score count as if in random order. Gain is 0 throughout without positives.
 */
export function liftCurve(
  labels: Uint8Array,
  scores: Scores,
  weights?: Float64Array,
  limit?: number,
): LiftCurve {
  const { truePositive, falsePositive, positive, negative } = accumulate(labels, scores, weights);
  const share = truePositive.map((value, index) => (value + falsePositive[index]) / (positive + negative));
  const gain = truePositive.map((value) => (positive > 0 ? value / positive : 0));
  const lift = gain.map((value, index) =>
    index === 0 ? (gain[1] ?? 0) / (share[1] ?? 1) : value / share[index],
  );
  const kept = thinCurve(share, gain, limit);
  return { share: pick(share, kept), gain: pick(gain, kept), lift: pick(lift, kept) };
}

/** Decision metrics by threshold, as columns of equal length; thresholds ascend. */
export interface ThresholdCurve {
  readonly threshold: readonly number[];
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  readonly mcc: readonly number[];
  /** Mean cost per row; only where costs were given. */
  readonly cost?: readonly number[];
}

/**
 * Decision metrics by threshold. At most about 500 thresholds: 251 evenly spaced over [0, 1], and 250
 * evenly spaced over the ranks of the distinct probabilities, so that crowded regions are not skipped.
 * Figures that would be 0/0 are 0, as in `decisionMetrics`.
 */
export function thresholdCurve(
  labels: Uint8Array,
  probabilities: Scores,
  costs?: CostMatrix,
  weights?: Float64Array,
): ThresholdCurve {
  requireProbabilities(probabilities, labels.length);
  const counts = accumulate(labels, probabilities, weights);
  const last = counts.thresholds.length - 1;
  const wanted = new Set<number>();
  for (let step = 0; step <= 250; step++) wanted.add(step / 250);
  for (let step = 0; step < 250; step++) {
    wanted.add(counts.thresholds[1 + Math.round((step / 249) * (last - 1))]);
  }
  const threshold = Float64Array.from(wanted).sort();
  const precision: number[] = [];
  const recall: number[] = [];
  const f1: number[] = [];
  const mcc: number[] = [];
  const cost: number[] = [];
  let at = last;
  for (const value of threshold) {
    while (at > 0 && counts.thresholds[at] < value) at--;
    const tp = counts.truePositive[at];
    const fp = counts.falsePositive[at];
    const fn = counts.positive - tp;
    const decisions = { tp, fp, fn, tn: counts.negative - fp };
    const metrics = decisionMetrics(decisions);
    precision.push(metrics.precision);
    recall.push(metrics.recall);
    f1.push(metrics.f1);
    mcc.push(metrics.mcc);
    if (costs !== undefined) cost.push(meanCost(decisions, costs));
  }
  const columns = { threshold: Array.from(threshold), precision, recall, f1, mcc };
  return costs === undefined ? columns : { ...columns, cost };
}
