import { strongestFirst } from 'verdict';
import type { RowExplanation } from 'verdict';
import { figure, percent } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { printable } from '../terminal/table.ts';

/** Why a row is scored as it is in words, and what would flip its decision if that was asked. */
export function rowAnswersSummary({ reasons, counterfactuals }: RowExplanation, style: Style): string {
  const words = strongestFirst(reasons).map(
    ({ words, direction }) => `${direction === 'raises' ? '+' : '-'} ${printable(words)}`,
  );
  return [
    '',
    style.bold('In words, the strongest first'),
    ...(words.length === 0 ? ['No column moves this row.'] : words),
    '',
    ...(counterfactuals === undefined ? [] : counterfactualLines(counterfactuals, style)),
  ].join('\n');
}

type Counterfactuals = NonNullable<RowExplanation['counterfactuals']>;

function counterfactualLines(result: Counterfactuals, style: Style): string[] {
  const { wanted, threshold, found, mostColumns, exhaustiveUpTo, columns, fixed } = result;
  const frozen = fixed.filter(({ reason }) => reason === 'frozen').map(({ column }) => printable(column));
  const others = fixed.filter(({ reason }) => reason !== 'frozen');
  return [
    style.bold(`What would make it ${printable(wanted)} (threshold ${figure(threshold)})`),
    ...(found.length === 0
      ? [`Nothing was found: no change of up to ${counted(mostColumns)} that was tried does.`]
      : found.map(
          ({ changes, probability }, i) =>
            `${i + 1}. ${changes.map(changeText).join(', ')}: probability ${percent(probability)}`,
        )),
    style.dim(
      `Tried: ${columns.length === 1 ? '1 column' : `${columns.length} columns`}, ${scope(exhaustiveUpTo, mostColumns)}.`,
    ),
    ...(frozen.length === 0 ? [] : [style.dim(`Frozen: ${frozen.join(', ')}.`)]),
    ...(others.length === 0
      ? []
      : [
          style.dim(
            `Left as they are: ${others.map(({ column, reason }) => `${printable(column)} (${reasonWords[reason]})`).join(', ')}.`,
          ),
        ]),
    style.dim(
      'Values lie inside what training saw. Columns are changed as if they were independent of each other.',
    ),
    '',
  ];
}

const reasonWords = {
  frozen: 'frozen',
  missing: 'missing',
  type: 'no type that is changed',
  'no other value': 'no other value',
} as const;

const counted = (columns: number): string => (columns === 1 ? 'one column' : `${columns} columns`);

function scope(exhaustiveUpTo: number, mostColumns: number): string {
  if (exhaustiveUpTo >= mostColumns) return `all changes of up to ${counted(mostColumns)}`;
  return exhaustiveUpTo === 0
    ? 'by the most promising changes'
    : `all changes of ${exhaustiveUpTo === 1 ? 'one' : 'one or two'} of them; of more, where needed, the most promising`;
}

function changeText({ column, from, to }: Counterfactuals['found'][number]['changes'][number]): string {
  return `${printable(column)} ${valueText(from)} → ${valueText(to)}`;
}

function valueText(value: string | number | null): string {
  if (value === null) return 'missing';
  return printable(typeof value === 'number' ? String(Number(value.toPrecision(10))) : value);
}
