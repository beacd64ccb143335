import { orderByMargin } from './margin-order.ts';

/** Weights of the rows of label 1 and of label 0 that share one margin; a label in between counts for both. */
type TieVisitor = (positives: number, negatives: number) => void;

/** Visits the different margins, from the least or from the greatest. */
function visitTies(
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
  fromGreatest: boolean,
  visit: TieVisitor,
): void {
  const order = orderByMargin(margins);
  if (fromGreatest) order.reverse();
  for (let i = 0; i < order.length;) {
    const margin = margins[order[i]];
    let positives = 0;
    let negatives = 0;
    for (; i < order.length && margins[order[i]] === margin; i++) {
      const row = order[i];
      const w = weights === undefined ? 1 : weights[row];
      positives += w * labels[row];
      negatives += w * (1 - labels[row]);
    }
    visit(positives, negatives);
  }
}

/** Weighted area under the ROC curve; ties count half. Not a number if there is only one class. */
export function rocArea(
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
): number {
  let negatives = 0;
  let positives = 0;
  let area = 0;
  visitTies(margins, labels, weights, false, (tiedPositives, tiedNegatives) => {
    area += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  });
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
  let truePositives = 0;
  let falsePositives = 0;
  let area = 0;
  visitTies(margins, labels, weights, true, (positives, negatives) => {
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
  });
  return area / truePositives;
}
