import type { Chart, ChartSettings, Json } from './chart.ts';
import { colourGroups, isPlace, oneColour } from './colour-groups.ts';
import type { ColourGroups } from './colour-groups.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  makeChart,
  makeFrame,
  makeGrid,
  nameAxis,
  namesInTitle,
  valueAxis,
} from './frame.ts';
import type { Frame } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import type { DependenceInput, ScaleInput } from './inputs.ts';
import { formatCount, isKnown, niceRange } from './number-format.ts';
import { otherLevels, scaleAxis } from './scale-axis.ts';
import { lineSeries } from './series.ts';
import { swarmOffsets } from './swarm-layout.ts';
import { shortenMiddle } from './text-width.ts';

/** Rows that are drawn, and levels. */
const pointLimit = 500;
const levelLimit = 13;

/** A scale of so few values gets its dots spread sideways, so that they do not hide one another. */
const spreadValues = 25;

interface Dot {
  /** Place on the scale; -1 for missing. */
  readonly place: number;
  readonly contribution: number;
  readonly group: number;
}

/**
 * The SHAP dependence plot (Lundberg, Erion and Lee 2018): the contribution of one column against its value, one
 * dot per row, coloured by another column that it acts together with. Numbers and date-times run from left to
 * right; levels lie below one another, each with its swarm. At most 500 rows.
 */
export function dependenceChart(input: DependenceInput, settings: ChartSettings = {}): Chart {
  const { scale } = input;
  const rows = drawnRows(input);
  const lanes = scale.kind === 'level' ? Math.min(levelLimit, scale.counts.length) + 1 : 0;
  const frame = makeFrame(
    settings,
    [640, lanes === 0 ? 500 : 170 + 34 * Math.max(4, lanes)],
    [400, lanes === 0 ? 350 : 96 + 28 * Math.max(4, lanes)],
  );
  const name = `dependence_${input.number ?? 1}`;
  const [column] = namesInTitle(frame, [input.column], 'What  contributes, by its value');
  const colours =
    input.by === undefined
      ? oneColour(frame.theme)
      : colourGroups(input.by, frame.theme, frame.compact ? 80 : 110, rows);
  const dots = dotsOf(input, rows, colours);
  const drawable = scale.kind === 'level' ? dots : dots.filter(({ place }) => place >= 0);
  if (drawable.length === 0) {
    return emptyChart(
      frame,
      { name, title: `Dependence on ${column}` },
      'No row has both a contribution and a value that may be shown.',
    );
  }
  const by =
    input.by === undefined
      ? ''
      : ` Coloured by ${shortenMiddle(input.by.column, 300, 12)}, which it acts together with most.`;
  const hidden = dots.length - drawable.length;
  const words = {
    name,
    title: `What ${column} contributes, by its value`,
    subtitle: `Each dot is one of ${formatCount(drawable.length)} rows: above 0 the value raises the probability, below it lowers it.${by}${hidden > 0 ? ` ${formatCount(hidden)} rows without a value are not drawn.` : ''}`,
    description: `SHAP contributions of ${column} against its values, ${formatCount(drawable.length)} rows.${by}`,
  };
  const said = { ...words, subtitle: lanes > 0 ? sideways(words.subtitle) : words.subtitle };
  // The legend names only what is drawn: ECharts complains of other names.
  const used = new Set(drawable.map(({ group }) => group));
  const legend = dotEntries(
    ...colours.groups.filter(({ named }, group) => named && used.has(group)).map((group) => group.name),
  );
  const parts =
    scale.kind === 'level'
      ? levelParts(frame, headHeight(frame, said, legend.length > 0), scale, drawable, colours)
      : numberParts(
          frame,
          headHeight(frame, said, legend.length > 0),
          { scale, column: input.column },
          drawable,
          colours,
        );
  return makeChart(frame, said, parts, legend);
}

/** Levels lie below one another: what is above otherwise is to the right. */
function sideways(subtitle: string): string {
  return subtitle
    .replace('above 0 the value raises', 'to the right the value raises')
    .replace('below it lowers', 'to the left it lowers');
}

/** The rows with a contribution and a value that can be drawn or is missing, evenly thinned. */
function drawnRows({ contributions, places, scale }: DependenceInput): number[] {
  const count = contributions.length;
  const stride = Math.max(1, count / pointLimit);
  return Array.from({ length: Math.min(count, pointLimit) }, (_, k) => Math.floor(k * stride)).filter(
    (row) => {
      const place = places[row];
      const odd =
        isPlace(place, scale.counts.length) && scale.kind !== 'level' && !isKnown(scale.values[place]);
      return isKnown(contributions[row]) && !odd;
    },
  );
}

function dotsOf(
  { contributions, places, scale }: DependenceInput,
  rows: readonly number[],
  colours: ColourGroups,
): Dot[] {
  return rows.map((row) => ({
    place: isPlace(places[row], scale.counts.length) ? places[row] : -1,
    contribution: contributions[row] ?? 0,
    group: colours.of(row),
  }));
}

function extent(dots: readonly Dot[]): [low: number, high: number] {
  let low = 0;
  let high = 0;
  for (const { contribution } of dots) {
    low = Math.min(low, contribution);
    high = Math.max(high, contribution);
  }
  return [low, high];
}

