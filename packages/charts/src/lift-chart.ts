import type { Chart, ChartSettings } from './chart.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  shareAxis,
  valueAxis,
} from './frame.ts';
import type { LiftInput } from './inputs.ts';
import { formatMetric, formatShare, isKnown, niceCeiling } from './number-format.ts';
import { lineSeries, pairs, pointSeries } from './series.ts';
import { thinPoints } from './thin-points.ts';

/** The share of rows that the title speaks of. */
const reference = 0.1;

/** The lift curve has this many points, from 0.5 % of the rows on. */
const liftSteps = 200;

/**
 * Cumulative gains (share of the positive rows found by acting on the top share of rows) and lift (how many
 * times more than by chance), each against the share of rows acted on, all between 0 and 1.
 */
export function liftChart(input: LiftInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [900, 500], [400, 620]);
  const { theme, compact, width, height } = frame;
  const all = pairs(input.curve.share, input.curve.gain).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (all.length < 2) {
    return emptyChart(frame, { name: 'lift', title: 'Lift' }, 'No lift curve: it needs positive rows.');
  }
  const gains = thinPoints(all);
  // Between two points gain is a straight line, lift is not: it is sampled, not drawn from point to point.
  const lifts = Array.from({ length: liftSteps }, (_, i) => (i + 1) / liftSteps).flatMap((share) => {
    const gain = interpolate(all, share);
    return gain === undefined ? [] : [[share, gain / share] as [number, number]];
  });
  const highest = Math.max(1, ...lifts.map(([, lift]) => lift));
  const lift = thinPoints(lifts, [1, highest]);
  const gainAt = interpolate(all, reference);
  const known = isKnown(gainAt);
  const found = known
    ? `The ${formatShare(reference, 0)} of rows with the highest probability hold ${formatShare(gainAt)} of all positives, ${formatMetric(gainAt / reference, 1)} times as many as chance.`
    : '';
  const words = {
    name: 'lift',
    title: `Lift: the top ${formatShare(reference, 0)} hold ${formatShare(gainAt, 0)} of the positives`,
    subtitle: found,
    description: `Cumulative gains and lift. ${found}`,
  };
  const top = headHeight(frame, words, true);
  const half = compact ? (height - top) / 2 : width / 2;
  const grids = compact
    ? [
        { ...makeGrid(frame, top), height: half - 58 },
        { ...makeGrid(frame, top + half + 6), height: half - 58 },
      ]
    : [
        { ...makeGrid(frame, top), width: half - 100 },
        { ...makeGrid(frame, top), left: half + 56, width: half - 84 },
      ];
  const prevalence = input.prevalence;
  const perfect = isKnown(prevalence) && prevalence > 0;
  const xName = compact ? 'Share of rows acted on' : 'Share of rows acted on, highest probability first';
  const dashed = { color: theme.reference, width: 1.25, dash: [5, 5] };
  const ideal = { color: theme.tertiary, width: 1.25, dash: [2, 3] };
  const second = { xAxisIndex: 1, yAxisIndex: 1 };
  return makeChart(
    frame,
    words,
    {
      grid: grids,
      xAxis: [shareAxis(frame, xName, { gridIndex: 0 }), shareAxis(frame, xName, { gridIndex: 1 })],
      yAxis: [
        valueAxis(frame, 'Share of positives found', 40, { min: 0, max: 1, interval: 0.2, gridIndex: 0 }),
        valueAxis(frame, 'Lift (times chance)', 40, { min: 0, max: niceCeiling(highest), gridIndex: 1 }),
      ],
      series: [
        lineSeries(
          'Chance',
          [
            [0, 0],
            [1, 1],
          ],
          dashed,
        ),
        ...(perfect
          ? [
              lineSeries(
                'Perfect order',
                [
                  [0, 0],
                  [Math.min(1, prevalence), 1],
                  [1, 1],
                ],
                ideal,
              ),
            ]
          : []),
        lineSeries(
          'Model',
          gains,
          { color: theme.primary },
          { areaStyle: { color: theme.primary, opacity: 0.07 } },
        ),
        lineSeries(
          'Chance',
          [
            [0, 1],
            [1, 1],
          ],
          dashed,
          second,
        ),
        lineSeries('Model', lift, { color: theme.primary }, second),
        ...(known
          ? [
              pointSeries(
                `Top ${formatShare(reference, 0)}`,
                [[reference, gainAt]],
                theme.chosen,
                theme.surface,
                12,
              ),
              pointSeries(
                `Top ${formatShare(reference, 0)}`,
                [[reference, gainAt / reference]],
                theme.chosen,
                theme.surface,
                12,
                second,
              ),
            ]
          : []),
      ],
    },
    [
      ...lineEntries('Model', 'Chance', ...(perfect ? ['Perfect order'] : [])),
      ...(known ? dotEntries(`Top ${formatShare(reference, 0)}`) : []),
    ],
  );
}

/** The value of a line at x, by linear interpolation. */
function interpolate(points: readonly (readonly [number, number])[], x: number): number | undefined {
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    if (x0 <= x && x <= x1) return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return undefined;
}
