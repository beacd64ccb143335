import { requireLabels, requireProbabilities } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import type { CostMatrix } from '../metrics/cost-matrix.ts';
import { meanCost, requireCosts } from '../metrics/cost-matrix.ts';
import { accumulate } from '../metrics/curves.ts';
import { confusion, decisionMetrics } from '../metrics/decision-metrics.ts';
import type { Confusion } from '../metrics/decision-metrics.ts';
import { requireThresholdRule } from './threshold-rule.ts';
import type { CapacityRule, ScoreRule, TargetRule, ThresholdRule } from './threshold-rule.ts';

/** A threshold and what it reaches; plain JSON. */
export interface ThresholdChoice {
  /** A row is called positive when its probability is at least this. */
  readonly threshold: number;
  readonly rule: ThresholdRule['rule'];
  /**
   * What the rule looks at, on the given rows (optimistic where they chose the threshold): F1, balanced
   * accuracy, MCC, mean cost, share called positive (`capacity`), precision or recall.
   */
  readonly score: number;
  /** The decisions on the given rows. */
  readonly confusion: Confusion;
  /** False where no threshold does what the rule asks for; then this is the nearest one. */
  readonly attained: boolean;
}

/**
 * Chooses the threshold by a rule, on rows that should be out-of-fold predictions.
 *
 * Candidates are the midpoints between neighbouring distinct probabilities, half the smallest one (all
 * positive), and the middle between the largest and 1 (none positive, unless that one is 1). Rows of equal
 * probability are always decided alike.
 *
 * - `f1`, `balanced` (balanced accuracy) and `mcc` take the best. If several are equally good the one nearest
 *   to 0.5 is taken, then the smaller one.
 * - `cost` is analytic, see `costThreshold`. It supposes calibrated probabilities and looks at the rows for the
 *   score only.
 * - `capacity` calls as many rows positive as it can without exceeding the share (of the weight).
 * - `precision` takes the lowest threshold whose precision is at least the target: of all that keep it, the one
 *   that finds most. If none does, the threshold of the highest precision.
 * - `recall` takes the highest threshold whose recall is at least the target: of all that keep it, the one with
 *   the fewest alarms.
 *
 * @throws InvalidOption for a rule that cannot be
 */
export function chooseThreshold(
  labels: Uint8Array,
  probabilities: Scores,
  rule: ThresholdRule,
  weights?: Float64Array,
): ThresholdChoice {
  requireThresholdRule(rule);
  requireLabels(labels, weights, probabilities.length);
  requireProbabilities(probabilities, labels.length);
  if (rule.rule === 'cost') {
    const threshold = costThreshold(rule);
    const counts = confusion(labels, probabilities, threshold, weights);
    return { threshold, rule: 'cost', score: meanCost(counts, rule), confusion: counts, attained: true };
  }
  const candidates = candidatesOf(labels, probabilities, weights);
  switch (rule.rule) {
    case 'capacity':
      return withinCapacity(candidates, rule);
    case 'precision':
      return keepingPrecision(candidates, rule);
    case 'recall':
      return keepingRecall(candidates, rule);
    default:
      return scoringBest(candidates, rule);
  }
}

/**
 * The probability from which a positive decision costs less than a negative one (Elkan 2001):
 * (costFp - costTn) / (costFp - costTn + costFn - costTp).
 *
 * @throws InvalidOption for costs by which no decision makes sense, see `requireCosts`
 */
export function costThreshold(costs: CostMatrix): number {
  requireCosts(costs);
  const { costFp, costFn, costTp = 0, costTn = 0 } = costs;
  // Scaled, so that no difference is too large.
  const scale = Math.max(costFp, costFn, Math.abs(costTp), Math.abs(costTn));
  const alarm = costFp / scale - costTn / scale;
  const miss = costFn / scale - costTp / scale;
  const larger = Math.max(alarm, miss);
  return alarm / larger / (alarm / larger + miss / larger);
}

/** The thresholds that may be chosen, from the highest down: numbers from `first` to `last`. */
interface Candidates {
  readonly first: number;
  readonly last: number;
  readonly threshold: (at: number) => number;
  readonly confusion: (at: number) => Confusion;
}

