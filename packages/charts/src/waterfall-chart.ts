import type { Chart, ChartSettings, Json } from './chart.ts';
import {
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
import { uniqueNames } from './importance-chart.ts';
import type { WaterfallInput } from './inputs.ts';
import { formatCount, formatMetric, formatShare, isKnown, niceRange } from './number-format.ts';
import { pointSeries, segmentSeries } from './series.ts';
import { shortenMiddle, textWidth } from './text-width.ts';
import { fontFamily } from './theme.ts';

/** How many steps are drawn. */
const limit = 20;

type Segment = readonly [readonly [number, number], readonly [number, number]];

/**
 * The waterfall of one row (Lundberg and others, the `shap` package): from the log-odds that all rows start from,
 * step by step through the contributions of its columns, to its own. Orange steps raise the probability, blue ones
 * lower it.
 */
export function waterfallChart(input: WaterfallInput, settings: ChartSettings = {}): Chart {
  const steps = input.steps.filter(({ from, to }) => isKnown(from) && isKnown(to)).slice(0, limit);
  const lanes = steps.length + 2;
  const frame = makeFrame(settings, [820, 180 + 30 * lanes], [400, 100 + 27 * lanes]);
  const { theme, compact } = frame;
  const name = 'waterfall';
  if (steps.length === 0 || !isKnown(input.bias) || !isKnown(input.margin)) {
    return emptyChart(frame, { name, title: `Row ${input.row}` }, 'No contributions were computed.');
  }
  const said = `probability ${formatShare(input.probability)}`;
  const [prediction] = namesInTitle(frame, [input.prediction], `Row ${formatCount(input.row)}: , ${said}`);
  const words = {
    name,
    title: `Row ${formatCount(input.row)}: ${prediction}, ${said}`,
    subtitle: `All rows start at log-odds ${formatMetric(input.bias, 2)} (${formatShare(input.biasProbability)}); the values of this row bring it to ${formatMetric(input.margin, 2)} (${formatShare(input.probability)}).`,
    description: `Waterfall of row ${formatCount(input.row)}: ${steps
      .slice(0, 6)
      .map((step) => `${stepName(step, 240)} ${signed(step.contribution)}`)
      .join('; ')}.`,
  };
  const nameRoom = compact ? 172 : 290;
  const names = ['where all rows start', ...steps.map((step) => stepName(step, nameRoom - 28)), 'this row'];
  const bars = steps.map(({ from, to }, i): Segment => [
    [from, i + 1.5],
    [to, i + 1.5],
  ]);
  const raising = bars.filter(([from, to]) => to[0] > from[0]);
  const lowering = bars.filter(([from, to]) => to[0] < from[0]);
  const links = [
    ...steps.map(({ from }, i): Segment => [
      [from, i + 0.5],
      [from, i + 1.5],
    ]),
    [
      [input.margin, lanes - 1.5],
      [input.margin, lanes - 0.5],
    ] as const,
  ];
  const ends = [input.bias, input.margin, ...steps.flatMap(({ from, to }) => [from, to])];
  const texts = [
    { at: input.bias, right: true, text: formatMetric(input.bias, 2) },
    ...steps.map(({ from, to, contribution }) => ({
      at: to,
      right: to >= from,
      text: signed(contribution),
    })),
    { at: input.margin, right: true, text: formatMetric(input.margin, 2) },
  ];
  const thick = { width: compact ? 13 : 16 };
  const second = { yAxisIndex: 1 };
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: nameRoom }),
      xAxis: valueAxis(frame, 'Log-odds', 30, {
        ...withRoom(ends, texts, frame.width - nameRoom - (compact ? 18 : 46), compact ? 4 : 6),
      }),
      yAxis: [
        nameAxis(frame, uniqueNames(names)),
        valueAxis(frame, '', 0, { min: 0, max: lanes, inverse: true, show: false }),
      ],
      series: [
        segmentSeries('links', links, { color: theme.axis, width: 1, dash: [3, 3] }, { ...second, z: 2 }),
        segmentSeries('raises', raising, { color: theme.secondary, ...thick }, second),
        segmentSeries('lowers', lowering, { color: theme.primary, ...thick }, second),
        pointSeries(
          'ends',
          [
            [input.bias, 0.5],
            [input.margin, lanes - 0.5],
          ],
          theme.chosen,
          theme.surface,
          12,
          second,
        ),
        labels(texts, theme.text),
      ],
    },
    lineEntries(...(raising.length > 0 ? ['raises'] : []), ...(lowering.length > 0 ? ['lowers'] : [])),
  );
}

/** `plan = basic`, or `14 other columns`, in so many pixels. */
function stepName({ column, columns, value }: WaterfallInput['steps'][number], room: number): string {
  if (column === undefined) return `${formatCount(columns)} other ${columns === 1 ? 'column' : 'columns'}`;
  if (value === undefined) return shortenMiddle(column, room, 12);
  const worth = shortenMiddle(value, room * 0.4, 12);
  const rest = room - textWidth(` = ${worth}`, 12);
  return `${shortenMiddle(column, rest, 12)} = ${worth}`;
}

function signed(value: number): string {
  const text = formatMetric(value, 2);
  return value < 0 || !isKnown(value) ? text : `+${text}`;
}

interface Label {
  readonly at: number;
  readonly right: boolean;
  readonly text: string;
}

/** A range that leaves room for the labels beside the ends of bars. */
function withRoom(
  ends: readonly number[],
  texts: readonly Label[],
  pixels: number,
  ticks: number,
): { readonly [key: string]: Json } {
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  if (!(low < high) || !isKnown(high - low)) return { min: low - 1, max: low + 1 };
  const widest = Math.max(...texts.map(({ text }) => textWidth(text, 12))) + 10;
  const unit = (high - low) / Math.max(40, pixels - 2 * widest);
  const left = Math.min(low, ...texts.filter(({ right }) => !right).map(({ at }) => at - widest * unit));
  const right = Math.max(high, ...texts.filter((label) => label.right).map(({ at }) => at + widest * unit));
  return { ...niceRange(left, right, ticks) };
}

function labels(texts: readonly Label[], color: string): Json {
  return {
    type: 'scatter',
    name: 'figures',
    yAxisIndex: 1,
    symbolSize: 1,
    itemStyle: { color: 'transparent' },
    emphasis: { disabled: true },
    z: 6,
    data: texts.map(({ at, right, text }, lane) => ({
      value: [at, lane + 0.5],
      label: {
        show: true,
        position: right ? 'right' : 'left',
        distance: lane === 0 || lane === texts.length - 1 ? 9 : 4,
        formatter: text,
        color,
        fontSize: 12,
        fontFamily,
      },
    })),
  };
}
