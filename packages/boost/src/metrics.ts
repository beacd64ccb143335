import { InvalidOption } from '@verdict/core';

export type MetricName = 'logloss' | 'auc' | 'error';

/** A metric of margins against labels; sums run in the order of the rows. */
export interface Metric {
  readonly name: MetricName;
  /** True if greater is better. */
  readonly ascending: boolean;
  evaluate(margins: Float32Array, labels: Float32Array, weights: Float32Array | undefined): number;
}

/**
 * The metric of that name.
 *
 * @throws InvalidOption if there is none
 */
export function findMetric(name: string): Metric {
  const metric = metrics.find((candidate) => candidate.name === name);
  if (metric === undefined) {
    throw new InvalidOption({ option: 'metric', got: name, expected: metrics.map((m) => m.name).join(', ') });
  }
  return metric;
}

/** log(1 + e^m) - y m, without overflow. */
export function rowLoss(margin: number, label: number): number {
  return Math.max(margin, 0) - label * margin + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** Weighted mean of the rows' losses; training has a faster way to the same figure in single precision. */
function logloss(margins: Float32Array, labels: Float32Array, weights: Float32Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < margins.length; i++) {
    const w = weights === undefined ? 1 : weights[i];
    sum += w * rowLoss(margins[i], labels[i]);
    total += w;
  }
  return sum / total;
}

/** Weighted share of rows whose margin is on the wrong side of 0 (a margin of 0 predicts 0, as in XGBoost). */
function error(margins: Float32Array, labels: Float32Array, weights: Float32Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < margins.length; i++) {
    const w = weights === undefined ? 1 : weights[i];
    sum += w * (margins[i] > 0 ? 1 - labels[i] : labels[i]);
    total += w;
  }
  return sum / total;
}

/** Weighted area under the ROC curve; ties count half. Not a number if there is only one class. */
function auc(margins: Float32Array, labels: Float32Array, weights: Float32Array | undefined): number {
  const order = new Uint32Array(margins.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  order.sort((a, b) => margins[a] - margins[b] || a - b);
  let negatives = 0;
  let positives = 0;
  let area = 0;
  for (let i = 0; i < order.length;) {
    const margin = margins[order[i]];
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (; i < order.length && margins[order[i]] === margin; i++) {
      const row = order[i];
      const w = weights === undefined ? 1 : weights[row];
      tiedPositives += w * labels[row];
      tiedNegatives += w * (1 - labels[row]);
    }
    area += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  }
  return area / (positives * negatives);
}

const metrics: readonly Metric[] = [
  { name: 'logloss', ascending: false, evaluate: logloss },
  { name: 'auc', ascending: true, evaluate: auc },
  { name: 'error', ascending: false, evaluate: error },
];
