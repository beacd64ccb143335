import { formatCount, formatInterval, formatMetric, formatShare } from '@verdict/charts';
import { html, labelHtml, nameHtml } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

type Fairness = NonNullable<ReportInput['fairness']>[number];
type Gap = NonNullable<Fairness['demographicParity']>;
type Rate = Fairness['groups'][number]['selectionRate'];

/** The four-fifths rule of the Uniform Guidelines on Employee Selection Procedures (1978). */
const FOUR_FIFTHS = 0.8;

/** How the model treats the groups of the columns that were asked for. */
export function fairnessSection({ fairness, target }: ReportInput): Html | undefined {
  if (fairness === undefined || fairness.length === 0) return undefined;
  return html`<section id="fairness" aria-labelledby="fairness-heading">
    <h2 id="fairness-heading">Fairness</h2>
    <p>
      How often the model calls a row ${labelHtml(target.positive)}, and how often it is right, by group, on
      the rows that judge it. Which of these differences matter, and which are unjust, is not for a figure to
      say.
    </p>
    ${fairness.map((one, i) => columnHtml(one, target, fairness.length > 1 ? ` (${i + 1})` : ''))}
    <p class="note">
      Intervals are of 95 %: Wilson’s for shares, Newcombe’s for differences, Donner and Zou’s for ratios, the
      latter two widened for having picked the extreme groups. Several of these criteria cannot all hold at
      once where base rates differ.
    </p>
  </section>`;
}

/** @param mark tells the tables of several columns apart */
function columnHtml(fairness: Fairness, target: ReportInput['target'], mark: string): Html {
  const { column, groups, hidden, minimumRows, minimumClassRows } = fairness;
  const small = groups.filter((group) => group.small).length;
  return html`<h3>By ${nameHtml(column)}</h3>
    <ul>
      ${parityHtml(fairness, target)}
      ${gapHtml('Equal opportunity (positives found)', fairness.equalOpportunity)}
      ${gapHtml('False alarms among negatives', fairness.falsePositives)}
      ${
        fairness.equalisedOdds === null
          ? undefined
          : html`<li>
              Equalised odds: the larger of the last two differences is
              ${formatMetric(fairness.equalisedOdds.difference)}
              (${formatInterval(fairness.equalisedOdds.interval)}).
            </li>`
      }
    </ul>
    ${
      groups.length === 0
        ? html`<p>No group has five rows.</p>`
        : tableHtml(
            `Rates by group${mark}, with 95 % intervals`,
            [
              { text: 'Group' },
              { text: 'Rows', number: true },
              { text: 'Base rate', number: true },
              { text: 'Mean probability', number: true },
              { text: 'Selection rate', number: true },
              { text: 'True positive rate', number: true },
              { text: 'False positive rate', number: true },
              { text: 'Precision', number: true },
            ],
            groups.map((group): HtmlValue[] => [
              html`${groupHtml(group.group)}${group.small ? html` <span class="tag">too few rows</span>` : undefined}`,
              formatCount(group.rows),
              rateHtml(group.baseRate),
              formatShare(group.predicted),
              rateHtml(group.selectionRate),
              rateHtml(group.truePositiveRate),
              rateHtml(group.falsePositiveRate),
              rateHtml(group.precision),
            ]),
          )
    }
    <p class="note">
      ${
        small > 0
          ? `Groups of fewer than ${minimumRows} rows are shown but not compared; `
          : `Groups of at least ${minimumRows} rows are compared; `
      }true
      and false positive rates are compared from ${minimumClassRows} positive or negative rows
      on.${
        hidden.groups > 0
          ? ` ${formatCount(hidden.rows)} rows in ${formatCount(hidden.groups)} groups, of fewer than five rows each or beyond the hundred largest, are not shown.`
          : ''
      }
    </p>`;
}

function parityHtml({ demographicParity: gap }: Fairness, target: ReportInput['target']): Html {
  if (gap === null) return html`<li>Fewer than two groups have enough rows to be compared.</li>`;
  const { low, high } = gap.ratioInterval;
  const mark = gap.ratio < FOUR_FIFTHS ? 'below' : 'not below';
  const sure = gap.ratio < FOUR_FIFTHS ? high < FOUR_FIFTHS : low >= FOUR_FIFTHS;
  return html`<li>
    Demographic parity: ${groupHtml(gap.highest)} is called ${labelHtml(target.positive)} most often and
    ${groupHtml(gap.lowest)} least often; difference ${formatMetric(gap.difference)}
    (${formatInterval(gap.interval)}), ratio
    ${formatMetric(gap.ratio)}${
      Number.isFinite(gap.ratio)
        ? html` (${formatInterval(gap.ratioInterval)}), ${mark} the four-fifths mark of
          0.8${sure ? '' : ', though its interval holds the mark'}`
        : undefined
    }.
  </li>`;
}

function gapHtml(name: string, gap: Gap | null): Html {
  if (gap === null) return html`<li>${name}: fewer than two groups have enough rows to be compared.</li>`;
  return html`<li>
    ${name}: highest for ${groupHtml(gap.highest)}, lowest for ${groupHtml(gap.lowest)}; difference
    ${formatMetric(gap.difference)} (${formatInterval(gap.interval)}).
  </li>`;
}

function groupHtml(group: string | null): Html {
  return group === null ? html`rows without a value` : labelHtml(group);
}

function rateHtml({ value, low, high }: Rate): HtmlValue {
  if (!Number.isFinite(value)) return '–';
  return html`${formatShare(value)}<span class="beneath"
      >${formatShare(low, 0)} to ${formatShare(high, 0)}</span
    >`;
}
