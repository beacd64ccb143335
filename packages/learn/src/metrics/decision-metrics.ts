import { requireLabels, requireLength, requireThreshold } from './checks.ts';
import type { Scores } from './checks.ts';

/** Weighted counts of the four outcomes of a decision. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** The figures that a confusion matrix holds. */
export interface DecisionMetrics {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly specificity: number;
  readonly f1: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly precisionWeighted: number;
  readonly recallWeighted: number;
  readonly mcc: number;
  readonly kappa: number;
}

/**
 * The confusion matrix at a threshold: a row is called positive when its value is at least the threshold.
 *
 * @param values probabilities, scores, or decisions as 0 and 1 (then with the threshold 0.5)
 */
export function confusion(
  labels: Uint8Array,
  values: Scores | Uint8Array,
  threshold: number,
  weights?: Float64Array,
): Confusion {
  requireLabels(labels, weights);
  requireLength('values', values.length, labels.length);
  requireThreshold(threshold);
  const cells = new Float64Array(4);
  for (let row = 0; row < labels.length; row++) {
    const decision = values[row] >= threshold ? 1 : 0;
    cells[2 * labels[row] + decision] += weights === undefined ? 1 : weights[row];
  }
  return { tn: cells[0], fp: cells[1], fn: cells[2], tp: cells[3] };
}

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/**
 * The figures of a confusion matrix, as scikit-learn defines them:
 * precision, recall, specificity and F1 are 0 where they would be 0/0; balanced accuracy is the mean
 * recall of the classes that occur; macro F1 is the mean over the classes that occur or were predicted;
 * the weighted figures are means by class weight; MCC is 0 where its denominator is 0; kappa is NaN where
 * labels and decisions are all the same class. Shares of the total are NaN for a matrix without weight.
 */
export function decisionMetrics({ tp, fp, tn, fn }: Confusion): DecisionMetrics {
  const positive = tp + fn;
  const negative = tn + fp;
  const calledPositive = tp + fp;
  const calledNegative = tn + fn;
  const total = positive + negative;
  const recall = ratio(tp, positive);
  const specificity = ratio(tn, negative);
  const precision = ratio(tp, calledPositive);
  const precisionNegative = ratio(tn, calledNegative);
  const f1 = ratio(2 * tp, positive + calledPositive);
  const f1Negative = ratio(2 * tn, negative + calledNegative);
  const positiveShare = positive / total;
  const negativeShare = negative / total;
  const accuracy = (tp + tn) / total;
  const seen = (positive > 0 ? 1 : 0) + (negative > 0 ? 1 : 0);
  const named = (positive + calledPositive > 0 ? 1 : 0) + (negative + calledNegative > 0 ? 1 : 0);
  return {
    accuracy,
    balancedAccuracy: (recall + specificity) / seen,
    precision,
    recall,
    specificity,
    f1,
    f1Macro: (f1 + f1Negative) / named,
    f1Weighted: positiveShare * f1 + negativeShare * f1Negative,
    precisionWeighted: positiveShare * precision + negativeShare * precisionNegative,
    recallWeighted: accuracy,
    mcc: matthews(tp / total, fp / total, tn / total, fn / total),
    kappa: cohen(tp / total, fp / total, tn / total, fn / total),
  };
}

/** Matthews' correlation of label and decision, from shares that add up to 1. */
function matthews(tp: number, fp: number, tn: number, fn: number): number {
  const scale = Math.sqrt((tp + fp) * (tp + fn)) * Math.sqrt((tn + fp) * (tn + fn));
  if (scale === 0) return 0;
  return clampCorrelation((tp * tn - fp * fn) / scale);
}

/** Cohen's kappa, from shares that add up to 1. */
function cohen(tp: number, fp: number, tn: number, fn: number): number {
  const byChance = (tp + fp) * (fp + tn) + (tn + fn) * (tp + fn);
  return byChance === 0 ? NaN : 1 - (fp + fn) / byChance;
}

/** Takes back what rounding added beyond perfect agreement. */
function clampCorrelation(value: number): number {
  return value > 1 ? 1 : value < -1 ? -1 : value;
}
