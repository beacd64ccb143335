import { formatCount, formatInterval, formatMetric, formatShare } from '@verdict/charts';
import { chosenWords } from '../chosen-words.ts';
import { html, nameHtml } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

type WeakSlices = NonNullable<ReportInput['weakSlices']>;

/** Subgroups on which the model is worse than elsewhere, or that none was found. */
export function weakSlicesSection({ weakSlices, headline, crossValidation }: ReportInput): Html | undefined {
  if (weakSlices === undefined) return undefined;
  const { slices, looked, minimumRows, rows, more } = weakSlices;
  return html`<section id="weak-slices" aria-labelledby="weak-slices-heading">
    <h2 id="weak-slices-heading">Where it is weaker</h2>
    ${
      looked === 0
        ? html`<p>
            The ${formatCount(rows)} rows that judge the model are too few to look for weak subgroups, which
            need ${formatCount(minimumRows)} rows each.
          </p>`
        : html`<p>
            ${formatCount(looked)} subgroups, by one column or two and of at least ${formatCount(minimumRows)}
            rows each, were compared with the other rows.
            ${
              slices.length === 0
                ? 'None has a higher log loss beyond chance.'
                : html`${slices.length === 1 ? 'One has' : `${slices.length} have`} a higher log loss beyond
                  chance: the 95 % interval of the difference, which is corrected for all that were looked at,
                  lies above 0. Where there is nothing to find, something is shown in at most about one of
                  forty reports.`
            }
            ${
              headline.source === 'cross-validation'
                ? `The same rows chose ${chosenWords(crossValidation?.chosenOnTheseRows)}, so the losses are a little too low.`
                : undefined
            }
          </p>`
    }
    ${slices.length === 0 ? undefined : sliceTable(slices)}
    ${more === 0 ? undefined : html`<p class="note">And ${formatCount(more)} more that overlap less.</p>`}
  </section>`;
}

function sliceTable(slices: WeakSlices['slices']): Html {
  return html`${tableHtml(
      'Subgroups with a higher log loss, the surest first',
      [
        { text: 'Subgroup' },
        { text: 'Rows', number: true },
        { text: 'Log loss', number: true },
        { text: 'Other rows', number: true },
        { text: 'Difference', number: true },
        { text: 'Predicted', number: true },
        { text: 'Observed', number: true },
        { text: 'Reading' },
      ],
      slices.map((slice): HtmlValue[] => [
        html`<span class="subgroup">${nameHtml(slice.words)}</span>${
            slice.alike.length === 0
              ? undefined
              : html`<span class="beneath"
                  >nearly the same rows:
                  ${slice.alike.slice(0, 3).map((words, i) => html`${i > 0 ? '; ' : ''}${nameHtml(words)}`)}${
                    slice.alike.length > 3 ? ` and ${slice.alike.length - 3} more` : ''
                  }</span
                >`
          }`,
        formatCount(slice.rows),
        formatMetric(slice.loss),
        formatMetric(slice.restLoss),
        `${formatMetric(slice.difference)} (${formatInterval(slice)})`,
        formatShare(slice.predicted),
        formatShare(slice.observed),
        slice.beyondExpected ? 'wrong more than it knows' : 'unsure, and knows it',
      ]),
    )}
    <p class="note">
      Predicted is the mean probability, observed the share of positives. Where the model is unsure and knows
      it, its probabilities are near even and the loss is what they lead one to expect; other columns may help
      there. Where it is wrong more than it knows, its probabilities should not be trusted.
    </p>`;
}
