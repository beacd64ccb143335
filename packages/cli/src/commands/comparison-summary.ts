import type { Comparison } from 'verdict';
import { figure, percent, plural, signed } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable, wrap } from '../terminal/table.ts';
import { shownFigures } from './figure-rows.ts';

/** Figures of each model that are shown where there are more than two. */
const overview = ['rocAuc', 'logLoss', 'brier', 'accuracy', 'f1', 'mcc'] as const;

/**
 * How models compare, for people.
 * @param width columns of the terminal
 */
export function comparisonSummary(result: Comparison, style: Style, width = 100): string {
  const { target, rows, models, sentences, warnings, notes } = result;
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const name = printable(target.name);
  const judged =
    rows === undefined
      ? 'Compared by the figures that the bundles carry.'
      : `${plural(rows.rows, 'row')} of ${printable(rows.file)}, ${percent(rows.positives / rows.rows)} ${yes}${
          rows.unlabelledRows === 0
            ? '.'
            : `; ${plural(rows.unlabelledRows, 'row')} without a target left out.`
        }`;
  const [conclusion, ...others] = sentences.map(printable);
  return [
    style.bold(`${name}: ${yes} or ${no}?`),
    ...wrap(judged, width),
    '',
    ...wrap(conclusion, width).map(style.bold),
    ...warnings.flatMap((warning) => wrap(`! ${printable(warning)}`, width)).map(style.warn),
    ...others.flatMap((sentence) => wrap(sentence, width)),
    '',
    ...models.map((model, i) => `${letter(i)}  ${printable(model.model)}${origin(model)}`),
    '',
    ...(models.length === 2 ? pairTable(result, width) : modelTables(result, width)),
    '',
    ...notes.flatMap((note) => wrap(printable(note), width)).map(style.dim),
    '',
  ].join('\n');
}

/** Models are named by letters in tables, best first: paths are long, and often differ in their middle. */
function letter(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `#${index + 1}`;
}

function origin({ columns, recorded }: Comparison['models'][number]): string {
  const from =
    recorded === undefined
      ? ''
      : `; judged on ${plural(recorded.rows, 'row')} (${printable(recorded.source)})`;
  return `  (${plural(columns, 'column')}${from})`;
}

/** Every figure of two models, and their difference. */
function pairTable({ models: [a, b], pairs: [pair], basis }: Comparison, width: number): string[] {
  return [
    ...layoutTable(
      ['', '>A', '>B', '>A − B', '>95 % interval', '>p'],
      shownFigures.map(([metric, title]) => {
        const { difference, low, high, pValue } = pair.differences[metric];
        return [
          title,
          figure(a.metrics[metric]),
          figure(b.metrics[metric]),
          signed(difference),
          `${signed(low)} … ${signed(high)}`,
          pText(pValue),
        ];
      }),
      width,
    ),
    ...wrap(
      `Intervals and p are ${basis === 'rows' ? 'those of the paired bootstrap' : 'unpaired'}, for each figure by itself.`,
      width,
    ),
  ];
}

/** The tested figure of many models, and some others. */
function modelTables({ models, pairs, metric }: Comparison, width: number): string[] {
  const title = shownFigures.find(([name]) => name === metric)?.[1] ?? metric;
  return [
    ...layoutTable(
      ['', `>${title}`, '>95 % interval', '>best − this', '>95 % interval', '>p (Holm)'],
      models.map((model, i) => {
        const { low, high } = model.intervals[metric];
        const test = pairs[i - 1]?.test;
        return [
          letter(i),
          figure(model.metrics[metric]),
          `${figure(low)} … ${figure(high)}`,
          ...(test === undefined
            ? ['best', '', '']
            : [
                signed(test.difference),
                `${signed(test.low)} … ${signed(test.high)}`,
                pText(test.adjustedPValue),
              ]),
        ];
      }),
      width,
    ),
    '',
    ...layoutTable(
      ['', ...shownFigures.filter(([name]) => isShown(name)).map(([, text]) => `>${text}`)],
      models.map((model, i) => [
        letter(i),
        ...shownFigures.filter(([name]) => isShown(name)).map(([name]) => figure(model.metrics[name])),
      ]),
      width,
    ),
  ];
}

function isShown(name: string): boolean {
  return (overview as readonly string[]).includes(name);
}

function pText(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value < 0.0001 ? '<0.0001' : figure(value);
}
