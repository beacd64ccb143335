import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  nameAxis,
  valueAxis,
} from './frame.ts';
import type { Frame } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import { formatCount, formatMetric, isKnown } from './number-format.ts';
import { parameterScale } from './parameter-scale.ts';
import type { ParameterScale } from './parameter-scale.ts';
import type { ParallelCoordinatesInput, TrialPoint } from './search-inputs.ts';
import { lineSeries, segmentSeries } from './series.ts';
import { shortenMiddle } from './text-width.ts';
import { fontFamily, rampColour, rampSteps } from './theme.ts';

const name = 'parallel_coordinates';
/** How many parameters are drawn. */
const limit = 12;
/** Where a parameter is drawn that a trial does not set. */
const unset = -0.17;
const tickSize = 11;

/**
 * Parallel coordinates (Inselberg 1985) of the complete trials, turned so that the axes lie: one row for each
 * parameter that differs between trials, the score below; one line a trial, from blue for the worst score to red for
 * the best by rank, the best of the chosen ones dark. Parameters over several orders of magnitude have logarithmic axes.
 */
export function parallelCoordinatesChart(
  input: ParallelCoordinatesInput,
  settings: ChartSettings = {},
): Chart {
  const trials = input.trials.filter(({ status, score }) => status === 'complete' && isKnown(score));
  const all = scalesOf(trials, input.order ?? []);
  const scales = all.slice(0, limit);
  const rows = scales.length + 1;
  const frame = makeFrame(settings, [900, 170 + 52 * Math.max(4, rows)], [400, 84 + 46 * Math.max(4, rows)]);
  const title = 'Configurations and their scores';
  if (trials.length < 2 || scales.length === 0) {
    return emptyChart(frame, { name, title }, 'No two complete trials differ in a parameter.');
  }
  const { theme, compact } = frame;
  const sign = input.higherIsBetter ? 1 : -1;
  const ordered = trials.toSorted((a, b) => sign * ((a.score ?? 0) - (b.score ?? 0)));
  const chosen = ordered.filter((trial) => trial.best);
  const best = chosen.at(-1) ?? ordered[ordered.length - 1];
  const said =
    chosen.length > 1
      ? `Trial ${best.number} is the best of the ${chosen.length} that were chosen`
      : `Trial ${best.number} was chosen`;
  const score = scoreScale(input.metric, ordered);
  const left = all.length > limit ? ` ${limit} of ${all.length} parameters are drawn.` : '';
  const words = {
    name,
    title: `${title}: ${formatCount(trials.length)} complete trials`,
    subtitle: `One line a trial, from blue for the worst ${input.metric} to red for the best. ${said}.${left}`,
    description: `Parameters of ${formatCount(trials.length)} trials by score. ${said}: ${describe(best, scales)}.${left}`,
  };
  const nameRoom = compact ? 122 : 180;
  const labels = [...scales.map(({ parameter }) => parameter), input.metric];
  const somewhereUnset = trials.some(({ params }) =>
    scales.some(({ parameter }) => !Object.hasOwn(params, parameter)),
  );
  const min = somewhereUnset ? unset - 0.06 : -0.03;
  const pathOf = (trial: TrialPoint): [number, number][] =>
    [...scales, score].map((scale, row) => {
      const value = row < scales.length ? paramOf(trial, scale.parameter) : (trial.score ?? undefined);
      return [round(scale.place(value) ?? unset), row + 0.5];
    });
  const byColour: Json[][] = Array.from({ length: rampSteps }, () => []);
  for (const [rank, trial] of ordered.entries()) {
    const step = Math.round((rank / (ordered.length - 1)) * (rampSteps - 1));
    byColour[step].push(...pathOf(trial), [null, null]);
  }
  const faint = Math.max(0.2, Math.min(0.8, 25 / ordered.length));
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: nameRoom, right: 26, bottom: 4 }),
      xAxis: valueAxis(frame, '', 0, { min, max: 1.03, show: false }),
      yAxis: [
        nameAxis(frame, uniqueNames(labels.map((label) => shortenMiddle(label, nameRoom - 24, 12)))),
        valueAxis(frame, '', 0, { min: 0, max: rows, inverse: true, show: false }),
      ],
      series: [
        segmentSeries(
          'axes',
          labels.map((_, row) => [[0, row + 0.5] as const, [1, row + 0.5] as const] as const),
          { color: theme.axis, width: 1.25 },
          { yAxisIndex: 1, z: 1 },
        ),
        // What the legend shows: the trials' own lines are faint where there are many.
        lineSeries('worst', [], { color: rampColour(0) }),
        lineSeries('best', [], { color: rampColour(1) }),
        ...byColour.flatMap((data, step) => {
          if (data.length === 0) return [];
          const top = step >= rampSteps - 2;
          const color = rampColour(step / (rampSteps - 1));
          return [
            lineSeries(
              `step ${step}`,
              data,
              { color, width: top ? 1.5 : 1, opacity: top ? Math.max(0.75, faint) : faint },
              { yAxisIndex: 1, connectNulls: false, z: 2 + step / rampSteps },
            ),
          ];
        }),
        lineSeries(
          'chosen',
          pathOf(best),
          { color: theme.chosen, width: 2.5 },
          {
            yAxisIndex: 1,
            z: 5,
            showSymbol: true,
            symbol: 'circle',
            symbolSize: 6,
            itemStyle: { color: theme.chosen, opacity: 1 },
          },
        ),
        tickSeries(frame, [...scales, score], somewhereUnset ? trials : []),
      ],
    },
    lineEntries('worst', 'best', 'chosen'),
  );
}

