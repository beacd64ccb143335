import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  shareAxis,
  valueAxis,
} from './frame.ts';
import { histogramSteps, totalCount } from './histogram-steps.ts';
import type { ScoreInput } from './inputs.ts';
import { formatCount, formatMetric, isKnown } from './number-format.ts';
import { lineSeries } from './series.ts';
import { shortenMiddle } from './text-width.ts';
import { fontFamily } from './theme.ts';

/**
 * How the predicted probabilities of the two classes are spread: for each class, the percentage of its rows by
 * probability, so that a rare class is seen as well as a frequent one.
 */
export function scoreChart(input: ScoreInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [760, 480], [400, 360]);
  const { theme } = frame;
  const { histogram, threshold } = input;
  const positives = totalCount(histogram.positive);
  const negatives = totalCount(histogram.negative);
  const positive = histogramSteps(histogram, 'positive', positives > 0 ? 100 / positives : 0);
  const negative = histogramSteps(histogram, 'negative', negatives > 0 ? 100 / negatives : 0);
  const name = 'scores';
  if (positive.length === 0 && negative.length === 0) {
    return emptyChart(frame, { name, title: 'Predicted probabilities' }, 'No rows were judged.');
  }
  const labels = [input.positive, input.negative].map((label) =>
    shortenMiddle(label, frame.compact ? 82 : 200, 12),
  );
  const names = [`${labels[0]} (positive)`, `${labels[1]} (negative)`];
  const marked = isKnown(threshold);
  const said = `${formatCount(positives)} positive and ${formatCount(negatives)} negative rows`;
  const words = {
    name,
    title: 'Predicted probabilities of the two classes',
    subtitle: `Percentage of each class by probability; ${said}. The less they overlap, the better.`,
    description: `Histograms of the predicted probability of ${said}.`,
  };
  const mark: { [key: string]: Json } = marked
    ? {
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          lineStyle: { color: theme.chosen, width: 1.5, type: 'solid' },
          label: {
            show: true,
            formatter: `threshold ${formatMetric(threshold)}`,
            position: 'end',
            distance: 4,
            color: theme.text,
            fontSize: 12,
            fontFamily,
          },
          data: [{ xAxis: Math.min(1, Math.max(0, threshold)) }],
        },
      }
    : {};
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true) + 18),
      xAxis: shareAxis(frame, 'Predicted probability'),
      yAxis: valueAxis(frame, 'Rows of the class (%)', 40, { min: 0 }),
      series: [
        area(names[1], negative, theme.primary, positive.length === 0 ? mark : {}),
        area(names[0], positive, theme.secondary, positive.length === 0 ? {} : mark),
      ],
    },
    lineEntries(names[0], names[1]),
  );
}

/** The outline of a histogram, filled. */
function area(label: string, data: [number, number][], color: string, extra: { [key: string]: Json }): Json {
  return lineSeries(
    label,
    data,
    { color, width: 1.5 },
    { step: 'end', areaStyle: { color, opacity: 0.28 }, ...extra },
  );
}
