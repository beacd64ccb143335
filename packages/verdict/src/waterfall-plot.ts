import { stat } from 'node:fs/promises';
import { waterfallChart } from '@verdict/charts';
import { InvalidOption } from '@verdict/core';
import type { Decision } from '@verdict/learn';
import { waterfallOf } from '@verdict/learn';
import type { RowExplanation } from './explain.ts';
import { renderPng, renderSvg } from './render/index.ts';
import { writeWhole } from './whole-file.ts';

/** Columns that are drawn by name; the others are one step. */
const MOST_STEPS = 15;

/**
 * Checks where a picture shall go, before any work.
 * @throws InvalidOption for an ending that is no picture's, for a picture of no row, for a folder, and for the place of
 * the table
 */
export async function checkPlot(
  plot: string | undefined,
  row: number | undefined,
  table: string,
): Promise<void> {
  if (plot === undefined) return;
  if (!/\.(?:svg|png)$/iu.test(plot)) {
    throw new InvalidOption({ option: 'plot', got: plot, expected: 'a file that ends in .svg or .png' });
  }
  if (row === undefined) {
    throw new InvalidOption({ option: 'plot', got: plot, expected: 'a row to draw: give --row too' });
  }
  const [place, source] = await Promise.all([plot, table].map((path) => stat(path).catch(() => undefined)));
  if (place === undefined) return;
  if (place.isDirectory())
    throw new InvalidOption({ option: 'plot', got: plot, expected: 'a file, not a folder' });
  if (place.ino === source?.ino && place.dev === source.dev) {
    throw new InvalidOption({ option: 'plot', got: plot, expected: 'another file than the table' });
  }
}

/**
 * Draws how a row comes to its probability, as SVG or PNG by the ending of the file, which appears under its name
 * only when it is complete.
 *
 * @throws what writing throws; then there is no file
 */
export async function writeWaterfall(
  file: string,
  explanation: RowExplanation,
  { calibration }: Pick<Decision, 'calibration'>,
): Promise<void> {
  const { row, prediction, bias, margin, contributions } = explanation;
  const waterfall = waterfallOf(
    {
      columns: contributions.map(({ column }) => column),
      contributions: contributions.map(({ contribution }) => contribution),
      bias,
      margin,
    },
    calibration,
    MOST_STEPS,
  );
  const values = new Map(contributions.map(({ column, value }) => [column, value]));
  const chart = waterfallChart({
    ...waterfall,
    row,
    prediction,
    steps: waterfall.steps.map((step) =>
      step.column === undefined ? step : { ...step, value: String(values.get(step.column) ?? 'missing') },
    ),
  });
  const svg = await renderSvg(chart);
  await writeWhole(file, /\.png$/iu.test(file) ? await renderPng(svg) : svg, 'plot');
}
