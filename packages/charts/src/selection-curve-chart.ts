import type { Chart, ChartSettings } from './chart.ts';
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
import { formatCount, formatMetric, isKnown } from './number-format.ts';
import type { SelectionCurveInput } from './search-inputs.ts';
import { lineSeries, pointSeries, segmentSeries } from './series.ts';

/**
 * Log loss by number of features, and the number that is kept: the smallest whose loss exceeds the best one by at most
 * one standard error of their paired difference (Breiman and others 1984, with a paired error). Each number has an
 * error of its own, drawn as a bar around its loss: the rule is that the bar reaches the line of the best loss.
 */
export function selectionCurveChart(input: SelectionCurveInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [760, 480], [400, 330]);
  const { theme } = frame;
  const name = 'selection_curve';
  const points = input.curve
    .flatMap(({ count, mean, standardError }) =>
      isKnown(mean) ? [{ count, mean, error: isKnown(standardError) ? standardError : 0 }] : [],
    )
    .toSorted((a, b) => a.count - b.count);
  if (points.length === 0) {
    return emptyChart(frame, { name, title: 'Number of features' }, 'No numbers of features were compared.');
  }
  const best = points.reduce((a, b) => (b.mean < a.mean ? b : a));
  const kept = points.find(({ count }) => count === input.kept);
  const last = points[points.length - 1];
  const said = `Best with ${formatCount(best.count)}: ${formatMetric(best.mean, 4)}${
    kept === undefined || kept === best
      ? ''
      : `; with ${formatCount(kept.count)}: ${formatMetric(kept.mean, 4)}`
  }`;
  const words = {
    name,
    title: `Number of features: ${formatCount(input.kept)} of ${formatCount(last.count)} are kept`,
    subtitle: `Log loss by number of features in the order of ${input.method}. ${said}. Bars: one standard error of the difference to the best; kept is the fewest whose bar reaches it.`,
    description: `Log loss by number of features in the order of ${input.method}. ${said}.`,
  };
  const logarithmic = last.count / points[0].count >= 30;
  const ends = [points[0].count, last.count] as const;
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: 68 }),
      xAxis: valueAxis(frame, `Features${logarithmic ? ' (logarithmic)' : ''}`, 30, {
        ...(logarithmic
          ? {
              type: 'log',
              min: ends[0] / 1.2,
              max: ends[1] * 1.2,
              axisLabel: { customValues: someCounts(points, frame.compact ? 5 : 9) },
            }
          : { min: 0, minInterval: 1 }),
        splitLine: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.axis } },
      }),
      yAxis: valueAxis(frame, 'log loss, mean over the rows', 54, { scale: true }),
      series: [
        lineSeries(
          'Best',
          [
            [logarithmic ? ends[0] / 1.2 : 0, best.mean],
            [logarithmic ? ends[1] * 1.2 : ends[1], best.mean],
          ],
          { color: theme.reference, width: 1.25, dash: [5, 5] },
        ),
        segmentSeries(
          'standard error',
          points.map(({ count, mean, error }) => [
            [count, mean - error] as const,
            [count, mean + error] as const,
          ]),
          { color: theme.primary, width: 1.75, opacity: 0.55 },
        ),
        lineSeries(
          'Log loss',
          points.map(({ count, mean }) => [count, mean]),
          { color: theme.primary, width: 1.75 },
        ),
        pointSeries(
          'Log loss',
          points.map(({ count, mean }) => [count, mean]),
          theme.primary,
          theme.surface,
          8,
        ),
        ...(kept === undefined
          ? []
          : [pointSeries('Kept', [[kept.count, kept.mean]], theme.chosen, theme.surface, 13, { z: 6 })]),
      ],
    },
    [...dotEntries('Log loss', ...(kept === undefined ? [] : ['Kept'])), ...lineEntries('Best')],
  );
}

/** At most about `most` of the numbers that were tried, first and last among them. */
function someCounts(points: readonly { readonly count: number }[], most: number): number[] {
  const step = Math.max(1, Math.ceil((points.length - 1) / (most - 1)));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1).map(({ count }) => count);
}
