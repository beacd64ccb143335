import { formatCount, formatMetric, formatShare, isKnown } from '@verdict/charts';
import { chosenWords } from '../chosen-words.ts';
import { html, labelHtml, nameHtml } from './html.ts';
import type { Html } from './html.ts';
import { metricName } from './metric-names.ts';
import type { ReportInput, ReportIntervals } from './report-input.ts';
import { worthSentence } from './worth-part.ts';

/** An interval as `0.895 to 0.933`, in the metric's own format; nothing if it is not known. */
export function intervalText(intervals: ReportIntervals | undefined, name: string): string | undefined {
  const bounds = intervals !== undefined && Object.hasOwn(intervals, name) ? intervals[name] : undefined;
  if (bounds === undefined || !isKnown(bounds.low) || !isKnown(bounds.high)) return undefined;
  const { print } = metricName(name);
  return `${print(bounds.low)} to ${print(bounds.high)}`;
}

/** The first lines: what was learnt, how good it is, against what, and on which rows. */
export function headlineSection(input: ReportInput): Html {
  return html`<h1>${titleOf(input)}</h1>
    <p class="lead">${ranking(input)} ${against(input)}</p>
    ${input.headline.worth === undefined ? undefined : html`<p class="lead">${worthSentence(input.headline.worth, input.decision.rule === 'capacity')}</p>`}
    <p class="note">${provenance(input)} ${warnings(input)}</p>`;
}

/** The report's title as HTML; names keep their own direction. */
function titleOf(input: ReportInput): Html {
  if (input.title !== undefined) return html`${input.title}`;
  return html`Predicting ${nameHtml(input.target.name)} = ${nameHtml(input.target.positive)}`;
}

/** The report's title as plain text, for the browser's tab. */
export function plainTitle(input: ReportInput): string {
  return input.title ?? `Predicting ${input.target.name} = ${input.target.positive}`;
}

function ranking({ headline, target }: ReportInput): Html {
  const auc = headline.metrics['rocAuc'];
  const rows = formatCount(headline.rows);
  if (!isKnown(auc)) {
    return html`On the ${rows} rows that judge it, the model’s ROC AUC is not defined, because they do not
    hold both classes.`;
  }
  const bounds = headline.intervals?.['rocAuc'];
  const known = bounds !== undefined && isKnown(bounds.low) && isKnown(bounds.high);
  const interval = known ? html` (95 % interval ${intervalText(headline.intervals, 'rocAuc')})` : undefined;
  const doubt =
    known && (bounds.low ?? 0) <= 0.5
      ? html` The interval holds 0.5: on these rows <strong>the model cannot be told from chance</strong>.`
      : undefined;
  return html`Shown one random ${labelHtml(target.positive)} row and one random ${labelHtml(target.negative)}
    row, the model picks the ${labelHtml(target.positive)} one
    <strong>${formatShare(auc)} of the time</strong>: ROC AUC ${formatMetric(auc)}${interval}, judged on
    ${rows} rows.${doubt}`;
}

function against({ headline, baselines, target }: ReportInput): Html {
  const accuracy = headline.metrics['accuracy'];
  const majority = baselines.majority?.['accuracy'];
  const logistic = baselines.logistic?.metrics['rocAuc'];
  const frequent = headline.positives * 2 > headline.rows ? target.positive : target.negative;
  return html`${
    isKnown(accuracy) && isKnown(majority)
      ? html`It is right for <strong>${formatShare(accuracy)}</strong> of them; always saying
          ${labelHtml(frequent)} would be right for ${formatShare(majority)}.`
      : undefined
  }
  ${
    isKnown(logistic)
      ? html`A plain logistic regression reaches an AUC of ${formatMetric(logistic)} on the same
        rows${distance(baselines)}.`
      : undefined
  }`;
}

/** How far the model is from the regression, and whether that could be chance. */
function distance({ logistic }: ReportInput['baselines']): Html | undefined {
  const paired = logistic?.differences?.['rocAuc'];
  if (paired === undefined || ![paired.difference, paired.low, paired.high].every(isKnown)) return undefined;
  const { difference, low, high } = paired;
  const sure = low > 0 ? 'which is worse' : high < 0 ? 'which is better' : 'which chance could explain';
  return html`, ${sure}: the model’s is ${formatMetric(Math.abs(difference))}
  ${difference < 0 ? 'lower' : 'higher'} (paired 95 % interval ${formatMetric(low)} to ${formatMetric(high)})`;
}

function provenance({ headline, data, crossValidation, search }: ReportInput): Html {
  const rows = formatCount(headline.rows);
  const all = formatCount(data.labelledRows);
  if (headline.source === 'hold-out') {
    return html`These figures come from ${rows} rows that were set aside before training and chose nothing:
    not the number of rounds, not the blend, not the threshold. They belong to a model that never saw those
    rows; the model that is saved has then learnt from all ${all} labelled rows in the same way.`;
  }
  if (headline.source === 'test file') {
    return html`These figures come from the ${rows} labelled rows of a separate test file. They chose nothing,
    and the model that they judge is the one that is saved.`;
  }
  if (headline.source === 'sample') {
    return html`The model was <strong>imported</strong>, not trained here. These figures come from the ${rows}
      labelled rows of the sample, which chose the threshold too. If the model has learnt from some of these
      rows, the figures are <strong>optimistic</strong>; rows that it has never seen would say more.`;
  }
  if (headline.source === 'outer folds') {
    return html`These figures come from outer folds: for each of them, everything was chosen again on the
    other rows, and its own rows, all ${rows} in turn, chose nothing. They judge the whole search; the model
    that is saved was searched for once more, on all rows.`;
  }
  return html`These figures come from cross-validation: each of the ${rows} rows was judged by a model that
  did not learn from it. The same rows also chose ${chosenWords(crossValidation?.chosenOnTheseRows)}, so the
  figures are
  ${
    search === undefined
      ? html`<strong>a little optimistic</strong>; a hold-out or a test file would say more.`
      : html`<strong>optimistic</strong>; a hold-out, a test file or outer folds would say more.`
  }`;
}

function warnings({ findings }: ReportInput): Html | undefined {
  const count = findings.filter(({ severity }) => severity !== 'info').length;
  if (count === 0) return undefined;
  return html`<a href="#data"
      >${count === 1 ? 'One warning' : `${formatCount(count)} warnings`} about the data</a
    >
    should be read first.`;
}
