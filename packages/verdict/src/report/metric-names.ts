import { formatMetric, formatShare } from '@verdict/charts';
import { capacityText } from '../rule-text.ts';
import type { ReportDecision } from './report-input.ts';

/** How a metric is called, printed and explained. */
export interface MetricName {
  readonly label: string;
  /** What it says, in one line. */
  readonly meaning: string;
  /** Which direction is better. */
  readonly better: 'higher' | 'lower';
  readonly print: (value: number | null | undefined) => string;
}

const three = (value: number | null | undefined): string => formatMetric(value, 3);
const four = (value: number | null | undefined): string => formatMetric(value, 4);
const two = (value: number | null | undefined): string => formatMetric(value, 2);
const share = (value: number | null | undefined): string => formatShare(value, 1);

/** The metrics in the order in which the report prints them. */
export const metricNames: Readonly<Record<string, MetricName>> = {
  rocAuc: {
    label: 'ROC AUC',
    meaning:
      'How often a random positive row gets a higher probability than a random negative one; 0.5 is chance.',
    better: 'higher',
    print: three,
  },
  prAuc: {
    label: 'Average precision',
    meaning: 'Precision averaged over all levels of recall; chance is the share of positive rows.',
    better: 'higher',
    print: three,
  },
  logLoss: {
    label: 'Log loss',
    meaning: 'The mean surprise at what happened; confident errors cost most, 0 is perfect.',
    better: 'lower',
    print: four,
  },
  brier: {
    label: 'Brier score',
    meaning: 'Mean squared distance between probability and outcome (0 or 1); 0 is perfect.',
    better: 'lower',
    print: four,
  },
  ece: {
    label: 'Calibration error',
    meaning:
      'Mean distance between predicted and observed share of positives, over 10 bins of equally many rows.',
    better: 'lower',
    print: four,
  },
  accuracy: {
    label: 'Accuracy',
    meaning: 'Share of rows whose class is told right; to be read beside the majority baseline.',
    better: 'higher',
    print: share,
  },
  balancedAccuracy: {
    label: 'Balanced accuracy',
    meaning: 'The mean of the two classes’ shares of rows told right; 50 % is chance.',
    better: 'higher',
    print: share,
  },
  precision: {
    label: 'Precision',
    meaning: 'Share of the flagged rows that are positive.',
    better: 'higher',
    print: share,
  },
  recall: {
    label: 'Recall',
    meaning: 'Share of the positive rows that are flagged.',
    better: 'higher',
    print: share,
  },
  specificity: {
    label: 'Specificity',
    meaning: 'Share of the negative rows that are left alone.',
    better: 'higher',
    print: share,
  },
  f1: {
    label: 'F1',
    meaning: 'The harmonic mean of precision and recall.',
    better: 'higher',
    print: three,
  },
  f1Macro: {
    label: 'F1, macro',
    meaning: 'The mean of F1 of the two classes.',
    better: 'higher',
    print: three,
  },
  f1Weighted: {
    label: 'F1, weighted',
    meaning: 'The mean of F1 of the two classes, each weighted by its rows.',
    better: 'higher',
    print: three,
  },
  precisionWeighted: {
    label: 'Precision, weighted',
    meaning: 'The mean of precision of the two classes, each weighted by its rows.',
    better: 'higher',
    print: share,
  },
  recallWeighted: {
    label: 'Recall, weighted',
    meaning: 'The mean of recall of the two classes, each weighted by its rows; equals accuracy.',
    better: 'higher',
    print: share,
  },
  mcc: {
    label: 'MCC',
    meaning: 'Matthews’ correlation between prediction and truth, from −1 to 1; 0 is chance.',
    better: 'higher',
    print: three,
  },
  kappa: {
    label: 'Cohen’s kappa',
    meaning: 'Agreement of prediction and truth beyond chance; 0 is chance, 1 is perfect.',
    better: 'higher',
    print: three,
  },
  ks: {
    label: 'KS',
    meaning: 'The largest distance between the two classes’ cumulative shares (Kolmogorov and Smirnov).',
    better: 'higher',
    print: three,
  },
  lift10: {
    label: 'Lift at 10 %',
    meaning: 'How many times more positives the top tenth of rows holds than a random tenth.',
    better: 'higher',
    print: two,
  },
};

const ruleTexts: Readonly<Record<string, (rows: string, decision: ReportDecision) => string>> = {
  mcc: (rows) => `highest MCC on ${rows}`,
  f1: (rows) => `highest F1 on ${rows}`,
  balanced: (rows) => `highest balanced accuracy on ${rows}`,
  cost: () => 'lowest expected cost',
  capacity: (rows, { capacity = NaN, of = 1 }) =>
    `as many as can be dealt with, at most ${capacityText({ capacity, of })}, on ${rows}`,
  precision: (rows, { target }) => `lowest with a precision of at least ${formatShare(target)} on ${rows}`,
  recall: (rows, { target }) => `highest with a recall of at least ${formatShare(target)} on ${rows}`,
  fixed: () => 'given by hand',
};

/** The rule that chose a threshold, in words; on out-of-fold predictions unless a sample judges. */
export function ruleText(decision: ReportDecision, source: string): string {
  const { rule } = decision;
  const rows = source === 'sample' ? 'the sample' : 'out-of-fold predictions';
  return Object.hasOwn(ruleTexts, rule) ? ruleTexts[rule](rows, decision) : rule;
}

/** A metric's names; a metric that is not known here is printed under the name it came with. */
export function metricName(name: string): MetricName {
  return (
    (Object.hasOwn(metricNames, name) ? metricNames[name] : undefined) ?? {
      label: name,
      meaning: '',
      better: 'higher',
      print: three,
    }
  );
}