/** One series for each colour. */
function dotSeries(
  frame: Frame,
  dots: readonly Dot[],
  { groups }: ColourGroups,
  point: (dot: Dot, index: number) => [number, number],
  extra: { readonly [key: string]: Json } = {},
): Json[] {
  const data: [number, number][][] = groups.map(() => []);
  for (const [index, dot] of dots.entries()) {
    const [x, y] = point(dot, index);
    data[dot.group].push([significant(x), significant(y)]);
  }
  // ECharts cannot draw a large series without points.
  return groups.flatMap(({ name, color }, i): Json[] =>
    data[i].length === 0
      ? []
      : [
          {
            type: 'scatter',
            name,
            large: true,
            largeThreshold: 0,
            symbol: 'circle',
            symbolSize: frame.compact ? 4 : 5,
            color,
            itemStyle: { color, opacity: 0.75 },
            emphasis: { disabled: true },
            data: data[i],
            ...extra,
          },
        ],
  );
}

/** Six significant digits: less than a tenth of a pixel on an axis that starts far from 0. */
function significant(value: number): number {
  return Math.abs(value) > 1e9 ? value : Number(value.toPrecision(6));
}

function numberParts(
  frame: Frame,
  top: number,
  { scale, column }: { scale: Exclude<ScaleInput, { kind: 'level' }>; column: string },
  dots: readonly Dot[],
  colours: ColourGroups,
): { [key: string]: Json } {
  const [low, high] = extent(dots);
  const range = niceRange(low, high, 6);
  const gap = spreadGap(scale);
  const x = scaleAxis(frame, scale, shortenMiddle(column, frame.width - 120, 12), 0.4 * gap);
  const offsets = sideOffsets(gap, dots, low, high);
  return {
    grid: makeGrid(frame, top, { left: 62 }),
    xAxis: x.axis,
    yAxis: valueAxis(frame, 'Contribution to the log-odds', 44, { ...range }),
    series: [
      {
        ...lineSeries('zero', [], { color: frame.theme.axis }),
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          label: { show: false },
          lineStyle: { color: frame.theme.axis, width: 1, type: 'solid' },
          data: [{ yAxis: 0 }],
        },
      },
      ...dotSeries(frame, dots, colours, ({ place, contribution }, i) => [
        scale.values[place] + offsets[i],
        contribution,
      ]),
      ...x.labels(range.min),
    ],
  };
}

/** The smallest distance of values that are few enough for their dots to be spread; otherwise 0. */
function spreadGap({ values }: Exclude<ScaleInput, { kind: 'level' }>): number {
  const known = values.filter(isKnown);
  if (known.length > spreadValues || known.length < 2) return 0;
  return Math.min(...known.slice(1).map((value, i) => value - known[i]));
}

/** How far dots are moved aside. */
function sideOffsets(gap: number, dots: readonly Dot[], low: number, high: number): Float64Array {
  const offsets = new Float64Array(dots.length);
  if (gap === 0) return offsets;
  const byPlace = Map.groupBy(dots.keys(), (i) => dots[i].place);
  for (const indices of byPlace.values()) {
    const moved = swarmOffsets(
      indices.map((i) => dots[i].contribution),
      low,
      high,
      90,
      0.3 * gap,
      0.04 * gap,
    );
    indices.forEach((i, k) => (offsets[i] = moved[k]));
  }
  return offsets;
}

function levelParts(
  frame: Frame,
  top: number,
  scale: Extract<ScaleInput, { kind: 'level' }>,
  dots: readonly Dot[],
  colours: ColourGroups,
): { [key: string]: Json } {
  const [low, high] = extent(dots);
  const nameRoom = frame.compact ? 122 : 170;
  const named = scale.levels.slice(0, levelLimit);
  const missing = dots.some(({ place }) => place < 0);
  const lanes = [
    ...named.map((level) => shortenMiddle(level ?? otherLevels, nameRoom - 28, 12)),
    ...(missing ? ['missing'] : []),
  ];
  const laneOf = ({ place }: Dot): number =>
    place < 0 ? lanes.length - 1 : Math.min(place, named.length - 1);
  const offsets = new Float64Array(dots.length);
  for (const indices of Map.groupBy(dots.keys(), (i) => laneOf(dots[i])).values()) {
    const moved = swarmOffsets(
      indices.map((i) => dots[i].contribution),
      low,
      high,
      frame.compact ? 90 : 150,
      0.4,
      frame.compact ? 0.13 : 0.11,
    );
    indices.forEach((i, k) => (offsets[i] = moved[k]));
  }
  return {
    grid: makeGrid(frame, top, { left: nameRoom }),
    xAxis: valueAxis(frame, 'Contribution to the log-odds', 30, {
      ...niceRange(low, high, frame.compact ? 5 : 7),
    }),
    yAxis: [
      nameAxis(frame, uniqueNames(lanes)),
      valueAxis(frame, '', 0, { min: 0, max: lanes.length, inverse: true, show: false }),
    ],
    series: [
      lineSeries(
        'zero',
        [
          [0, 0],
          [0, lanes.length],
        ],
        { color: frame.theme.axis, width: 1 },
        { yAxisIndex: 1, z: 1 },
      ),
      ...dotSeries(frame, dots, colours, (dot, i) => [dot.contribution, laneOf(dot) + 0.5 + offsets[i]], {
        yAxisIndex: 1,
      }),
    ],
  };
}
