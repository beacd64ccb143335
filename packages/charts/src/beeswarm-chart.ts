import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  makeChart,
  makeFrame,
  makeGrid,
  nameAxis,
  valueAxis,
} from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import type { BeeswarmColumn, BeeswarmInput } from './inputs.ts';
import { formatCount, isKnown, niceRange } from './number-format.ts';
import { lineSeries } from './series.ts';
import { swarmOffsets } from './swarm-layout.ts';
import { shortenMiddle } from './text-width.ts';
import { rampColour, rampSteps } from './theme.ts';

/** How many columns are drawn, and how many rows of each. */
const limit = 15;
const pointLimit = 500;

/**
 * The SHAP beeswarm (Lundberg and Lee 2017): one row per column, one dot per table row, placed by the column's
 * contribution to the log-odds and coloured by the value's rank within the column, blue for low and red for
 * high; missing values are grey. At most the 15 columns with the highest mean absolute contribution.
 */
export function beeswarmChart(input: BeeswarmInput, settings: ChartSettings = {}): Chart {
  const columns = input.columns
    .map((column) => ({ column, mean: meanAbsolute(column) }))
    .filter(({ mean }) => mean !== undefined)
    .sort((a, b) => (b.mean ?? 0) - (a.mean ?? 0) || (a.column.name < b.column.name ? -1 : 1))
    .slice(0, limit)
    .map(({ column }) => column);
  const rows = columns.length;
  const frame = makeFrame(settings, [900, 160 + 34 * Math.max(5, rows)], [400, 92 + 28 * Math.max(4, rows)]);
  const name = 'shap_beeswarm';
  if (rows === 0)
    return emptyChart(frame, { name, title: 'Contributions' }, 'No contributions were computed.');
  const { theme, compact } = frame;
  const nameRoom = compact ? 142 : 190;
  const total = columns[0].contributions.length;
  const words = {
    name,
    title: `How values move the prediction: ${shortenMiddle(columns[0].name, 330, 17)} moves it most`,
    subtitle: `Each dot is one of ${formatCount(total)} rows: to the right the value raises the probability, to the left it lowers it. Categories are ranked by their share of positives.`,
    description: `SHAP contributions of ${formatCount(total)} rows, columns by mean absolute contribution: ${columns
      .slice(0, 10)
      .map((column) => shortenMiddle(column.name, 300, 12))
      .join(', ')}.`,
  };
  const swarms = columns.map((column) => knownPoints(column));
  let low = 0;
  let high = 0;
  for (const { contributions } of swarms) {
    for (const value of contributions) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const byColour: number[][][] = Array.from({ length: rampSteps + 1 }, () => []);
  for (const [row, { contributions, ranks }] of swarms.entries()) {
    const offsets = swarmOffsets(contributions, low, high, compact ? 90 : 170, 0.4, compact ? 0.11 : 0.09);
    for (const [i, value] of contributions.entries()) {
      const rank = ranks[i];
      const colour = isKnown(rank) ? Math.round(Math.min(1, Math.max(0, rank)) * (rampSteps - 1)) : rampSteps;
      byColour[colour].push([significant(value), significant(row + 0.5 + offsets[i])]);
    }
  }
  const size = compact ? 3.5 : 4.5;
  // ECharts cannot draw a large series without points: the flat map leaves empty colours out.
  const dots = byColour.flatMap((data, step): Json[] => {
    if (data.length === 0) return [];
    const color = step === rampSteps ? theme.missing : rampColour(step / (rampSteps - 1));
    return [
      {
        type: 'scatter',
        name:
          step === 0
            ? 'low value'
            : step === rampSteps - 1
              ? 'high value'
              : step === rampSteps
                ? 'missing'
                : `step ${step}`,
        // One path for all dots of a colour instead of thousands of elements.
        large: true,
        largeThreshold: 0,
        symbol: 'circle',
        symbolSize: size,
        color,
        itemStyle: { color, opacity: 0.8 },
        emphasis: { disabled: true },
        yAxisIndex: 1,
        data,
      },
    ];
  });
  const legend = dotEntries(
    'low value',
    'high value',
    ...(byColour[rampSteps].length > 0 ? ['missing'] : []),
  );
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: nameRoom }),
      xAxis: valueAxis(frame, 'Contribution to the log-odds (SHAP value)', 30, {
        ...niceRange(low, high, compact ? 5 : 8),
      }),
      yAxis: [
        nameAxis(frame, uniqueNames(columns.map((column) => shortenMiddle(column.name, nameRoom - 28, 12)))),
        valueAxis(frame, '', 0, { min: 0, max: rows, inverse: true, show: false }),
      ],
      series: [
        lineSeries(
          'zero',
          [
            [0, 0],
            [0, rows],
          ],
          { color: theme.axis, width: 1 },
          { yAxisIndex: 1, z: 1 },
        ),
        ...dots,
      ],
    },
    legend,
  );
}

/** Four significant digits: less than a tenth of a pixel, and half of the file. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/** Rows with a contribution, evenly thinned to what can be told apart. */
function knownPoints(column: BeeswarmColumn): { contributions: number[]; ranks: (number | null)[] } {
  const contributions: number[] = [];
  const ranks: (number | null)[] = [];
  const count = column.contributions.length;
  const stride = Math.max(1, count / pointLimit);
  for (let k = 0; k < Math.min(count, pointLimit); k++) {
    const i = Math.floor(k * stride);
    const value = column.contributions[i];
    if (!isKnown(value)) continue;
    contributions.push(value);
    ranks.push(column.ranks[i] ?? null);
  }
  return { contributions, ranks: stretch(ranks) };
}

/** Ranks stretched to 0 and 1, which those of a column with few values do not reach. */
function stretch(ranks: readonly (number | null)[]): (number | null)[] {
  let low = Infinity;
  let high = -Infinity;
  for (const rank of ranks) {
    if (!isKnown(rank)) continue;
    low = Math.min(low, rank);
    high = Math.max(high, rank);
  }
  return ranks.map((rank) => (!isKnown(rank) ? null : high > low ? (rank - low) / (high - low) : 0.5));
}

/** Mean absolute contribution; undefined if there is none. */
function meanAbsolute(column: BeeswarmColumn): number | undefined {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < column.contributions.length; i++) {
    const value = column.contributions[i];
    if (!isKnown(value)) continue;
    sum += Math.abs(value);
    count++;
  }
  return count === 0 ? undefined : sum / count;
}
