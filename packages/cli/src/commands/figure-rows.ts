import type { PerformanceMetrics } from 'verdict';
import { figure } from '../terminal/numbers.ts';

type Headline = PerformanceMetrics['headline'];
export type MetricName = keyof Headline['metrics'];

/** The figures that a summary shows, in the order of reading. */
export const shownFigures: readonly (readonly [MetricName, string])[] = [
  ['rocAuc', 'ROC AUC'],
  ['prAuc', 'average precision'],
  ['logLoss', 'log loss'],
  ['brier', 'Brier score'],
  ['accuracy', 'accuracy'],
  ['balancedAccuracy', 'balanced accuracy'],
  ['precision', 'precision'],
  ['recall', 'recall'],
  ['f1', 'F1'],
  ['mcc', 'MCC'],
  ['lift10', 'lift at 10 %'],
  ['ece', 'calibration error'],
];

/** Name, value and 95 % interval of each figure. */
export function figureRows(
  judged: Pick<Headline, 'metrics' | 'intervals'>,
  others: readonly ((name: MetricName) => string)[] = [],
): string[][] {
  return shownFigures.map(([name, title]) => {
    const { low, high } = judged.intervals[name];
    return [
      title,
      figure(judged.metrics[name]),
      `${figure(low)} … ${figure(high)}`,
      ...others.map((other) => other(name)),
    ];
  });
}