function candidatesOf(
  labels: Uint8Array,
  probabilities: Scores,
  weights: Float64Array | undefined,
): Candidates {
  const { thresholds, truePositive, falsePositive, positive, negative } = accumulate(
    labels,
    probabilities,
    weights,
  );
  return {
    // Above a probability of 1 there is no threshold.
    first: thresholds[1] >= 1 ? 1 : 0,
    last: thresholds.length - 1,
    threshold: (at) => thresholdAfter(thresholds, at),
    confusion: (at) => {
      const tp = truePositive[at];
      const fp = falsePositive[at];
      return { tp, fp, tn: negative - fp, fn: positive - tp };
    },
  };
}

function scoringBest(candidates: Candidates, { rule }: ScoreRule): ThresholdChoice {
  const scoreOf = scores[rule];
  let best: { readonly at: number; readonly threshold: number; readonly score: number } | undefined;
  for (let at = candidates.first; at <= candidates.last; at++) {
    const score = scoreOf(candidates.confusion(at));
    if (best !== undefined && score < best.score) continue;
    const threshold = candidates.threshold(at);
    if (best === undefined || score > best.score || isNearer(threshold, best.threshold)) {
      best = { at, threshold, score };
    }
  }
  return chosen(candidates, best?.at ?? candidates.last, rule, scoreOf, true);
}

/** Rounding in sums of weights and shares is no reason to leave a row out. */
const ROUNDING = 1e-9;

function withinCapacity(candidates: Candidates, { rule, capacity, of }: CapacityRule): ThresholdChoice {
  const allowed = (capacity / of) * (1 + ROUNDING);
  const { first, last, confusion: countsAt } = candidates;
  // Certain rows cannot be told from one another: if they are too many, all of them are called.
  let at = first;
  while (at < last && shareCalled(countsAt(at + 1)) <= allowed) at++;
  return chosen(candidates, at, rule, shareCalled, shareCalled(countsAt(at)) <= allowed);
}

function keepingPrecision(candidates: Candidates, { rule, target }: TargetRule): ThresholdChoice {
  const { first, last, confusion: countsAt } = candidates;
  let kept: number | undefined;
  let nearest = first;
  for (let at = first; at <= last; at++) {
    const { tp, fp } = countsAt(at);
    if (tp > 0 && tp >= target * (1 - ROUNDING) * (tp + fp)) kept = at;
    // Of equally precise thresholds the lowest, which finds most.
    if (precisionOf(countsAt(at)) >= precisionOf(countsAt(nearest))) nearest = at;
  }
  return chosen(candidates, kept ?? nearest, rule, precisionOf, kept !== undefined);
}

function keepingRecall(candidates: Candidates, { rule, target }: TargetRule): ThresholdChoice {
  const { first, last, confusion: countsAt } = candidates;
  const keeps = ({ tp, fn }: Confusion): boolean => tp > 0 && tp >= target * (1 - ROUNDING) * (tp + fn);
  let at = first;
  while (at < last && !keeps(countsAt(at))) at++;
  return chosen(candidates, at, rule, recallOf, keeps(countsAt(at)));
}

function chosen(
  candidates: Candidates,
  at: number,
  rule: ThresholdRule['rule'],
  scoreOf: (counts: Confusion) => number,
  attained: boolean,
): ThresholdChoice {
  const counts = candidates.confusion(at);
  return { threshold: candidates.threshold(at), rule, score: scoreOf(counts), confusion: counts, attained };
}

const shareCalled = ({ tp, fp, tn, fn }: Confusion): number => (tp + fp) / (tp + fp + tn + fn);
const precisionOf = (counts: Confusion): number => decisionMetrics(counts).precision;
const recallOf = (counts: Confusion): number => decisionMetrics(counts).recall;

/**
 * A threshold that separates the distinct probabilities up to index `at` from the rest; the largest of them
 * must be below 1 for index 0, which calls none positive.
 */
function thresholdAfter(thresholds: Float64Array, at: number): number {
  const upper = at === 0 ? 1 : thresholds[at];
  const lower = at + 1 < thresholds.length ? thresholds[at + 1] : 0;
  const middle = lower + 0.5 * (upper - lower);
  if (at + 1 === thresholds.length) return middle;
  return middle > lower ? middle : upper;
}

function isNearer(threshold: number, best: number): boolean {
  const distance = Math.abs(threshold - 0.5);
  const bestDistance = Math.abs(best - 0.5);
  return distance < bestDistance || (distance === bestDistance && threshold < best);
}

const scores: Readonly<Record<ScoreRule['rule'], (counts: Confusion) => number>> = {
  f1: (counts) => decisionMetrics(counts).f1,
  balanced: (counts) => decisionMetrics(counts).balancedAccuracy,
  mcc: (counts) => decisionMetrics(counts).mcc,
};
