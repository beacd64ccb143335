import type { Chart, ChartSettings, Json } from './chart.ts';
import { emptyChart, headHeight, makeChart, makeFrame, makeGrid } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import type { ConfusionInput } from './inputs.ts';
import { formatCount, formatMetric, formatShare } from './number-format.ts';
import { shortenMiddle } from './text-width.ts';
import { fontFamily } from './theme.ts';

/**
 * The confusion matrix: rows by true class (down) and predicted class (across), as counts (or weights) and as
 * shares of the true class. Right answers are blue, wrong ones orange, the deeper the larger the share.
 */
export function confusionChart(input: ConfusionInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [640, 520], [400, 350]);
  const { theme, compact } = frame;
  const { tp, fp, tn, fn } = input;
  const total = tp + fp + tn + fn;
  const name = 'confusion_matrix';
  if (!(total > 0)) return emptyChart(frame, { name, title: 'Confusion matrix' }, 'No rows were judged.');
  const accuracy = (tp + tn) / total;
  const at = input.threshold === undefined ? '' : ` at threshold ${formatMetric(input.threshold)}`;
  const words = {
    name,
    title: `Confusion matrix: ${formatShare(accuracy)} of ${formatCount(total)} ${total === 1 ? 'row is' : 'rows are'} judged right`,
    subtitle: `Rows by true and predicted class${at}; percentages are shares of the true class.`,
    description:
      `Confusion matrix${at}: ${formatCount(tp)} true positives, ${formatCount(fp)} false positives, ` +
      `${formatCount(tn)} true negatives, ${formatCount(fn)} false negatives.`,
  };
  const room = compact ? 100 : 150;
  const across = (frame.width - room) / 2 - 20;
  const xLabels = [input.positive, input.negative].map((label) => shortenMiddle(label, across, 14));
  const yLabels = [input.positive, input.negative].map((label) => shortenMiddle(label, room - 42, 14));
  const cell = (x: number, y: number, count: number, kind: string): Json => {
    const inRow = y === 0 ? tp + fn : fp + tn;
    const share = inRow > 0 ? count / inRow : 0;
    return {
      value: [x, y, share],
      label: {
        formatter: `{count|${formatCount(count)}}\n{share|${inRow > 0 ? formatShare(share) : '–'}}\n{kind|${kind}}`,
      },
    };
  };
  const label: Json = {
    show: true,
    color: theme.text,
    fontFamily,
    rich: {
      count: {
        fontSize: compact ? 24 : 30,
        fontWeight: 'bold',
        color: theme.text,
        lineHeight: compact ? 30 : 38,
        fontFamily,
      },
      share: { fontSize: compact ? 14 : 16, color: theme.text, lineHeight: compact ? 20 : 24, fontFamily },
      kind: { fontSize: 12, color: theme.text, lineHeight: 20, fontFamily },
    },
  };
  const cells = (data: Json): { [key: string]: Json } => ({
    type: 'heatmap',
    data,
    label,
    itemStyle: { borderColor: theme.surface, borderWidth: 5, borderRadius: 10 },
    emphasis: { disabled: true },
  });
  const axis = (title: string, labels: readonly string[], nameGap: number): { [key: string]: Json } => ({
    type: 'category',
    data: uniqueNames(labels),
    name: title,
    nameLocation: 'middle',
    nameGap,
    nameTextStyle: { color: theme.muted, fontSize: 12, fontFamily },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: theme.text, fontSize: 14, fontWeight: 'bold', fontFamily, interval: 0 },
  });
  return makeChart(frame, words, {
    grid: makeGrid(frame, headHeight(frame, words, false) + 46, { left: room, right: 10, bottom: 10 }),
    xAxis: { ...axis('Predicted', xLabels, 28), position: 'top' },
    yAxis: { ...axis('True', yLabels, room - 24), inverse: true },
    visualMap: [shade(0, theme.primary), shade(1, theme.secondary)],
    series: [
      cells([cell(0, 0, tp, 'true positives'), cell(1, 1, tn, 'true negatives')]),
      cells([
        cell(1, 0, fn, compact ? 'false negatives' : 'false negatives (missed)'),
        cell(0, 1, fp, compact ? 'false positives' : 'false positives (false alarms)'),
      ]),
    ],
  });
}

/** Maps shares from 0 to 1 to the strength of one colour. */
function shade(seriesIndex: number, color: string): Json {
  return {
    show: false,
    min: 0,
    max: 1,
    dimension: 2,
    seriesIndex,
    inRange: { color: [color, color], colorAlpha: [0.07, 0.5] },
  };
}
