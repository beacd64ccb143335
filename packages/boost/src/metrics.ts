import { InvalidOption } from '@verdict/core';
import type { FunctionModule } from './function-module.ts';
import { linkOf } from './link.ts';
import type { ObjectiveName } from './link.ts';
import { precisionRecallArea, rocArea } from './ranking-metrics.ts';

/** Metrics under XGBoost's names; `error@t` counts a row as positive if its probability is above t. */
export type MetricName = 'logloss' | 'auc' | 'aucpr' | 'error' | `error@${number}` | 'rmse' | 'mae';

/**
 * The metric of rows, from their margins (log-odds if the objective is logistic), after a round counted from 0;
 * undefined weights are all 1. A function of one's own gets copies, and its answer must be finite.
 */
export type MetricFunction = (
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
  round: number,
) => number;

/** A metric of one's own. */
export interface CustomMetric {
  readonly name: string;
  readonly higherIsBetter: boolean;
  readonly evaluate: MetricFunction | FunctionModule;
}

/** What a metric may be asked for by: its name, or itself. */
export type MetricChoice = MetricName | CustomMetric;

/** A metric of margins against labels; sums run in the order of the rows. */
export interface Metric {
  readonly name: string;
  /** True if greater is better. */
  readonly higherIsBetter: boolean;
  /** The metric after a round; built-in ones do not ask which. */
  readonly evaluate: (
    margins: Float32Array,
    labels: Float32Array,
    weights: Float32Array | undefined,
    round?: number,
  ) => number;
  /** Labels that must be there for the metric to be defined. */
  readonly needs?: 'classes' | 'positives';
  /** True for the logistic loss, which training has a faster way to in single precision. */
  readonly isLogisticLoss?: boolean;
}

/**
 * The built-in metric of that name.
 *
 * @throws InvalidOption if there is none, or none for the objective
 */
export function findMetric(name: string, objective: ObjectiveName = 'binary:logistic'): Metric {
  const { logistic, predictionOf } = linkOf(objective);
  const of = (evaluate: Metric['evaluate']): Metric => ({ name, evaluate, higherIsBetter: false });
  if (name === 'rmse') return of(meanOf(rootOf, (m, y) => (predictionOf(m) - y) ** 2));
  if (name === 'mae') return of(meanOf(itself, (m, y) => Math.abs(predictionOf(m) - y)));
  if (logistic) {
    const threshold = errorThreshold(name);
    if (name === 'logloss') return { ...of(meanOf(itself, rowLoss)), isLogisticLoss: true };
    if (name === 'auc') return { ...of(rocArea), higherIsBetter: true, needs: 'classes' };
    if (name === 'aucpr') return { ...of(precisionRecallArea), higherIsBetter: true, needs: 'positives' };
    if (threshold !== undefined) {
      return of(meanOf(itself, (m, y) => (m > threshold ? 1 - y : y)));
    }
  }
  const names = logistic
    ? 'logloss, auc, aucpr, error, error@t with t from 0 to 1, rmse or mae'
    : 'rmse or mae';
  throw new InvalidOption({
    option: 'metric',
    got: name,
    expected: `${names} with the objective ${objective}`,
  });
}

/** The metric that an objective is followed by if none is asked for, as in XGBoost. */
export function defaultMetric(objective: ObjectiveName): MetricName {
  return objective.startsWith('binary:') ? 'logloss' : 'rmse';
}

/** log(1 + e^m) - y m, without overflow. */
export function rowLoss(margin: number, label: number): number {
  return Math.max(margin, 0) - label * margin + Math.log1p(Math.exp(-Math.abs(margin)));
}

/** The margin above which `error` or `error@t` counts a row as positive; undefined for other names. */
function errorThreshold(name: string): number | undefined {
  if (name === 'error') return 0;
  const text = /^error@(\d*\.?\d+(?:e-?\d+)?)$/i.exec(name)?.[1];
  const t = text === undefined ? NaN : Number(text);
  return t >= 0 && t <= 1 ? Math.log(t / (1 - t)) : undefined;
}

const itself = (mean: number): number => mean;
const rootOf = (mean: number): number => Math.sqrt(mean);

/** A function of the weighted mean of what each row loses. */
function meanOf(
  finish: (mean: number) => number,
  lossOf: (margin: number, label: number) => number,
): Metric['evaluate'] {
  return (margins, labels, weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < margins.length; i++) {
      const w = weights === undefined ? 1 : weights[i];
      sum += w * lossOf(margins[i], labels[i]);
      total += w;
    }
    return finish(sum / total);
  };
}
