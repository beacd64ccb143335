import type { Schema } from '@verdict/core';
import type { TrainedModel } from '@verdict/learn';
import { chosenWords } from './chosen-words.ts';
import { ruleText } from './rule-text.ts';

/** A figure with four decimals. */
export const digits = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : 'not defined');

/**
 * The model card that goes into the bundle, in Markdown: what the model answers, how good it is, what it was
 * made of, and what it is not for. It depends on data, options and seed only.
 */
export function modelCard(schema: Schema, trained: TrainedModel): string {
  const { headline, leftOut, baselines, options, model, bundle, crossValidation } = trained;
  const { target } = schema;
  const figure = (name: keyof typeof headline.metrics): string => {
    const { low, high } = headline.intervals[name];
    return `${digits(headline.metrics[name])} (95 % interval ${digits(low)} to ${digits(high)})`;
  };
  const source = {
    'hold-out': `${headline.rows} rows that were held out; the model judged here was trained on ${leftOut === 0 ? 'the other rows' : 'earlier ones'} in the same way as the one that ships`,
    'test file': `${headline.rows} rows of a separate test file`,
    'outer folds': `the ${headline.rows} training rows, each in an outer fold that chose nothing for it: the whole search was repeated on the other folds`,
    'cross-validation': `out-of-fold predictions of the ${headline.rows} training rows; they also chose ${chosenWords(crossValidation.chosenOnTheseRows)}, so the figures are a little too good`,
  }[headline.source];
  return `# Model card

## What it answers

The probability that \`${escape(target.name)}\` is \`${escape(target.positive)}\` and not \`${escape(target.negative)}\`. From ${digits(bundle.decision.threshold)} on, the decision is \`${escape(target.positive)}\`; the threshold was chosen by the rule "${ruleText(options.thresholdRule)}" on out-of-fold predictions.

## How good it is

Judged on ${source}.

| figure | model | logistic regression | most frequent class |
| --- | --- | --- | --- |
| ROC AUC | ${figure('rocAuc')} | ${digits(baselines.logistic.metrics.rocAuc)} | ${digits(baselines.majority.rocAuc)} |
| average precision | ${figure('prAuc')} | ${digits(baselines.logistic.metrics.prAuc)} | ${digits(baselines.majority.prAuc)} |
| log loss | ${figure('logLoss')} | ${digits(baselines.logistic.metrics.logLoss)} | ${digits(baselines.majority.logLoss)} |
| accuracy | ${figure('accuracy')} | ${digits(baselines.logistic.metrics.accuracy)} | ${digits(baselines.majority.accuracy)} |
| MCC | ${figure('mcc')} | ${digits(baselines.logistic.metrics.mcc)} | ${digits(baselines.majority.mcc)} |

## What it is made of

${model.trees} boosted trees (a bag over ${options.folds} folds) and a logistic regression (C = ${model.c}), added in log-odds space${calibrationText(bundle.decision.calibration.kind)}. Seed ${options.seed}. Training data: fingerprint ${bundle.dataFingerprint}.

${columnLists(schema)}

${limits}
`;
}

function calibrationText(kind: TrainedModel['bundle']['decision']['calibration']['kind']): string {
  return kind === 'none' ? '' : `; probabilities by ${kind} calibration`;
}

/** Which columns the model reads and which not. */
export function columnLists(schema: Schema): string {
  const used = schema.columns.filter(({ role }) => role === 'feature');
  const ignored = schema.columns.filter(({ role }) => role === 'ignored');
  return `Columns it reads: ${used.map(({ name, type }) => `\`${escape(name)}\` (${type})`).join(', ')}.

${ignored.length === 0 ? 'No column was left out.' : `Left out: ${ignored.map(({ name, reason }) => `\`${escape(name)}\`${reason === undefined ? '' : ` (${escape(reason)})`}`).join(', ')}.`}`;
}

/** What no model is for. */
export const limits = `## What it is not for

It describes rows like those it was trained on. On other populations, after a change of how the columns are recorded, or long after the training, its probabilities are guesses until they have been judged again. Contributions say what moved the score, not what would change the outcome.`;

/** Keeps names from the data from acting as Markdown. */
export function escape(text: string): string {
  return text.replaceAll(/[`|\r\n]/g, ' ');
}
