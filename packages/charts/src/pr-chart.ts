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
import type { PrInput } from './inputs.ts';
import { formatInterval, formatMetric, formatShare, isKnown } from './number-format.ts';
import { lineSeries, pairs, pointSeries } from './series.ts';
import { thinPoints } from './thin-points.ts';

/**
 * The precision-recall curve, both between 0 and 1, over all thresholds, drawn in steps as average precision
 * sums it, with the prevalence as the line of a model that knows nothing (Saito and Rehmsmeier 2015).
 */
export function prChart(input: PrInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [640, 600], [400, 390]);
  const { theme } = frame;
  const points = thinPoints(pairs(input.curve.recall, input.curve.precision));
  if (points.length < 2) {
    return emptyChart(
      frame,
      { name: 'pr', title: 'Precision and recall' },
      'No precision-recall curve: it needs rows of both classes.',
    );
  }
  // In steps from high recall to low: between two points the precision of the higher recall is not reached.
  const ordered = points[0][0] <= points[points.length - 1][0] ? points : points.toReversed();
  const { operating } = input;
  const precision = operating?.precision;
  const recall = operating?.recall;
  const marked = isKnown(precision) && isKnown(recall);
  const area = `Average precision ${formatMetric(input.averagePrecision)}${
    input.interval === undefined ? '' : ` (95 % interval ${formatInterval(input.interval)})`
  }`;
  const note = marked
    ? ` At the chosen threshold ${formatShare(precision)} of the flagged rows are positive and ${formatShare(recall)} of the positive rows are flagged.`
    : '';
  const words = {
    name: 'pr',
    title: `Precision and recall: average precision ${formatMetric(input.averagePrecision)}`,
    subtitle: `${area}; chance is the share of positive rows, ${formatShare(input.prevalence)}.${note}`,
    description: `Precision-recall curve. ${area}; chance ${formatShare(input.prevalence)}.${note}`,
  };
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true)),
      xAxis: shareAxis(frame, 'Recall (share of positives flagged)'),
      yAxis: valueAxis(frame, 'Precision (share of flagged that are positive)', 40, {
        min: 0,
        max: 1,
        interval: 0.2,
      }),
      series: [
        ...(isKnown(input.prevalence)
          ? [
              lineSeries(
                'Chance',
                [
                  [0, input.prevalence],
                  [1, input.prevalence],
                ],
                {
                  color: theme.reference,
                  width: 1.25,
                  dash: [5, 5],
                },
              ),
            ]
          : []),
        lineSeries(
          'Model',
          ordered,
          { color: theme.primary },
          {
            step: 'start',
            areaStyle: { color: theme.primary, opacity: 0.07 },
          },
        ),
        ...(marked
          ? [pointSeries('Chosen threshold', [[recall, precision]], theme.chosen, theme.surface, 13)]
          : []),
      ],
    },
    [
      ...lineEntries('Model', ...(isKnown(input.prevalence) ? ['Chance'] : [])),
      ...(marked ? dotEntries('Chosen threshold') : []),
    ],
  );
}
