import type { Explanation, RowExplanation } from 'verdict';
import { figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable } from '../terminal/table.ts';

const BAR = 24;
/** Characters of the way that a waterfall may take. */
const TRACK = 32;
/** Columns that are listed. */
const MOST_LISTED = 50;

/** Why a table or a row is scored as it is, for people. */
export function explanationSummary(result: Explanation, style: Style): string {
  if (result.kind === 'row') return rowSummary(result, style);
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

/** The row as a waterfall: each bar begins where the one above it ends. */
function rowSummary(result: RowExplanation, style: Style): string {
  const { row, prediction, probability, margin, bias, contributions } = result;
  const listed = contributions.slice(0, MOST_LISTED);
  const path = [bias];
  for (const { contribution } of listed) path.push(path[path.length - 1] + contribution);
  const rest = margin - path[path.length - 1];
  const low = Math.min(...path, margin);
  const high = Math.max(...path, margin);
  const place = (value: number): number =>
    high > low ? Math.round((TRACK * (value - low)) / (high - low)) : 0;
  return [
    style.bold(`Row ${row}: ${prediction}, probability ${percent(probability)}`),
    ...marginLines(result),
    '',
    ...layoutTable(
      ['column', '>value', '>contribution', ''],
      [
        ['(every row starts from)', '', signed(bias), ''],
        ...listed.map(({ column, value, contribution }, i) => [
          column,
          value === null ? 'missing' : String(value),
          signed(contribution),
          piece(place(path[i]), place(path[i + 1]), contribution),
        ]),
        ...(listed.length < contributions.length
          ? [
              [
                `(${plural(contributions.length - listed.length, 'other column')})`,
                '',
                signed(rest),
                piece(place(margin - rest), place(margin), rest),
              ],
            ]
          : []),
        ['(sum: the log-odds)', '', signed(margin), ''],
      ],
    ),
    ...unlisted(contributions.length),
    `█ raises, ▒ lowers the log-odds; each bar begins where the one above it ends.`,
    '',
  ].join('\n');
}

/** What the log-odds are, and how they belong to the probability. */
function marginLines({
  margin,
  probability,
  calibration,
  uncalibratedProbability,
}: RowExplanation): string[] {
  const odds = `log-odds of ${figure(margin)}`;
  return calibration === 'none'
    ? [`This probability has ${odds}, which is the sum of what the columns contribute:`]
    : [
        `The columns contribute to ${odds}, which stand for a probability of ${percent(uncalibratedProbability)} before`,
        `calibration. The calibration (${calibration}) makes ${percent(probability)} of it:`,
      ];
}

/** A bar from one place to another, a mark at least one character wide for whatever moves the score at all. */
function piece(from: number, to: number, contribution: number): string {
  if (contribution === 0) return '';
  const start = Math.min(from, to, TRACK - 1);
  return ' '.repeat(start) + (contribution > 0 ? '█' : '▒').repeat(Math.max(1, Math.abs(to - from)));
}

function unlisted(columns: number): string[] {
  return columns > MOST_LISTED
    ? [`… and ${plural(columns - MOST_LISTED, 'column')} that move less; --json lists all.`]
    : [];
}

function signed(value: number): string {
  return value < 0 ? figure(value) : `+${figure(value)}`;
}

/** A bar from the left. */
function bar(value: number, most: number): string {
  return '█'.repeat(most === 0 ? 0 : Math.round((BAR * value) / most));
}
