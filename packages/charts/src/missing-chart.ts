import type { Chart, ChartSettings } from './chart.ts';
import { emptyChart, headHeight, makeChart, makeFrame, makeGrid, nameAxis, valueAxis } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import type { MissingInput } from './inputs.ts';
import { formatCount, formatShare } from './number-format.ts';
import { shortenMiddle } from './text-width.ts';

/** How many columns are drawn. */
const limit = 20;

/** The percentage of missing values of the columns that have any, the highest on top, at most 20. */
export function missingChart(input: MissingInput, settings: ChartSettings = {}): Chart {
  const columns = input.columns
    .filter(({ missing }) => missing > 0 && input.rows > 0)
    .sort((a, b) => b.missing - a.missing || (a.name < b.name ? -1 : 1));
  const shown = columns.slice(0, limit);
  const frame = makeFrame(
    settings,
    [760, 130 + 26 * Math.max(4, shown.length)],
    [400, 64 + 24 * Math.max(3, shown.length)],
  );
  const name = 'missing';
  const title = 'Missing values';
  if (shown.length === 0) return emptyChart(frame, { name, title }, 'No value is missing.');
  const worst = `${shortenMiddle(shown[0].name, 300, 12)} misses ${formatShare(shown[0].missing / input.rows)}`;
  const count = `${formatCount(columns.length)} of ${formatCount(input.columns.length)} columns miss values`;
  const words = {
    name,
    title: `${title}: ${count}`,
    subtitle: `${worst}.${columns.length > limit ? ` The ${limit} with the most are drawn.` : ''}`,
    description: `${count}; ${worst}.`,
  };
  const nameRoom = frame.compact ? 142 : 190;
  return makeChart(frame, words, {
    grid: makeGrid(frame, headHeight(frame, words, false), { left: nameRoom }),
    xAxis: valueAxis(frame, 'Missing values (% of rows)', 30, { min: 0, splitNumber: 4 }),
    yAxis: nameAxis(frame, uniqueNames(shown.map((column) => shortenMiddle(column.name, nameRoom - 28, 12)))),
    series: [
      {
        type: 'bar',
        name: title,
        barWidth: '58%',
        barMaxWidth: 18,
        itemStyle: { color: frame.theme.muted, opacity: 0.6, borderRadius: 2 },
        emphasis: { disabled: true },
        data: shown.map(({ missing }) => (missing / input.rows) * 100),
      },
    ],
  });
}
