import { formatText, roundsText } from 'verdict';
import type { ImportOutcome } from 'verdict';
import { figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';
import { figureRows } from './figure-rows.ts';
import { weakSliceLines } from './subgroup-lines.ts';
import {
  decisionLines,
  driverLines,
  findingLines,
  leftOutLines,
  nextLines,
  placeLines,
  runLine,
} from './summary-lines.ts';

/** What an import found and left, for people. */
export function importSummary(outcome: ImportOutcome, style: Style): string {
  const { metrics } = outcome;
  const { data, target, headline, baselines, importance, imported, model } = metrics;
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const trees = plural(model.trees, 'tree');
  return [
    style.bold(`${printable(target.name)}: ${yes} or ${no}?`),
    `${printable(imported.file)} (${printable(formatText(imported))}): ${roundsText(imported)}, ${trees}, ${plural(model.features, 'feature')}.`,
    `Its class 1 is taken as ${yes}: ${percent(data.positives / data.labelledRows)} of the ${plural(data.labelledRows, 'row')} of ${printable(data.file)}.`,
    ...leftOutLines(data.columns),
    ...findingLines(metrics.findings, style),
    '',
    style.bold(`How good it is, on the ${plural(headline.rows, 'row')} of the sample`),
    'They chose the threshold, and the model may have learnt from them: then the figures are too good.',
    ...layoutTable(
      ['', '>model', '>95 % interval', `>always "${baselines.majority.recall > 0 ? yes : no}"`],
      figureRows(headline, [(metric) => figure(baselines.majority[metric])]),
    ),
    '',
    style.bold('How it decides'),
    ...decisionLines(metrics),
    '',
    style.bold('What drives it'),
    ...driverLines(importance),
    '',
    style.bold('Where it is weaker'),
    ...weakSliceLines(metrics.weakSlices),
    '',
    style.bold('Where it is'),
    ...placeLines(outcome, `${trees}, imported`),
    style.dim(runLine(metrics.run)),
    '',
    style.bold('What next'),
    ...nextLines(outcome.model),
    '',
  ].join('\n');
}
