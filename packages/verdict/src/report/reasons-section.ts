import { formatShare } from '@verdict/charts';
import { strongestFirst } from '@verdict/learn';
import { html, labelHtml, nameHtml } from './html.ts';
import type { Html } from './html.ts';
import type { ReportInput } from './report-input.ts';

const titles = {
  highest: 'The row with the highest probability',
  threshold: 'The row nearest to the threshold',
  lowest: 'The row with the lowest probability',
} as const;

type Example = NonNullable<ReportInput['reasons']>[number];

/** Why three rows are scored as they are, in words and without their values. */
export function reasonsSection({ reasons, target }: ReportInput): Html | undefined {
  if (reasons === undefined || reasons.length === 0) return undefined;
  return html`<section id="reasons" aria-labelledby="reasons-heading">
    <h2 id="reasons-heading">Reasons in words</h2>
    <p>
      Every row comes with the columns that moved its score most, compared with the training rows. Three of
      the rows that judge the model serve as examples; values that few rows have are left out here.
    </p>
    <div class="pair">${reasons.map((example) => exampleHtml(example, target))}</div>
    <p class="note">
      <code>verdict explain new.csv --model model --row 1</code> says the same of any row, with its values;
      <code>--counterfactual</code> looks for the smallest change that flips the decision. Reasons are those
      of the model: they do not say that a change would change what happens.
    </p>
  </section>`;
}

function exampleHtml(
  { which, probability, decision, reasons }: Example,
  target: ReportInput['target'],
): Html {
  return html`<div>
    <h3>${titles[which]}</h3>
    <p>${formatShare(probability)}: called ${labelHtml(decision)}.</p>
    <ul class="findings">
      ${strongestFirst(reasons).map(
        ({ words, direction }) =>
          html`<li class="${direction === 'raises' ? 'raises' : 'lowers'}">${nameHtml(words)}.</li> `,
      )}
      ${
        reasons.raising.length + reasons.lowering.length === 0
          ? html`<li>No column moves the probability of ${labelHtml(target.positive)} here.</li>`
          : undefined
      }
    </ul>
  </div>`;
}
