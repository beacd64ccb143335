import type { Chart, ChartSettings, Json } from './chart.ts';
import { emptyChart, headHeight, makeChart, makeFrame, makeGrid, nameAxis, valueAxis } from './frame.ts';
import type { Frame } from './frame.ts';
import type { ImportanceInput, ImportanceItem } from './inputs.ts';
import { formatCount, isKnown } from './number-format.ts';
import { segmentSeries } from './series.ts';
import { shortenMiddle } from './text-width.ts';

/** How many columns are drawn. */
const limit = 20;

type Measure = 'permutation' | 'totalGain' | 'shap';
const measures: readonly Measure[] = ['permutation', 'shap', 'totalGain'];

function valueOf(item: ImportanceItem, measure: Measure): number | undefined {
  const value = measure === 'permutation' ? item.permutation?.mean : item[measure];
  return isKnown(value) ? value : undefined;
}

/**
 * Importance of the columns as bars, the most important on top, at most 20: permutation importance with 95 %
 * intervals, mean absolute contribution to the log-odds (SHAP) and share of total gain, side by side in the
 * same order; a compact chart has the first of these that is known.
 */
export function importanceChart(input: ImportanceInput, settings: ChartSettings = {}): Chart {
  const known = measures.filter((measure) =>
    input.items.some((item) => valueOf(item, measure) !== undefined),
  );
  const lead = known.at(0);
  const ordered = lead === undefined ? [] : orderItems(input.items, lead).slice(0, limit);
  const rows = ordered.length;
  const frame = makeFrame(settings, [900, 150 + 26 * Math.max(6, rows)], [400, 66 + 24 * Math.max(4, rows)]);
  const name = 'importance';
  if (lead === undefined) {
    return emptyChart(frame, { name, title: 'Importance of the columns' }, 'No column has any importance.');
  }
  const { compact, width } = frame;
  const loss = input.metric ?? 'log loss';
  const titles: Record<Measure, string> = {
    permutation: `Rise of ${loss} when shuffled`,
    shap: 'Mean |SHAP| (log-odds)',
    totalGain: 'Share of total gain (%)',
  };
  const left = out(
    input.items.length,
    rows,
    `${formatCount(rows)} of ${formatCount(input.items.length)} columns are drawn.`,
  );
  const words = {
    name,
    title: `What drives the predictions: ${shortenMiddle(ordered[0].column, 330, 17)} matters most`,
    subtitle: `Ordered by ${lead === 'permutation' ? `permutation importance (${loss}, lines are 95 % intervals)` : titles[lead]}.${left}`,
    description: `Importance of columns, highest first: ${ordered
      .slice(0, 10)
      .map(({ column }) => shortenMiddle(column, 300, 12))
      .join(', ')}.${left}`,
  };
  const shown = compact ? [lead] : known;
  const nameRoom = compact ? 142 : 190;
  const names = uniqueNames(ordered.map(({ column }) => shortenMiddle(column, nameRoom - 28, 12)));
  const top = headHeight(frame, words, false);
  const area = width - nameRoom - 36;
  const shares = shown.length === 1 ? [1] : shown.length === 2 ? [0.58, 0.42] : [0.44, 0.28, 0.28];
  let offset = nameRoom;
  const grids: Json[] = [];
  const xAxes: Json[] = [];
  const yAxes: Json[] = [];
  const series: Json[] = [];
  for (const [index, measure] of shown.entries()) {
    const panel = area * shares[index];
    grids.push({ ...makeGrid(frame, top), left: offset, width: panel - (compact ? 4 : 32) });
    offset += panel;
    xAxes.push(
      valueAxis(frame, titles[measure], 30, {
        gridIndex: index,
        splitNumber: compact || index > 0 ? 3 : 4,
        ...lowerEnd(ordered, measure),
      }),
    );
    yAxes.push(
      nameAxis(frame, names, index === 0 ? {} : { gridIndex: index, axisLabel: { show: false } }),
      valueAxis(frame, '', 0, { gridIndex: index, min: 0, max: rows, inverse: true, show: false }),
    );
    series.push(...panelSeries(frame, ordered, measure, index, gainOf(input.items)));
  }
  return makeChart(frame, words, { grid: grids, xAxis: xAxes, yAxis: yAxes, series });
}

/** Bars of one measure, and the intervals of permutation importance. */
function panelSeries(
  frame: Frame,
  items: readonly ImportanceItem[],
  measure: Measure,
  index: number,
  totalGain: number,
): Json[] {
  const { theme } = frame;
  const color = measure === 'permutation' ? theme.primary : measure === 'shap' ? theme.tertiary : theme.muted;
  const total = measure === 'totalGain' ? totalGain : 0;
  const bars: Json = {
    type: 'bar',
    name: measure,
    xAxisIndex: index,
    yAxisIndex: 2 * index,
    barWidth: '58%',
    barMaxWidth: 18,
    itemStyle: { color, opacity: measure === 'permutation' ? 0.75 : 0.6, borderRadius: 2 },
    emphasis: { disabled: true },
    data: items.map((item) => {
      const value = valueOf(item, measure);
      if (value === undefined) return null;
      return total > 0 ? (value / total) * 100 : value;
    }),
  };
  if (measure !== 'permutation') return [bars];
  const segments = items.flatMap(({ permutation }, i) =>
    permutation !== undefined && isKnown(permutation.low) && isKnown(permutation.high)
      ? [[[permutation.low, i + 0.5] as const, [permutation.high, i + 0.5] as const] as const]
      : [],
  );
  return [
    bars,
    segmentSeries(
      '95 % interval',
      segments,
      { color: theme.text, width: 1.5 },
      {
        xAxisIndex: index,
        yAxisIndex: 2 * index + 1,
      },
    ),
  ];
}

/** The gain of all columns together. */
function gainOf(items: readonly ImportanceItem[]): number {
  return items.reduce((sum, item) => sum + Math.max(0, valueOf(item, 'totalGain') ?? 0), 0);
}

/** Highest first; equal ones by name, so that the order never depends on the input's. */
function orderItems(items: readonly ImportanceItem[], measure: Measure): ImportanceItem[] {
  const key = (item: ImportanceItem): number => valueOf(item, measure) ?? -Infinity;
  return [...items].sort((a, b) => {
    const first = key(a);
    const second = key(b);
    if (first !== second) return second > first ? 1 : -1;
    return a.column < b.column ? -1 : a.column > b.column ? 1 : 0;
  });
}

/**
 * Where the axis begins: at 0, or where a few bars fall a little below it, just beyond them, since a whole step
 * of the axis for them would cost the others their room.
 */
function lowerEnd(items: readonly ImportanceItem[], measure: Measure): { readonly [key: string]: Json } {
  let low = 0;
  let high = 0;
  for (const item of items) {
    const ends = measure === 'permutation' ? [item.permutation?.low, item.permutation?.high] : [];
    for (const value of [valueOf(item, measure), ...ends]) {
      if (!isKnown(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === 0 && high === 0) return { min: 0, max: 1 };
  if (low === 0) return { min: 0 };
  if (low < -0.2 * high) return {};
  return {
    min: low - 0.01 * high,
    axisLabel: { showMinLabel: false },
    splitLine: { showMinLine: false },
  };
}

function out(all: number, drawn: number, text: string): string {
  return all > drawn ? ` ${text}` : '';
}

/** Names made distinct by trailing spaces, which are not seen: a category axis joins equal ones. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return name + ' '.repeat(times);
  });
}
