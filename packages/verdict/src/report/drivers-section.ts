import { formatCount, formatNumber, isKnown } from '@verdict/charts';
import type { ImportanceItem } from '@verdict/charts';
import { html, nameHtml } from './html.ts';
import type { Html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

/** How many columns the table lists. */
const limit = 100;

/** What the model leans on, and in which direction. */
export function driversSection(input: ReportInput, figures: ReadonlyMap<string, Html>): Html {
  const items = [...input.importance].sort((a, b) => keyOf(b) - keyOf(a) || (a.column < b.column ? -1 : 1));
  const measured =
    input.permutedRows === undefined
      ? undefined
      : html` Shuffling was done on ${formatCount(input.permutedRows)} rows.`;
  const shown = items.slice(0, limit);
  return html`<section id="drivers" aria-labelledby="drivers-heading">
    <h2 id="drivers-heading">What drives the predictions</h2>
    <p>
      Permutation importance is how much worse the predictions become when a column is shuffled.${measured} A
      column whose interval holds 0 may be of no use. Contributions (SHAP values) say how far a row’s value
      moves its log-odds up or down. Neither says that changing a value would change what happens.
    </p>
    <div class="charts">${figures.get('importance')}${figures.get('shap_beeswarm')}</div>
    ${
      items.length === 0
        ? undefined
        : html`<details>
            <summary>
              Importance of
              ${items.length > limit ? `the first ${limit} of ${formatCount(items.length)}` : 'all'} columns
            </summary>
            ${tableHtml(
              'Importance of columns, highest first',
              [
                { text: 'Column' },
                { text: 'Permutation', number: true },
                { text: '95 % interval', number: true },
                { text: 'Mean |SHAP|', number: true },
                { text: 'Total gain', number: true },
              ],
              shown.map(({ column, permutation, shap, totalGain }) => [
                nameHtml(column),
                isKnown(permutation?.mean) ? formatNumber(permutation.mean) : '–',
                isKnown(permutation?.low) && isKnown(permutation.high)
                  ? `${formatNumber(permutation.low)} to ${formatNumber(permutation.high)}`
                  : '–',
                isKnown(shap) ? formatNumber(shap) : '–',
                isKnown(totalGain) ? formatNumber(totalGain) : '–',
              ]),
            )}
          </details>`
    }
  </section>`;
}

/** Columns are ordered by permutation importance, or by contribution where that is not known. */
function keyOf(item: ImportanceItem): number {
  const key = item.permutation?.mean ?? item.shap ?? item.totalGain;
  return isKnown(key) ? key : -Number.MAX_VALUE;
}
