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
import type { RocInput } from './inputs.ts';
import { formatInterval, formatMetric, formatShare, isKnown } from './number-format.ts';
import { lineSeries, pairs, pointSeries } from './series.ts';
import { thinPoints } from './thin-points.ts';

/**
 * The ROC curve: share of the positive rows found against share of the negative rows falsely flagged, both
 * between 0 and 1, over all thresholds (Fawcett 2006).
 */
export function rocChart(input: RocInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [640, 600], [400, 390]);
  const { theme } = frame;
  const points = thinPoints(pairs(input.curve.falsePositiveRate, input.curve.truePositiveRate));
  if (points.length < 2) {
    return emptyChart(
      frame,
      { name: 'roc', title: 'ROC curve' },
      'No ROC curve: it needs rows of both classes.',
    );
  }
  const { operating } = input;
  const marked =
    operating !== undefined && isKnown(operating.falsePositiveRate) && isKnown(operating.truePositiveRate);
  const area = `AUC ${formatMetric(input.auc)}${
    input.interval === undefined ? '' : ` (95 % interval ${formatInterval(input.interval)})`
  }`;
  const note = marked
    ? ` At the chosen threshold it finds ${formatShare(operating.truePositiveRate)} of the positive rows and falsely flags ${formatShare(operating.falsePositiveRate)} of the negative ones.`
    : '';
  const words = {
    name: 'roc',
    title: `ROC curve: ${isKnown(input.auc) ? `area ${formatMetric(input.auc)}` : 'area not defined'}`,
    subtitle: `${area}; 0.5 is chance, 1 is perfect.${note}`,
    description: `Receiver operating characteristic. ${area}.${note}`,
  };
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true)),
      xAxis: shareAxis(frame, 'False positive rate (share of negatives flagged)'),
      yAxis: valueAxis(frame, 'True positive rate (recall)', 40, { min: 0, max: 1, interval: 0.2 }),
      series: [
        lineSeries(
          'Chance',
          [
            [0, 0],
            [1, 1],
          ],
          { color: theme.reference, width: 1.25, dash: [5, 5] },
        ),
        lineSeries(
          'Model',
          points,
          { color: theme.primary },
          {
            areaStyle: { color: theme.primary, opacity: 0.07 },
          },
        ),
        ...(marked
          ? [
              pointSeries(
                'Chosen threshold',
                [[operating.falsePositiveRate, operating.truePositiveRate]],
                theme.chosen,
                theme.surface,
                13,
              ),
            ]
          : []),
      ],
    },
    [...lineEntries('Model', 'Chance'), ...(marked ? dotEntries('Chosen threshold') : [])],
  );
}