/** The parameters that differ, in the order given, then by name. */
function scalesOf(trials: readonly TrialPoint[], order: readonly string[]): ParameterScale[] {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const place = new Map(order.map((parameter, i) => [parameter, i]));
  const key = (parameter: string): number => place.get(parameter) ?? order.length;
  return names
    .toSorted((a, b) => key(a) - key(b) || (a < b ? -1 : 1))
    .flatMap((parameter) => parameterScale(parameter, trials) ?? []);
}

/** The axis of the score: linear, as the scores have it. */
function scoreScale(metric: string, trials: readonly TrialPoint[]): ParameterScale {
  const scores = trials.map(({ score }) => score ?? NaN);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const place = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  return {
    parameter: metric,
    place: (value) => (typeof value === 'number' ? place(value) : undefined),
    ticks: (high > low ? [low, high] : [low]).map((value) => ({
      place: place(value),
      text: formatMetric(value, 4),
    })),
  };
}

/** The values along the axes, as labels of points that are not seen, on a ground that lines do not shine through. */
function tickSeries(frame: Frame, scales: readonly ParameterScale[], trials: readonly TrialPoint[]): Json {
  const { theme, compact } = frame;
  const data: Json[] = [];
  for (const [row, { parameter, ticks }] of scales.entries()) {
    const lacking = trials.some(({ params }) => !Object.hasOwn(params, parameter));
    const all = [
      ...(lacking && row < scales.length - 1 ? [{ place: unset, text: compact ? '–' : 'not set' }] : []),
      ...ticks,
    ];
    const room = (compact ? 235 : 640) / Math.max(1, all.length) - 6;
    for (const { place, text } of all) {
      data.push({
        value: [round(place), row + 0.5],
        label: { formatter: shortenMiddle(text, room, tickSize) },
      });
    }
  }
  return {
    type: 'scatter',
    name: 'values',
    data,
    yAxisIndex: 1,
    symbol: 'rect',
    symbolSize: [1.5, 9],
    itemStyle: { color: theme.axis, opacity: 1 },
    label: {
      show: true,
      position: 'bottom',
      distance: 1,
      color: theme.muted,
      fontSize: tickSize,
      fontFamily,
      backgroundColor: theme.surface,
      padding: [1, 2],
    },
    emphasis: { disabled: true },
    z: 6,
  };
}

function paramOf({ params }: TrialPoint, parameter: string): number | string | undefined {
  return Object.hasOwn(params, parameter) ? params[parameter] : undefined;
}

function describe(trial: TrialPoint, scales: readonly ParameterScale[]): string {
  return scales
    .slice(0, 8)
    .map(({ parameter }) => {
      const value = paramOf(trial, parameter);
      const text = typeof value === 'number' ? String(Number(value.toPrecision(4))) : (value ?? 'not set');
      return `${shortenMiddle(parameter, 200, 12)} ${shortenMiddle(text, 200, 12)}`;
    })
    .join(', ');
}

/** Three decimals of the length of an axis are a pixel. */
function round(place: number): number {
  return Number(place.toFixed(4));
}
