import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  nameAxis,
  namesInTitle,
  valueAxis,
} from './frame.ts';
import type { Frame, Words } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import type { Numbers, PartialDependenceInput, ScaleInput } from './inputs.ts';
import { formatCount, formatShare, isKnown, niceRange } from './number-format.ts';
import { formatPlace, scaleAxis } from './scale-axis.ts';
import { lineSeries, pointSeries, segmentSeries } from './series.ts';
import { shortenMiddle } from './text-width.ts';

/** Curves of single rows that are drawn, and levels. */
const curveLimit = 40;
const levelLimit = 12;

const meanName = 'mean of the rows';
const rowName = 'single rows';
const middleName = 'middle 80\u202f% of the rows';

/**
 * Partial dependence (Friedman 2001): the mean probability when one column is set to each of its values, with the
 * curves of single rows (individual conditional expectation; Goldstein, Kapelner, Bleich and Pitkin 2015), and how
 * many rows have each value. Levels lie below one another, each with the middle 80 % of its rows.
 */
export function partialDependenceChart(input: PartialDependenceInput, settings: ChartSettings = {}): Chart {
  const { scale } = input;
  const places = knownPlaces(input);
  const withMissing = isKnown(input.missing) && scale.kind === 'level';
  const lanes = scale.kind === 'level' ? Math.min(levelLimit, places.length) + (withMissing ? 1 : 0) : 0;
  const frame = makeFrame(
    settings,
    [640, lanes === 0 ? 560 : 170 + 30 * Math.max(4, lanes)],
    [400, lanes === 0 ? 400 : 96 + 26 * Math.max(4, lanes)],
  );
  const name = `partial_dependence_${input.number ?? 1}`;
  if (places.length === 0) {
    return emptyChart(
      frame,
      {
        name,
        title: `Partial dependence on ${namesInTitle(frame, [input.column], 'Partial dependence on ')[0]}`,
      },
      'No value of the column may be shown.',
    );
  }
  const means = places.map((place) => input.mean[place] ?? NaN);
  const least = Math.min(...means);
  const most = Math.max(...means);
  const reach = `mean probability ${formatShare(least)} to ${formatShare(most)}`;
  const [column] = namesInTitle(frame, [input.column], `Setting : ${reach}`);
  const positive = shortenMiddle(input.positive, 160, 12);
  const missing =
    isKnown(input.missing) && scale.kind !== 'level'
      ? ` Without a value the mean is ${formatShare(input.missing)}.`
      : '';
  const curves =
    scale.kind === 'level'
      ? 'lines hold the middle 80 % of the rows'
      : input.centred === true
        ? 'thin lines show what single rows gain over the first value'
        : 'thin lines are single rows';
  const words = {
    name,
    title: `Setting ${column}: ${reach}`,
    subtitle: `Probability of “${positive}” of ${formatCount(input.curves.length)} rows when ${shortenMiddle(input.column, 260, 12)} is set to each value and all else stays; ${curves}.${missing}`,
    description: `Partial dependence of the probability of “${positive}” on ${column}: ${describe(input, places)}.`,
  };
  return scale.kind === 'level'
    ? levelChart(frame, words, input, places)
    : numberChart(frame, words, { input, scale, places });
}

/** Places with a mean, and with a value that can be drawn. */
function knownPlaces({ scale, mean }: PartialDependenceInput): number[] {
  return scale.counts.flatMap((_, place) => {
    const drawn = scale.kind === 'level' ? true : isKnown(scale.values[place]);
    return drawn && isKnown(mean[place]) ? [place] : [];
  });
}

function describe({ scale, mean }: PartialDependenceInput, places: readonly number[]): string {
  const ends = scale.kind === 'level' ? places.slice(0, 5) : [places[0], places[places.length - 1]];
  return [...new Set(ends)]
    .map((place) => `${shortenMiddle(formatPlace(scale, place), 160, 12)} gives ${formatShare(mean[place])}`)
    .join(', ');
}

/** Evenly chosen curves of single rows. */
function someCurves(curves: readonly Numbers[]): Numbers[] {
  const stride = Math.max(1, curves.length / curveLimit);
  return Array.from(
    { length: Math.min(curves.length, curveLimit) },
    (_, k) => curves[Math.floor(k * stride)],
  );
}

