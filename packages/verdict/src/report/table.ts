import { html } from './html.ts';
import type { Html, HtmlValue } from './html.ts';

export interface Heading {
  readonly text: string;
  /** True for a column of figures, which is set flush right. */
  readonly number?: boolean;
}

/**
 * A table with a caption; the first cell of a row is its heading. On a narrow screen it scrolls by itself, by
 * keyboard too.
 */
export function tableHtml(
  caption: string,
  headings: readonly Heading[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const kind = (i: number): Html => html`${headings[i]?.number === true ? html` class="number"` : undefined}`;
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${headings.map(({ text }, i) => html`<th scope="col" ${kind(i)}>${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) =>
                i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
