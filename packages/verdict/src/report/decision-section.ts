import { formatCount, formatExact, formatMetric, formatShare } from '@verdict/charts';
import { calibrationPart } from './calibration-part.ts';
import { intervalText } from './headline-section.ts';
import { html, labelHtml } from './html.ts';
import type { Html } from './html.ts';
import { ruleText } from './metric-names.ts';
import type { ReportDecision, ReportInput } from './report-input.ts';
import { worthPart } from './worth-part.ts';

/** The threshold, where it came from, and what deciding by it means. */
export function decisionSection(input: ReportInput, figures: ReadonlyMap<string, Html>): Html {
  const { decision, headline, target } = input;
  return html`<section id="decision" aria-labelledby="decision-heading">
    <h2 id="decision-heading">The decision</h2>
    <p>
      A row is called ${labelHtml(target.positive)} from a probability of
      <strong>${formatMetric(decision.threshold)}</strong> on. Rule:
      ${ruleText(decision, headline.source)}.${costsText(decision)}${ownThreshold(input)}
    </p>
    ${reachedText(input)}
    <div class="pair">
      <div>
        <h3>Of 1,000 rows like these</h3>
        ${thousand(headline.confusion, target)}
      </div>
      ${figures.get('confusion_matrix')}
    </div>
    ${worthPart(input)}
    <div class="charts">${figures.get('threshold')}${figures.get('scores')}</div>
    ${calibrationPart(input)}
  </section>`;
}

/** Where the judged model has another threshold than the one that ships: that what is shown is by that one. */
function ownThreshold({ decision, headline }: ReportInput): Html | undefined {
  if (headline.threshold === decision.threshold) return undefined;
  return html` The model that was judged, made without the rows that judge, has chosen
  ${formatMetric(headline.threshold)} in the same way: all figures and pictures of decisions are of its own.`;
}

/** Where costs set the threshold: which, and how. */
function costsText({ costFp, costFn, costTp = 0, costTn = 0 }: ReportDecision): Html | undefined {
  if (costFp === undefined || costFn === undefined) return undefined;
  const [fp, fn, tp, tn] = [costFp, costFn, costTp, costTn].map(formatExact);
  if (costTp === 0 && costTn === 0) {
    return html` A false alarm was said to cost ${fp} and a missed positive ${fn}, which sets the threshold at
    ${fp} / (${fp} + ${fn}).`;
  }
  return html` A false alarm was said to cost ${fp}, a missed positive ${fn}, a positive that is found ${tp}
  and a negative that is left alone ${tn} (what is below 0 is a gain). The threshold follows from how much
  more each error costs than the right answer: ${formatExact(costFp - costTn)} /
  (${formatExact(costFp - costTn)} + ${formatExact(costFn - costTp)}).`;
}

/** What a capacity or a target asked for, and what it comes to on the rows that judge. */
function reachedText({ decision, headline }: ReportInput): Html | undefined {
  const { rule, target, capacity, of = 1, reached } = decision;
  const doubt =
    reached?.attained === false
      ? html` <strong>No threshold does what the rule asks for</strong>; this one comes nearest.`
      : undefined;
  const where =
    headline.source === 'sample' || headline.source === 'cross-validation'
      ? html`On the ${formatCount(headline.rows)} rows that judge, which chose the threshold too,`
      : html`On the ${formatCount(headline.rows)} rows that judge and chose nothing`;
  if ((rule === 'precision' || rule === 'recall') && target !== undefined) {
    const interval = intervalText(headline.intervals, rule);
    return html`<p>
      ${where} its ${rule} is <strong>${formatShare(headline.metrics[rule])}</strong>${
        interval === undefined ? undefined : html` (95 % interval ${interval})`
      },
      where at least ${formatShare(target)} was asked for.${doubt}
    </p>`;
  }
  if (rule === 'capacity' && capacity !== undefined) {
    const { tp, fp, tn, fn } = headline.confusion;
    const called = (tp + fp) / (tp + fp + tn + fn);
    return html`<p>
      ${where} it calls <strong>${formatShare(called)}</strong> of the rows, where there is room for
      ${formatShare(capacity / of)}${
        of === 1
          ? undefined
          : html`: about ${formatCount(called * of)} of ${formatCount(of)}, with room for
            ${formatCount(capacity)}`
      }.${doubt}
    </p>`;
  }
  return doubt === undefined ? undefined : html`<p>${doubt}</p>`;
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
