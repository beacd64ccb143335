import type { Chart, ChartSettings, Json } from './chart.ts';
import { emptyChart, headHeight, makeChart, makeFrame, makeGrid, nameAxis, namesInTitle } from './frame.ts';
import type { InteractionInput } from './inputs.ts';
import { formatCount, formatNumber, isKnown } from './number-format.ts';
import { shortenMiddle } from './text-width.ts';
import { fontFamily } from './theme.ts';

/** How many columns are drawn. */
const limit = 12;
const compactLimit = 8;

/** One pair of columns, or a column alone. */
interface Cell {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/**
 * How strongly the columns act together: mean absolute Shapley interactions in log-odds as a heat map, the deeper
 * the stronger; on the diagonal, in grey, what each column moves alone. At most 12 columns, 8 if compact.
 */
export function interactionChart(input: InteractionInput, settings: ChartSettings = {}): Chart {
  const shown = Math.min(input.columns.length, settings.compact === true ? compactLimit : limit);
  const frame = makeFrame(
    settings,
    [760, 150 + 40 * Math.max(4, shown)],
    [400, 44 + 30 * Math.max(4, shown)],
  );
  const { theme, compact } = frame;
  const name = 'interactions';
  const cells: Cell[] = [];
  for (let y = 0; y < shown; y++) {
    for (let x = 0; x <= y; x++) {
      const value = input.values[y]?.[x];
      if (isKnown(value)) cells.push({ x, y, value: Math.abs(value) });
    }
  }
  const pairs = cells.filter(({ x, y }) => x !== y);
  const alone = cells.filter(({ x, y }) => x === y);
  if (pairs.length === 0) {
    return emptyChart(frame, { name, title: 'Interactions' }, 'No interactions were computed.');
  }
  const strongest = pairs.reduce((best, cell) => (cell.value > best.value ? cell : best));
  const [first, second] = namesInTitle(
    frame,
    [strongest.x, strongest.y].map((place) => input.columns[place]),
    'Interactions:  and  act together most',
  );
  const rest = input.columns.length > shown ? ` The first ${shown} columns are drawn.` : '';
  const words = {
    name,
    title:
      strongest.value > 0
        ? `Interactions: ${first} and ${second} act together most`
        : 'Interactions: the columns act each by itself',
    subtitle: `Mean size in log-odds over ${formatCount(input.rows)} rows: in blue what two columns move together, beyond what each moves alone; in grey what a column moves alone.${rest}`,
    description: `Interactions of ${shown} columns. ${pairs
      .toSorted((a, b) => b.value - a.value)
      .slice(0, 5)
      .map(
        ({ x, y, value }) =>
          `${shortenMiddle(input.columns[x], 200, 12)} and ${shortenMiddle(input.columns[y], 200, 12)} ${formatNumber(value)}`,
      )
      .join('; ')}.`,
  };
  const nameRoom = compact ? 168 : 240;
  const numbers = Array.from({ length: shown }, (_, i) => String(i + 1));
  const names = numbers.map(
    (number, i) => `${shortenMiddle(input.columns[i], nameRoom - 58, 12)} · ${number}`,
  );
  return makeChart(frame, words, {
    grid: makeGrid(frame, headHeight(frame, words, false) + 16, { left: nameRoom, right: 6, bottom: 6 }),
    xAxis: {
      ...nameAxis(frame, numbers),
      inverse: false,
      position: 'top',
    },
    yAxis: nameAxis(frame, names),
    visualMap: [shade(0, theme.primary, highest(pairs)), shade(1, theme.muted, highest(alone))],
    series: [heat('together', pairs), heat('alone', alone)],
  });

  function heat(series: string, data: readonly Cell[]): Json {
    return {
      type: 'heatmap',
      name: series,
      data: data.map(({ x, y, value }) => ({
        value: [x, y, value],
        label: { formatter: cellText(value) },
      })),
      label: { show: true, color: theme.text, fontSize: compact ? 10 : 11.5, fontFamily },
      itemStyle: { borderColor: theme.surface, borderWidth: 2, borderRadius: 4 },
      emphasis: { disabled: true },
    };
  }
}

function highest(cells: readonly Cell[]): number {
  return Math.max(0, ...cells.map(({ value }) => value)) || 1;
}

/** A figure that fits into a cell; what rounds to nothing is a point. */
function cellText(value: number): string {
  if (value < 0.005) return '·';
  return value >= 100 ? formatNumber(value) : value.toFixed(value >= 10 ? 1 : 2);
}

/** Maps sizes to the strength of one colour. */
function shade(seriesIndex: number, color: string, most: number): Json {
  return {
    show: false,
    min: 0,
    max: most,
    dimension: 2,
    seriesIndex,
    inRange: { color: [color, color], colorAlpha: [0.05, 0.5] },
  };
}
