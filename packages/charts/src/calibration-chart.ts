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
import { histogramSteps } from './histogram-steps.ts';
import type { CalibrationBin, CalibrationInput } from './inputs.ts';
import { formatMetric, isKnown } from './number-format.ts';
import { lineSeries, pointSeries, segmentSeries } from './series.ts';
import { wilsonInterval } from './wilson-interval.ts';

type Bin = Required<CalibrationBin>;

/** The bins that hold rows, with an interval each. */
function knownBins(bins: readonly CalibrationBin[]): Bin[] {
  return bins
    .filter((bin) => isKnown(bin.predicted) && isKnown(bin.observed) && bin.count > 0)
    .map((bin): Bin => {
      const wilson = wilsonInterval(bin.observed * bin.count, bin.count);
      return {
        ...bin,
        low: isKnown(bin.low) ? bin.low : wilson.low,
        high: isKnown(bin.high) ? bin.high : wilson.high,
      };
    })
    .sort((a, b) => a.predicted - b.predicted);
}

/**
 * The reliability diagram: share of positive rows against mean predicted probability, bin by bin, with 95 %
 * intervals (Wilson 1927); below it, where given, how the probabilities are spread.
 */
export function calibrationChart(input: CalibrationInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [640, 680], [400, 480]);
  const { theme, compact } = frame;
  const bins = knownBins(input.bins);
  if (bins.length === 0) {
    return emptyChart(
      frame,
      { name: 'calibration', title: 'Calibration' },
      'No probabilities to calibrate against.',
    );
  }
  const figures = [
    ...(isKnown(input.ece) ? [`expected calibration error ${formatMetric(input.ece)}`] : []),
    ...(isKnown(input.brier) ? [`Brier score ${formatMetric(input.brier)}`] : []),
  ].join(', ');
  const outside = bins.filter((bin) => bin.predicted < bin.low || bin.predicted > bin.high).length;
  const verdict =
    outside === 0
      ? `The diagonal runs through all ${bins.length} intervals.`
      : `The diagonal misses ${outside} of the ${bins.length} intervals.`;
  const words = {
    name: 'calibration',
    title: 'Calibration: predicted probability against what happened',
    subtitle: `${figures === '' ? '' : `${figures[0].toUpperCase()}${figures.slice(1)}. `}${verdict} Bars are 95 % intervals.`,
    description: `Reliability diagram with ${bins.length} bins. ${figures === '' ? '' : `${figures[0].toUpperCase()}${figures.slice(1)}. `}${verdict}`,
  };
  const top = headHeight(frame, words, true);
  const spread = input.histogram === undefined ? [] : histogramSteps(input.histogram);
  const withSpread = spread.length > 0;
  const spreadHeight = compact ? 66 : 90;
  const bottom = withSpread ? spreadHeight + 86 : 50;
  const xName = 'Predicted probability';
  const main = makeGrid(frame, top, { bottom });
  return makeChart(
    frame,
    words,
    {
      grid: withSpread
        ? [
            main,
            {
              ...makeGrid(frame, frame.height - 50 - spreadHeight - (compact ? 0 : 8)),
              height: spreadHeight,
            },
          ]
        : [main],
      xAxis: [
        shareAxis(frame, withSpread ? '' : xName, { gridIndex: 0 }),
        ...(withSpread ? [shareAxis(frame, xName, { gridIndex: 1 })] : []),
      ],
      yAxis: [
        valueAxis(frame, 'Observed share of positives', 40, { min: 0, max: 1, interval: 0.2, gridIndex: 0 }),
        ...(withSpread
          ? [
              valueAxis(frame, 'Rows', 40, {
                gridIndex: 1,
                min: 0,
                splitNumber: 2,
                splitLine: { show: false },
              }),
            ]
          : []),
      ],
      series: [
        lineSeries(
          'Perfectly calibrated',
          [
            [0, 0],
            [1, 1],
          ],
          { color: theme.reference, width: 1.25, dash: [5, 5] },
        ),
        segmentSeries(
          '95 % interval',
          bins.map((bin) => [
            [bin.predicted, bin.low],
            [bin.predicted, bin.high],
          ]),
          { color: theme.primary, width: 1.75, opacity: 0.55 },
        ),
        lineSeries(
          'Model',
          bins.map((bin) => [bin.predicted, bin.observed]),
          { color: theme.primary, width: 1.5 },
        ),
        pointSeries(
          'Model',
          bins.map((bin) => [bin.predicted, bin.observed]),
          theme.primary,
          theme.surface,
          10,
        ),
        ...(withSpread
          ? [
              lineSeries(
                'Rows',
                spread,
                { color: theme.muted, width: 1 },
                {
                  step: 'end',
                  xAxisIndex: 1,
                  yAxisIndex: 1,
                  areaStyle: { color: theme.muted, opacity: 0.3 },
                },
              ),
            ]
          : []),
      ],
    },
    [...dotEntries('Model'), ...lineEntries('Perfectly calibrated')],
  );
}
