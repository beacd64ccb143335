import { formatCount, formatShare } from '@verdict/charts';
import { html, labelHtml, nameHtml } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import type { ReportColumn, ReportFinding, ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

/** How many columns and findings are listed. */
const limit = 500;

const roleNames: Readonly<Record<string, string>> = {
  feature: 'used',
  target: 'target',
  weight: 'weight of the row',
  group: 'group of rows',
  time: 'time',
  fold: 'fold',
  ignored: 'left out',
};

/** Rows, classes, findings and columns. */
export function dataSection(input: ReportInput, figures: ReadonlyMap<string, Html>): Html {
  const { data, target, findings } = input;
  const left = data.columns.filter(({ role }) => role === 'ignored');
  const used = data.columns.filter(({ role }) => role === 'feature').length;
  const share = data.labelledRows > 0 ? data.positives / data.labelledRows : NaN;
  const ordered = [...findings].sort((a, b) => Number(a.severity === 'info') - Number(b.severity === 'info'));
  return html`<section id="data" aria-labelledby="data-heading">
    <h2 id="data-heading">The data</h2>
    <p>
      ${nameHtml(data.file)} has ${formatCount(data.rows)} rows and ${formatCount(data.columns.length)}
      columns, of which ${formatCount(used)} are used to predict
      ${nameHtml(target.name)}.${
        data.unlabelledRows > 0
          ? html` ${formatCount(data.unlabelledRows)} rows have no target and were left out.`
          : undefined
      }
    </p>
    ${balance(share)}
    <p class="note">
      ${formatCount(data.positives)} of ${formatCount(data.labelledRows)} labelled rows
      (${formatShare(share)}) are ${labelHtml(target.positive)}, the others ${labelHtml(target.negative)}.
    </p>
    <h3>Findings</h3>
    ${findingList(ordered)}
    ${
      left.length === 0
        ? undefined
        : html`<h3>Left out</h3>
            ${tableHtml(
              'Columns that are not used, and why',
              [{ text: 'Column' }, { text: 'Type' }, { text: 'Reason' }],
              left.slice(0, limit).map(({ name, type, reason }) => [nameHtml(name), type, reason ?? '']),
            )}`
    }
    <div class="charts">${figures.get('missing')}</div>
    <details>
      <summary>All ${formatCount(data.columns.length)} columns</summary>
      ${tableHtml(
        data.columns.length > limit
          ? `The first ${limit} of ${formatCount(data.columns.length)} columns`
          : 'All columns of the file',
        [
          { text: 'Column' },
          { text: 'Type' },
          { text: 'Role' },
          { text: 'Missing', number: true },
          { text: 'Distinct values', number: true },
        ],
        data.columns.slice(0, limit).map((column) => columnRow(column, data.rows)),
      )}
    </details>
  </section>`;
}

function columnRow(column: ReportColumn, rows: number): HtmlValue[] {
  const { name, type, role, missing, distinct, distinctExact } = column;
  return [
    nameHtml(name),
    type,
    roleNames[role] ?? role,
    missing === 0 ? '0' : `${formatCount(missing)} (${formatShare(rows > 0 ? missing / rows : NaN)})`,
    `${distinctExact === false ? 'about ' : ''}${formatCount(distinct)}`,
  ];
}

/** The share of positive rows as a bar. */
function balance(share: number): Html | undefined {
  if (!Number.isFinite(share)) return undefined;
  const width = (share * 100).toFixed(2);
  return html`<div class="balance">
    <svg
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      role="img"
      aria-label="${formatShare(share)} of the labelled rows are positive"
    >
      <rect width="100" height="1" fill="var(--chart-grid)" />
      <rect width="${width}" height="1" fill="var(--chart-secondary)" />
    </svg>
  </div>`;
}

function findingList(findings: readonly ReportFinding[]): Html {
  if (findings.length === 0) return html`<p>Nothing that should be said.</p>`;
  return html`<ul class="findings">
      ${findings
        .slice(0, limit)
        .map(
          ({ severity, code, message }) =>
            html`<li class="${severity === 'info' ? 'info' : 'warning'}">
              <span class="kind">${severity === 'info' ? '' : 'Warning: '}${codeText(code)}.</span> ${message}
            </li> `,
        )}
    </ul>
    ${
      findings.length > limit
        ? html`<p class="note">And ${formatCount(findings.length - limit)} more.</p>`
        : undefined
    }`;
}

/** `SUSPECTED_LEAKAGE` as `Suspected leakage`. */
function codeText(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
