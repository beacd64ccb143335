import { orderByMargin } from './margin-order.ts';

/** For every different margin, ascending: the weights of its rows of label 1 and of label 0. */
interface Ties {
  readonly count: number;
  /** A label in between counts for both. */
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

function groupTies(margins: Float32Array, labels: Float32Array, weights: Float32Array | undefined): Ties {
  const order = orderByMargin(margins);
  const positives = new Float64Array(order.length);
  const negatives = new Float64Array(order.length);
  let count = -1;
  let last = NaN;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const margin = margins[row];
    if (margin !== last) count++;
    last = margin;
    const w = weights === undefined ? 1 : weights[row];
    positives[count] += w * labels[row];
    negatives[count] += w * (1 - labels[row]);
  }
  return { count: count + 1, positives, negatives };
}

/** Weighted area under the ROC curve; ties count half. Not a number if there is only one class. */
export function rocArea(
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
): number {
  const ties = groupTies(margins, labels, weights);
  let negatives = 0;
  let positives = 0;
  let area = 0;
  for (let tie = 0; tie < ties.count; tie++) {
    area += ties.positives[tie] * (negatives + ties.negatives[tie] / 2);
    negatives += ties.negatives[tie];
    positives += ties.positives[tie];
  }
  return area / (positives * negatives);
}

/**
 * Weighted area under the precision-recall curve, as XGBoost's `aucpr`: between two thresholds, false positives grow
 * in proportion to true ones (Davis and Goadrich 2006; integrated as in Keilwagen, Grosse and Grau 2014). Not a
 * number if there is no positive row.
 */
export function precisionRecallArea(
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
): number {
  const ties = groupTies(margins, labels, weights);
  let truePositives = 0;
  let falsePositives = 0;
  let area = 0;
  for (let tie = ties.count - 1; tie >= 0; tie--) {
    const positives = ties.positives[tie];
    const negatives = ties.negatives[tie];
    if (positives > 0) {
      // Precision at t true positives is t / (slope t + offset).
      const slope = 1 + negatives / positives;
      const offset = falsePositives - (slope - 1) * truePositives;
      const end = truePositives + positives;
      area += positives / slope;
      if (offset !== 0) {
        area -=
          (offset / (slope * slope)) * Math.log((slope * end + offset) / (slope * truePositives + offset));
      }
    }
    truePositives += positives;
    falsePositives += negatives;
  }
  return area / truePositives;
}
