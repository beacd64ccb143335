import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  valueAxis,
} from './frame.ts';
import type { LearningCurveInput, Numbers } from './inputs.ts';
import { formatCount, formatMetric, isKnown } from './number-format.ts';
import { lineSeries, pointSeries } from './series.ts';
import { thinPoints } from './thin-points.ts';
import { fontFamily } from './theme.ts';

interface Summary {
  readonly mean: [number, number][];
  readonly low: [number, number][];
  readonly high: [number, number][];
}

/**
 * Mean and standard deviation over the folds, for the rounds that all folds have: a mean over fewer and fewer
 * folds would jump where one ends.
 */
function summarise(curves: readonly Numbers[]): Summary {
  const result: Summary = { mean: [], low: [], high: [] };
  const used = curves.filter((curve) => curve.length > 0);
  const rounds = used.length === 0 ? 0 : Math.min(...used.map((curve) => curve.length));
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    let squares = 0;
    let count = 0;
    for (const curve of used) {
      const value = curve[round];
      if (!isKnown(value)) continue;
      sum += value;
      squares += value * value;
      count++;
    }
    if (count < used.length) continue;
    const mean = sum / count;
    const deviation = count > 1 ? Math.sqrt(Math.max(0, (squares - count * mean * mean) / (count - 1))) : 0;
    result.mean.push([round + 1, mean]);
    result.low.push([round + 1, mean - deviation]);
    result.high.push([round + 1, mean + deviation]);
  }
  return result;
}

/**
 * Training and validation loss by boosting round: mean over the folds with a band of one standard deviation,
 * each fold's validation loss as a thin line, and a dot where its rounds were cut off.
 */
export function learningCurveChart(input: LearningCurveInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [760, 520], [400, 360]);
  const { theme } = frame;
  const name = 'learning_curve';
  const metric = input.metric ?? 'log loss';
  const training = summarise(input.training);
  const validation = summarise(input.validation);
  const leading = validation.mean.length > 0 ? validation : training;
  if (leading.mean.length === 0) {
    return emptyChart(frame, { name, title: 'Learning curve' }, 'No rounds were recorded.');
  }
  const folds = input.validation.map((fold) =>
    Array.from(fold, (value, i): [number, number] => [i + 1, isKnown(value) ? value : NaN]),
  );
  const kept = (input.rounds ?? []).filter((round) => isKnown(round) && round >= 1);
  const dots = (input.rounds ?? []).flatMap((round, i) => {
    const value = input.validation[i]?.[round - 1];
    return isKnown(value) ? [[round, value] as [number, number]] : [];
  });
  const last = Math.max(leading.mean.length, ...folds.map((fold) => fold.length));
  const values = [
    ...[training, validation].flatMap(({ mean, low, high }) => [...mean, ...low, ...high]),
    ...folds.flat(),
  ].flatMap(([, value]) => (isKnown(value) ? [value] : []));
  const range = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  const height = Math.max(1e-12, range[1] - range[0]);
  const thin = (points: readonly [number, number][]): [number, number][] =>
    thinPoints(points, [last, height]);
  const used =
    kept.length === 0
      ? ''
      : Math.min(...kept) === Math.max(...kept)
        ? `: ${formatCount(kept[0])} ${kept[0] === 1 ? 'round is' : 'rounds are'} kept`
        : `: ${formatCount(Math.min(...kept))} to ${formatCount(Math.max(...kept))} rounds are kept`;
  const end = leading.mean[leading.mean.length - 1];
  const count = input.validation.length;
  const said =
    `${validation.mean.length > 0 ? 'Validation' : 'Training'} ${metric} falls from ${formatMetric(leading.mean[0][1])} ` +
    `to ${formatMetric(end[1])} after ${formatCount(end[0])} rounds${count > 1 ? `, the last that all ${formatCount(count)} folds have` : ''}`;
  const words = {
    name,
    title: `Learning curve${used}`,
    subtitle: `${said}.${count > 1 ? ' Bands are one standard deviation over the folds, thin lines the folds.' : ''}`,
    description: `Learning curve${used}. ${said}.`,
  };
  const drawn = [
    { label: 'Training', color: theme.secondary, summary: training },
    { label: 'Validation', color: theme.primary, summary: validation },
  ].filter(({ summary }) => summary.mean.length > 0);
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true)),
      xAxis: valueAxis(frame, 'Boosting rounds', 30, {
        min: 0,
        max: last,
        splitLine: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.axis } },
        axisLabel: { color: theme.muted, fontSize: 12, fontFamily, hideOverlap: true, showMaxLabel: false },
      }),
      yAxis: valueAxis(frame, `${metric.slice(0, 1).toUpperCase()}${metric.slice(1)} per row`, 44, {
        scale: true,
      }),
      series: [
        ...folds
          .filter((fold) => fold.length > 0 && folds.length <= 12 && folds.length > 1)
          .map((fold, i) =>
            lineSeries(`Fold ${i + 1}`, thin(fold), { color: theme.primary, width: 1, opacity: 0.35 }),
          ),
        ...drawn.flatMap(({ color, summary }) => band(thin(summary.low), summary, color)),
        ...drawn.map(({ label, color, summary }) => lineSeries(label, thin(summary.mean), { color })),
        ...(dots.length > 0 ? [pointSeries('Rounds kept', dots, theme.chosen, theme.surface, 9)] : []),
      ],
    },
    [
      ...lineEntries(...drawn.map(({ label }) => label)),
      ...(dots.length > 0 ? dotEntries('Rounds kept') : []),
    ],
  );
}

/** A filled band as two stacked lines: the lower edge without filling, and on it the height. */
function band(low: readonly [number, number][], summary: Summary, color: string): Json[] {
  const heights = low.map(([round, value]): [number, number] => [round, highAt(summary, round) - value]);
  if (heights.every(([, height]) => height === 0)) return [];
  const bare = { color, width: 0, opacity: 0 };
  const stack = `band ${color}`;
  return [
    lineSeries(
      'lower edge',
      low.map((point) => [...point]),
      bare,
      { stack, stackStrategy: 'all' },
    ),
    lineSeries('band', heights, bare, { stack, stackStrategy: 'all', areaStyle: { color, opacity: 0.15 } }),
  ];
}

function highAt(summary: Summary, round: number): number {
  const first = summary.high[0]?.[0] ?? 1;
  return summary.high[round - first]?.[1] ?? summary.high.find(([at]) => at === round)?.[1] ?? NaN;
}
