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
import type { Numbers, ThresholdInput } from './inputs.ts';
import { formatMetric, isKnown } from './number-format.ts';
import { lineSeries, pairs } from './series.ts';
import { thinPoints } from './thin-points.ts';
import { fontFamily } from './theme.ts';

/**
 * Precision, recall, F1 (0 to 1) and MCC (-1 to 1) against the threshold (a probability), and on an axis of
 * its own the expected cost per row, where costs were given; the chosen threshold is a vertical line.
 */
export function thresholdChart(input: ThresholdInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [760, 520], [400, 360]);
  const { theme } = frame;
  const { curve, chosen } = input;
  const line = (values: Numbers): [number, number][] => {
    const points = pairs(curve.threshold, values).filter(([x]) => x >= 0 && x <= 1);
    return points.sort((a, b) => a[0] - b[0]);
  };
  const named: readonly (readonly [string, Numbers, string, readonly number[] | undefined])[] = [
    ['Precision', curve.precision, theme.primary, undefined],
    ['Recall', curve.recall, theme.secondary, undefined],
    ['F1', curve.f1, theme.tertiary, [7, 3]],
    ['MCC', curve.mcc, theme.quaternary, [2, 3]],
  ];
  const lines = named
    .map(([name, values, color, dash]) => ({
      name,
      color,
      dash,
      points: thinPoints(line(name === 'Precision' ? definedPrecision(curve) : values)),
    }))
    .filter(({ points }) => points.length > 0);
  if (lines.length === 0) {
    return emptyChart(frame, { name: 'threshold', title: 'Threshold' }, 'No thresholds to compare.');
  }
  const costs = curve.cost === undefined ? [] : line(curve.cost);
  const highestCost = Math.max(0, ...costs.map(([, y]) => y));
  // Below 0 where right decisions are gains.
  const lowestCost = Math.min(0, ...costs.map(([, y]) => y));
  const costRange = highestCost - lowestCost;
  const cost = thinPoints(costs, [1, costRange > 0 ? costRange : 1]);
  const lowest = Math.min(0, ...lines.flatMap(({ points }) => points.map(([, y]) => y)));
  const marked = isKnown(chosen);
  const value = (key: 'precision' | 'recall' | 'f1' | 'mcc'): string =>
    formatMetric(input.at === undefined ? nearestValue(curve.threshold, curve[key], chosen) : input.at[key]);
  const at = marked
    ? `At ${formatMetric(chosen)}${input.rule === undefined ? '' : ` (${input.rule})`}: precision ${value('precision')}, recall ${value('recall')}, F1 ${value('f1')}, MCC ${value('mcc')}.`
    : 'No threshold is marked.';
  const words = {
    name: 'threshold',
    title: marked
      ? `What the threshold trades: ${formatMetric(chosen)} is chosen`
      : 'What the threshold trades',
    subtitle: at,
    description: `Precision, recall, F1 and MCC by threshold. ${at}`,
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
            formatter: `chosen ${formatMetric(chosen)}`,
            position: 'end',
            distance: 4,
            color: theme.text,
            fontSize: 12,
            fontFamily,
          },
          data: [{ xAxis: Math.min(1, Math.max(0, chosen)) }],
        },
      }
    : {};
  const extra = cost.length > 0 ? ['Cost per row'] : [];
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true) + 18, cost.length > 0 ? { right: 62 } : {}),
      xAxis: shareAxis(
        frame,
        frame.compact ? 'Threshold (probability)' : 'Threshold (probability from which on a row is flagged)',
      ),
      yAxis: [
        valueAxis(frame, 'Value of the metric', 40, {
          min: lowest < 0 ? Math.max(-1, Math.floor(lowest * 5) / 5) : 0,
          max: 1,
          interval: 0.2,
        }),
        ...(cost.length > 0
          ? [
              valueAxis(frame, 'Expected cost per row', 46, {
                ...(lowestCost < 0 ? {} : { min: 0 }),
                splitLine: { show: false },
                position: 'right',
              }),
            ]
          : []),
      ],
      series: [
        ...lines.map(({ name, color, dash, points }, i) =>
          lineSeries(name, points, dash === undefined ? { color } : { color, dash }, i === 0 ? mark : {}),
        ),
        ...(cost.length > 0
          ? [lineSeries('Cost per row', cost, { color: theme.muted, width: 1.75 }, { yAxisIndex: 1 })]
          : []),
      ],
    },
    lineEntries(...lines.map(({ name }) => name), ...extra),
  );
}

/** Precision where any row is flagged; where none is, it is 0 by convention and says nothing. */
function definedPrecision(curve: ThresholdInput['curve']): (number | null)[] {
  return Array.from(curve.precision, (value, i) => (value === 0 && curve.recall[i] === 0 ? null : value));
}

/** The value at the threshold closest to `wanted`. */
function nearestValue(
  thresholds: Numbers,
  values: Numbers,
  wanted: number | undefined,
): number | null | undefined {
  let best: number | undefined;
  let distance = Infinity;
  for (let i = 0; i < thresholds.length; i++) {
    const threshold = thresholds[i];
    if (!isKnown(threshold) || wanted === undefined) continue;
    const away = Math.abs(threshold - wanted);
    if (away < distance) {
      distance = away;
      best = i;
    }
  }
  return best === undefined ? undefined : values[best];
}
