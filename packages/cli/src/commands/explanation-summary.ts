import type { Explanation } from 'verdict';
import { figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable } from '../terminal/table.ts';

const BAR = 24;
/** Columns that are listed. */
const MOST_LISTED = 50;

/** Why a table or a row is scored as it is, for people. */
export function explanationSummary(result: Explanation, style: Style): string {
  if (result.kind === 'row') {
    const most = Math.max(...result.contributions.map(({ contribution }) => Math.abs(contribution)), 0);
    return [
      style.bold(`Row ${result.row}: ${result.prediction}, probability ${percent(result.probability)}`),
      `Log-odds ${figure(result.margin)} = ${figure(result.bias)} for everyone, and then:`,
      '',
      ...layoutTable(
        ['column', '>value', '>contribution', ''],
        result.contributions
          .slice(0, MOST_LISTED)
          .map(({ column, value, contribution }) => [
            column,
            value === null ? 'missing' : String(value),
            signed(contribution),
            bar(contribution, most),
          ]),
      ),
      ...unlisted(result.contributions.length),
      '',
    ].join('\n');
  }
  const most = Math.max(...result.columns.map(({ meanAbsolute }) => meanAbsolute), 0);
  return [
    style.bold(
      result.explainedRows === result.rows
        ? `What moves the scores of ${plural(result.rows, 'row')}`
        : `What moves the scores of ${plural(result.rows, 'row')}, by a sample of ${result.explainedRows}`,
    ),
    'Contributions to the log-odds, exact TreeSHAP values.',
    '',
    ...layoutTable(
      ['column', '>mean size', '>mean', ''],
      result.columns
        .slice(0, MOST_LISTED)
        .map(({ column, meanAbsolute, mean }) => [
          column,
          figure(meanAbsolute),
          signed(mean),
          bar(meanAbsolute, most),
        ]),
    ),
    ...unlisted(result.columns.length),
    '',
  ].join('\n');
}

function unlisted(columns: number): string[] {
  return columns > MOST_LISTED
    ? [`… and ${plural(columns - MOST_LISTED, 'column')} that move less; --json lists all.`]
    : [];
}

function signed(value: number): string {
  return value < 0 ? figure(value) : `+${figure(value)}`;
}

/** A bar from the left; a minus sign before what lowers the score. */
function bar(value: number, most: number): string {
  const length = most === 0 ? 0 : Math.round((BAR * Math.abs(value)) / most);
  return `${value < 0 ? '-' : '+'} ${'█'.repeat(length)}`;
}
