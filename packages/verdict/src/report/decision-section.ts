import { formatMetric, formatNumber, formatShare } from '@verdict/charts';
import { html, labelHtml } from './html.ts';
import type { Html } from './html.ts';
import { ruleText } from './metric-names.ts';
import type { ReportInput } from './report-input.ts';

/** The threshold, where it came from, and what deciding by it means. */
export function decisionSection(input: ReportInput, figures: ReadonlyMap<string, Html>): Html {
  const { decision, headline, target } = input;
  const costs =
    decision.costFp !== undefined && decision.costFn !== undefined
      ? html` A false alarm was said to cost ${formatNumber(decision.costFp)} and a missed positive
        ${formatNumber(decision.costFn)}, which sets the threshold at ${formatNumber(decision.costFp)} /
        (${formatNumber(decision.costFp)} + ${formatNumber(decision.costFn)}).`
      : undefined;
  return html`<section id="decision" aria-labelledby="decision-heading">
    <h2 id="decision-heading">The decision</h2>
    <p>
      A row is called ${labelHtml(target.positive)} from a probability of
      <strong>${formatMetric(decision.threshold)}</strong> on. Rule:
      ${ruleText(decision.rule, headline.source)}.${costs}
    </p>
    <div class="pair">
      <div>
        <h3>Of 1,000 rows like these</h3>
        ${thousand(headline.confusion, target)}
      </div>
      ${figures.get('confusion_matrix')}
    </div>
    <div class="charts">${figures.get('threshold')}${figures.get('scores')}</div>
  </section>`;
}

/** The confusion matrix in round numbers. */
function thousand(
  { tp, fp, tn, fn }: ReportInput['headline']['confusion'],
  target: ReportInput['target'],
): Html {
  const total = tp + fp + tn + fn;
  if (!(total > 0)) return html`<p>No rows were judged.</p>`;
  const of = (count: number): string => {
    const value = (count * 1000) / total;
    return value > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
  };
  const positives = tp + fn;
  const flagged = tp + fp;
  return html`<ul class="thousand">
    <li><b>${of(flagged)}</b> <span>are flagged as ${labelHtml(target.positive)}</span></li>
    <li>
      <b>${of(tp)}</b>
      <span>of these rightly${flagged > 0 ? ` (${formatShare(tp / flagged)} of the flagged)` : ''}</span>
    </li>
    <li><b>${of(fp)}</b> <span>of these are false alarms</span></li>
    <li>
      <b>${of(fn)}</b>
      <span
        >${labelHtml(target.positive)} rows are
        missed${positives > 0 ? ` (${formatShare(fn / positives)} of them)` : ''}</span
      >
    </li>
    <li><b>${of(tn)}</b> <span>are rightly left alone</span></li>
  </ul>`;
}
