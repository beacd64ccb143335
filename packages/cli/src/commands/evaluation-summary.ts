import type { Evaluation } from 'verdict';
import { count, figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';
import { figureRows } from './figure-rows.ts';
import { worthLine } from './summary-lines.ts';
import { fairnessLines, weakSliceLines } from './subgroup-lines.ts';

/** How a model does on labelled rows, for people. */
export function evaluationSummary(result: Evaluation, style: Style): string {
  const { target, confusion, majority } = result;
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const left = result.unlabelledRows;
  return [
    style.bold(`${printable(target.name)}: ${yes} or ${no}?`),
    `${plural(result.rows, 'row')}, ${percent(result.positives / result.rows)} ${yes}${left === 0 ? '.' : `; ${plural(left, 'row')} without a target left out.`}`,
    '',
    ...layoutTable(
      ['', '>model', '>95 % interval', `>always "${majority.recall > 0 ? yes : no}"`],
      figureRows(result, [(metric) => figure(majority[metric])]),
    ),
    '',
    `From a probability of ${figure(result.threshold)} on it says ${yes}.`,
    ...layoutTable(
      ['', `>said ${yes}`, `>said ${no}`],
      [
        [`is ${yes}`, count(confusion.tp), count(confusion.fn)],
        [`is ${no}`, count(confusion.fp), count(confusion.tn)],
      ],
    ),
    ...(result.worth === undefined ? [] : [worthLine(result.worth)]),
    '',
    style.bold('Where it is weaker'),
    ...weakSliceLines(result.weakSlices),
    '',
    ...(result.fairness ?? []).flatMap((one) => fairnessLines(one, target.positive, style)),
  ].join('\n');
}
