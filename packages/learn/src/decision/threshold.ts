import { InvalidOption } from '@verdict/core';
import { requireProbabilities } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';
import { accumulate } from '../metrics/curves.ts';
import { confusion, decisionMetrics } from '../metrics/decision-metrics.ts';
import type { Confusion } from '../metrics/decision-metrics.ts';

/** What a threshold is to be best at. */
export type ThresholdRule =
  | { readonly rule: 'f1' | 'balanced' | 'mcc' }
  | { readonly rule: 'cost'; readonly costFp: number; readonly costFn: number };

/** A threshold and what it reaches; plain JSON. */
export interface ThresholdChoice {
  /** A row is called positive when its probability is at least this. */
  readonly threshold: number;
  readonly rule: ThresholdRule['rule'];
  /** F1, balanced accuracy or MCC on the given rows (optimistic: they chose it); mean cost for `cost`. */
  readonly score: number;
  /** The decisions on the given rows. */
  readonly confusion: Confusion;
}

/**
 * Chooses the threshold by a rule.
 *
 * `f1`, `balanced` (balanced accuracy) and `mcc` take the best on the given rows, which should be
 * out-of-fold predictions. Candidates are the midpoints between neighbouring distinct probabilities, half
 * the smallest one (all positive), and the middle between the largest and 1 (none positive, unless that
 * one is 1). If several are equally good the one nearest to 0.5 is taken, then the smaller one.
 *
 * `cost` is analytic, costFp / (costFp + costFn): the probability from which the expected cost of saying
 * no exceeds that of saying yes. It supposes calibrated probabilities and looks at the rows for the score
 * only.
 *
 * @throws InvalidOption for costs that are negative, not finite or both zero
 */
export function chooseThreshold(
  labels: Uint8Array,
  probabilities: Scores,
  rule: ThresholdRule,
  weights?: Float64Array,
): ThresholdChoice {
  requireProbabilities(probabilities, labels.length);
  if (rule.rule === 'cost') {
    const threshold = costThreshold(rule.costFp, rule.costFn);
    const counts = confusion(labels, probabilities, threshold, weights);
    const total = counts.tp + counts.fp + counts.tn + counts.fn;
    const score = (rule.costFp * counts.fp + rule.costFn * counts.fn) / total;
    return { threshold, rule: 'cost', score, confusion: counts };
  }
  const score = scoreOf(rule.rule);
  const { thresholds, truePositive, falsePositive, positive, negative } = accumulate(
    labels,
    probabilities,
    weights,
  );
  let best: ThresholdChoice | undefined;
  for (let at = 0; at < thresholds.length; at++) {
    const threshold = candidateAfter(thresholds, at);
    if (threshold === undefined) continue;
    const tp = truePositive[at];
    const fp = falsePositive[at];
    const counts = { tp, fp, tn: negative - fp, fn: positive - tp };
    const reached = score(counts);
    if (best === undefined || reached > best.score || (reached === best.score && isNearer(threshold, best))) {
      best = { threshold, rule: rule.rule, score: reached, confusion: counts };
    }
  }
  return best as ThresholdChoice;
}

/** The probability from which a positive decision costs less than a negative one. */
export function costThreshold(costFp: number, costFn: number): number {
  for (const [option, cost] of [
    ['costFp', costFp],
    ['costFn', costFn],
  ] as const) {
    if (!(cost >= 0 && cost < Infinity)) {
      throw new InvalidOption({ option, got: cost, expected: 'a finite cost that is not negative' });
    }
  }
  const larger = Math.max(costFp, costFn);
  if (larger === 0) {
    throw new InvalidOption({ option: 'costFp and costFn', got: 0, expected: 'not both zero' });
  }
  return costFp / larger / (costFp / larger + costFn / larger);
}

/** A threshold that separates the distinct probabilities up to index `at` from the rest. */
function candidateAfter(thresholds: Float64Array, at: number): number | undefined {
  const upper = at === 0 ? 1 : thresholds[at];
  const lower = at + 1 < thresholds.length ? thresholds[at + 1] : 0;
  const middle = lower + 0.5 * (upper - lower);
  if (at === 0) {
    if (lower >= 1) return undefined;
    return middle > lower ? middle : 1;
  }
  if (at + 1 === thresholds.length) return middle;
  return middle > lower ? middle : upper;
}

function isNearer(threshold: number, best: ThresholdChoice): boolean {
  const distance = Math.abs(threshold - 0.5);
  const bestDistance = Math.abs(best.threshold - 0.5);
  return distance < bestDistance || (distance === bestDistance && threshold < best.threshold);
}

function scoreOf(rule: 'f1' | 'balanced' | 'mcc'): (counts: Confusion) => number {
  switch (rule) {
    case 'f1':
      return (counts) => decisionMetrics(counts).f1;
    case 'balanced':
      return (counts) => decisionMetrics(counts).balancedAccuracy;
    case 'mcc':
      return (counts) => decisionMetrics(counts).mcc;
    default:
      throw new InvalidOption({ option: 'rule', got: rule, expected: 'f1, balanced, mcc or cost' });
  }
}