function numberChart(
  frame: Frame,
  words: Words,
  {
    input,
    scale,
    places,
  }: {
    readonly input: PartialDependenceInput;
    readonly scale: Exclude<ScaleInput, { kind: 'level' }>;
    readonly places: readonly number[];
  },
): Chart {
  const { theme, compact } = frame;
  const centred = input.centred === true;
  const lineOf = (values: Numbers): [number, number][] => {
    const start = centred ? (values[places[0]] ?? NaN) : 0;
    return places.flatMap((place): [number, number][] => {
      const value = values[place];
      return isKnown(value) && isKnown(start)
        ? [[scale.values[place], Number((value - start).toPrecision(5))]]
        : [];
    });
  };
  const mean = lineOf(input.mean);
  const lines = someCurves(input.curves).map(lineOf);
  const all = [mean, ...lines].flat().map(([, y]) => y);
  const range = axisRange(Math.min(...all), Math.max(...all), centred);
  const rugHeight = compact ? 42 : 56;
  const bottom = rugHeight + 78;
  const x = scaleAxis(frame, scale, shortenMiddle(input.column, frame.width - 120, 12), 0);
  const counts = places.map((place) => scale.counts[place]);
  const spikes = places.map((place, i): [[number, number], [number, number]] => [
    [scale.values[place], 0],
    [scale.values[place], counts[i]],
  ]);
  const thin: Json[] = [];
  for (const line of lines) thin.push(...line, [null, null]);
  return makeChart(
    frame,
    words,
    {
      grid: [
        makeGrid(frame, headHeight(frame, words, true), { left: 62, bottom }),
        {
          ...makeGrid(frame, frame.height - 50 - rugHeight - (compact ? 0 : 8), { left: 62 }),
          height: rugHeight,
        },
      ],
      xAxis: [
        { ...x.axis, name: '', axisLabel: { show: false } },
        { ...x.axis, gridIndex: 1 },
      ],
      yAxis: [
        valueAxis(frame, centred ? 'Change of the probability' : 'Probability', 46, {
          gridIndex: 0,
          ...range,
        }),
        valueAxis(frame, 'Rows', 46, {
          gridIndex: 1,
          min: 0,
          splitNumber: 1,
          splitLine: { show: false },
        }),
      ],
      series: [
        lineSeries(rowName, thin, { color: theme.missing, width: 1, opacity: 0.5 }, { connectNulls: false }),
        lineSeries(meanName, mean, { color: theme.primary, width: 3 }, { z: 5 }),
        ...(mean.length === 1 ? [pointSeries(meanName, mean, theme.primary, theme.surface, 10)] : []),
        segmentSeries(
          'rows',
          spikes,
          { color: theme.muted, width: compact ? 2.5 : 3.5, opacity: 0.7 },
          { xAxisIndex: 1, yAxisIndex: 1 },
        ),
        ...x.labels(0).map((labels) => ({ ...(labels as object), xAxisIndex: 1, yAxisIndex: 1 })),
      ],
    },
    lineEntries(meanName, rowName),
  );
}

/** A range of probabilities, or of their changes, with round ends. */
function axisRange(low: number, high: number, centred: boolean): { readonly [key: string]: Json } {
  if (!(low < high)) {
    return centred ? { min: -0.1, max: 0.1, interval: 0.05 } : { min: 0, max: 1, interval: 0.2 };
  }
  if (centred) return { ...niceRange(Math.min(0, low), Math.max(0, high), 5) };
  // The axis begins at 0 unless that would flatten the curves.
  const { min, max, interval } = niceRange(low > 0.5 * high ? low : 0, high, 5);
  return { min: Math.max(0, min), max: Math.min(1, max), interval };
}

function levelChart(
  frame: Frame,
  words: Words,
  input: PartialDependenceInput,
  places: readonly number[],
): Chart {
  const { theme } = frame;
  const nameRoom = frame.compact ? 142 : 190;
  const order = places
    .slice(0, levelLimit)
    .toSorted((a, b) => (input.mean[b] ?? 0) - (input.mean[a] ?? 0) || a - b);
  const missing = isKnown(input.missing) ? [input.missing] : [];
  const names = [
    ...order.map((place) => shortenMiddle(formatPlace(input.scale, place), nameRoom - 28, 12)),
    ...missing.map(() => 'missing'),
  ];
  const points = [...order.map((place) => input.mean[place]), ...missing].map((value, lane) => [
    value ?? null,
    lane + 0.5,
  ]);
  const spreads = order.flatMap((place, lane): (readonly [[number, number], [number, number]])[] => {
    const spread = middle(input.curves.map((curve) => curve[place]));
    return spread === undefined
      ? []
      : [
          [
            [spread[0], lane + 0.5],
            [spread[1], lane + 0.5],
          ],
        ];
  });
  const highest = Math.max(...points.map(([value]) => value ?? 0), ...spreads.map(([, [end]]) => end));
  const { min, max, interval } = niceRange(0, highest, 5);
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: nameRoom }),
      xAxis: valueAxis(frame, 'Probability', 30, { min: Math.max(0, min), max: Math.min(1, max), interval }),
      yAxis: [
        nameAxis(frame, uniqueNames(names)),
        valueAxis(frame, '', 0, { min: 0, max: names.length, inverse: true, show: false }),
      ],
      series: [
        segmentSeries(
          middleName,
          spreads,
          { color: theme.missing, width: 5, opacity: 0.7 },
          { yAxisIndex: 1, z: 2 },
        ),
        pointSeries(meanName, points, theme.primary, theme.surface, frame.compact ? 11 : 13, {
          yAxisIndex: 1,
        }),
      ],
    },
    [...dotEntries(meanName), ...(spreads.length > 0 ? lineEntries(middleName) : [])],
  );
}

/** Between which two values the middle 80 % lie. */
function middle(values: readonly (number | null | undefined)[]): [number, number] | undefined {
  const known = values.filter(isKnown).sort((a, b) => a - b);
  if (known.length < 2) return undefined;
  const at = (share: number): number => known[Math.round(share * (known.length - 1))];
  return [at(0.1), at(0.9)];
}
