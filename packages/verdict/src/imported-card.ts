import type { ImportedModel } from '@verdict/learn';
import { columnLists, digits, escape, limits } from './model-card.ts';
import { formatText, roundsText } from './origin-text.ts';
import { ruleText } from './rule-text.ts';

/** The model card of an imported model, in Markdown. It depends on the model file, the sample and the options. */
export function importedCard({ bundle, headline, baselines, origin, model }: ImportedModel): string {
  const { schema, decision } = bundle;
  const { target } = schema;
  const figure = (name: keyof typeof headline.metrics): string => {
    const { low, high } = headline.intervals[name];
    return `${digits(headline.metrics[name])} (95 % interval ${digits(low)} to ${digits(high)})`;
  };
  const row = (title: string, name: keyof typeof headline.metrics): string =>
    `| ${title} | ${figure(name)} | ${digits(baselines.majority[name])} |`;
  return `# Model card

## What it answers

The probability that \`${escape(target.name)}\` is \`${escape(target.positive)}\` and not \`${escape(target.negative)}\`. From ${digits(decision.threshold)} on, the decision is \`${escape(target.positive)}\`; the threshold was chosen by the rule "${ruleText(decision.rule)}" on the sample.

## Where it comes from

It was not trained by Verdict but imported from \`${escape(origin.file)}\` (${escape(formatText(origin))}; objective ${escape(origin.objective)}; SHA-256 ${origin.sha256}): ${roundsText(origin)}, ${model.trees} trees. Its log-odds are those of the file.

## How good it is

Judged on the ${headline.rows} labelled rows of a sample. The same rows chose the threshold, and the model may have learnt from some of them: then the figures flatter it.

| figure | model | most frequent class |
| --- | --- | --- |
${row('ROC AUC', 'rocAuc')}
${row('PR AUC', 'prAuc')}
${row('log loss', 'logLoss')}
${row('accuracy', 'accuracy')}
${row('MCC', 'mcc')}

## What it is made of

${model.trees} boosted trees, read from a file. Sample: fingerprint ${bundle.dataFingerprint}. Seed of the resampling: ${bundle.seed}.

${columnLists(schema)}

${limits}
`;
}
