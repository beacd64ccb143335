import { formatCount, formatNumber, isKnown } from '@verdict/charts';
import type { ImportanceItem } from '@verdict/charts';
import { html, nameHtml } from './html.ts';
import type { Html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

/** How many columns the table lists. */
const limit = 100;

/** How many columns are shown by their values before one unfolds more. */
const openPairs = 2;

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
    ${effectsPart(input, figures)}
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

/** How the foremost columns act, each by its values and with the others. */
function effectsPart(input: ReportInput, figures: ReadonlyMap<string, Html>): Html | undefined {
  const count = Math.max(input.dependence?.length ?? 0, input.partialDependence?.length ?? 0);
  const pairs = Array.from({ length: count }, (_, i) => [
    figures.get(`dependence_${i + 1}`),
    figures.get(`partial_dependence_${i + 1}`),
  ]).filter((pair) => pair.some((figure) => figure !== undefined));
  const matrix = figures.get('interactions');
  if (pairs.length === 0 && matrix === undefined) return undefined;
  const others = pairs.slice(openPairs);
  return html`<h3>How the foremost columns act</h3>
    <p>
      A column’s contribution can depend on other columns: dots of one value that lie far apart, in different
      colours, show it. Partial dependence sets a column to each value for the same rows and averages what the
      model says, so it also tries values that do not go with the rest of a row.
    </p>
    <div class="charts">${pairs.slice(0, openPairs).flat()}${matrix}</div>
    ${
      others.length === 0
        ? undefined
        : html`<details>
            <summary>
              ${others.length === 1 ? 'The next column' : `The next ${formatCount(others.length)} columns`}
            </summary>
            <div class="charts">${others.flat()}</div>
          </details>`
    }`;
}

/** Columns are ordered by permutation importance, or by contribution where that is not known. */
function keyOf(item: ImportanceItem): number {
  const key = item.permutation?.mean ?? item.shap ?? item.totalGain;
  return isKnown(key) ? key : -Number.MAX_VALUE;
}
