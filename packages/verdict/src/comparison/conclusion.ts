import { formatCount, formatMetric } from '@verdict/charts';
import { metricName } from '../report/metric-names.ts';
import type { ComparedPair, Comparison } from './comparison.ts';

/**
 * What a comparison says, in sentences: which model is better, by how much, and how sure that is; then the decisions
 * and the folds.
 */
export function conclude(comparison: Omit<Comparison, 'sentences'>): string[] {
  const { models, pairs, metric } = comparison;
  const { label } = metricName(metric);
  const [best] = models;
  return [
    ...(models.length > 2 ? [`${best.model} is first by ${label} (${four(best.metrics[metric])}).`] : []),
    ...pairs.map((pair) => difference(pair, comparison)),
    ...pairs.flatMap((pair) => decisions(pair, correction(models.length))),
    ...pairs.map((pair) => folds(pair, label, correction(models.length))),
  ];
}

function difference(pair: ComparedPair, { metric, rows, models }: Omit<Comparison, 'sentences'>): string {
  const { best, other, test, outcome } = pair;
  const { label } = metricName(metric);
  const { a, b } = pair.differences[metric];
  const on =
    rows === undefined ? '' : ` on ${rows.rows === 1 ? 'this row' : `these ${formatCount(rows.rows)} rows`}`;
  const sure = `${methodNames[test.method]}, ${probability(test.adjustedPValue)}${correction(models.length)}`;
  const interval = `${four(test.low)} to ${four(test.high)}`;
  if (outcome === 'better') {
    return `${best} is better than ${other}${on}: its ${label} is ${four(Math.abs(test.difference))} ${a > b ? 'higher' : 'lower'} (${four(a)} against ${four(b)}; 95 % interval of the difference ${interval}; ${sure}).`;
  }
  if (test.difference === 0 && test.low === 0 && test.high === 0) {
    return `${best} and ${other} cannot be told apart${on}: both have ${label} ${four(a)}.`;
  }
  const start = `No difference was found between ${best} and ${other}${on}: ${label} is ${four(a)} and ${four(b)}`;
  if (Number.isNaN(test.low) || Number.isNaN(test.high)) return `${start}; too few rows for an interval.`;
  return test.low <= 0 && test.high >= 0
    ? `${start}, and the 95 % interval of the difference, ${interval}, includes 0 (${sure}).`
    : `${start}; the 95 % interval of the difference, ${interval}, leaves out 0, but the test does not reach the 5 % level (${sure}).`;
}

/** Says that a p-value counts all pairs of the models. */
function correction(models: number): string {
  return models > 2 ? `, corrected for ${models} models` : '';
}

const methodNames = {
  DeLong: 'DeLong’s test',
  'paired bootstrap': 'paired bootstrap',
  unpaired: 'unpaired intervals',
} as const;

/** Whether one of two models is right more often, each at its own threshold. */
function decisions({ best, other, mcnemar }: ComparedPair, corrected: string): string[] {
  if (mcnemar === undefined) return [];
  const { onlyA, onlyB, adjustedPValue: pValue } = mcnemar;
  if (onlyA + onlyB === 0) return [`Decisions: ${best} and ${other} are right on the same rows.`];
  const verdict =
    pValue < 0.05
      ? `${onlyA > onlyB ? best : other} decides rightly more often`
      : 'no difference in how often they decide rightly';
  return [
    `Decisions, each at its own threshold: ${formatCount(onlyA)} rows only ${best} gets right, ${formatCount(onlyB)} only ${other}: ${verdict} (McNemar’s test, ${probability(pValue)}${corrected}).`,
  ];
}

/** What the cross-validations say. */
function folds({ best, other, crossValidation }: ComparedPair, label: string, corrected: string): string {
  if (!crossValidation.comparable) {
    return `The cross-validations of ${best} and ${other} cannot be compared: ${crossValidation.reason}.`;
  }
  const { difference: mean, low, high, adjustedPValue: pValue } = crossValidation;
  if (mean === 0) {
    return `Cross-validated on the same ${crossValidation.folds} folds when they were trained, ${best} and ${other} have the same mean ${label}.`;
  }
  const found = pValue < 0.05 ? '' : '; no difference found';
  return `Cross-validated on the same ${crossValidation.folds} folds when they were trained, ${best} has a mean ${label} ${four(Math.abs(mean))} ${mean < 0 ? 'lower' : 'higher'} than ${other} (95 % interval ${four(low)} to ${four(high)}; corrected resampled t-test, ${probability(pValue)}${corrected}${found}).`;
}

/** Four decimals with a true minus sign. */
function four(value: number): string {
  return formatMetric(value, 4);
}

/** A p-value as one reads it: `p = 0.034`, `p < 0.0001`. */
function probability(value: number): string {
  if (Number.isNaN(value)) return 'p not defined';
  return value < 0.0001 ? 'p < 0.0001' : `p = ${Number(value.toPrecision(2))}`;
}
