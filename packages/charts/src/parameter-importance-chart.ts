import type { Chart, ChartSettings } from './chart.ts';
import { emptyChart, headHeight, makeChart, makeFrame, makeGrid, nameAxis, valueAxis } from './frame.ts';
import { uniqueNames } from './importance-chart.ts';
import { formatShare, isKnown } from './number-format.ts';
import type { ParameterImportanceInput } from './search-inputs.ts';
import { shortenMiddle } from './text-width.ts';

/** How many parameters are drawn at most, and which share is worth a bar. */
const limit = 20;
const least = 0.0005;

/**
 * How much of the spread of the scores each parameter explains by itself (functional ANOVA), in per cent, the most
 * important on top, at most 20 and none that explains nothing. What is missing to 100 % comes from parameters acting together.
 */
export function parameterImportanceChart(
  input: ParameterImportanceInput,
  settings: ChartSettings = {},
): Chart {
  const items = input.items
    .flatMap(({ parameter, share }) => (isKnown(share) ? [{ parameter, share: Math.max(0, share) }] : []))
    .toSorted((a, b) => b.share - a.share || (a.parameter < b.parameter ? -1 : 1));
  const shown = items.slice(0, limit).filter(({ share }, nth) => nth === 0 || share >= least);
  const hidden = items.length - shown.length;
  const frame = makeFrame(
    settings,
    [760, 150 + 28 * Math.max(4, shown.length)],
    [400, 64 + 26 * Math.max(3, shown.length)],
  );
  const name = 'parameter_importance';
  const title = 'What mattered in the search';
  if (shown.length === 0) {
    return emptyChart(frame, { name, title }, 'No importance of parameters: too few trials.');
  }
  const together = 1 - items.reduce((sum, { share }) => sum + share, 0);
  const rest =
    together > 0.005 ? ` Parameters acting together explain the other ${formatShare(together)}.` : '';
  const others = hidden === 0 ? '' : ` ${hidden} more ${hidden === 1 ? 'explains' : 'explain'} less.`;
  const [first] = shown;
  const words = {
    name,
    title: `${title}: ${shortenMiddle(first.parameter, 300, 17)}`,
    subtitle: `Share of the spread of ${input.metric} that a parameter explains by itself.${rest}${others}`,
    description: `Share of the spread of ${input.metric} by parameter: ${shown
      .slice(0, 10)
      .map(({ parameter, share }) => `${shortenMiddle(parameter, 300, 12)} ${formatShare(share)}`)
      .join(', ')}.${rest}`,
  };
  const nameRoom = frame.compact ? 142 : 190;
  return makeChart(frame, words, {
    grid: makeGrid(frame, headHeight(frame, words, false), { left: nameRoom, right: 48 }),
    xAxis: valueAxis(frame, 'Share of the spread explained (%)', 30, { min: 0, splitNumber: 4 }),
    yAxis: nameAxis(
      frame,
      uniqueNames(shown.map(({ parameter }) => shortenMiddle(parameter, nameRoom - 28, 12))),
    ),
    series: [
      {
        type: 'bar',
        name: title,
        barWidth: '58%',
        barMaxWidth: 18,
        itemStyle: { color: frame.theme.primary, opacity: 0.75, borderRadius: 2 },
        emphasis: { disabled: true },
        data: shown.map(({ share }) => ({
          value: share * 100,
          label: {
            show: true,
            position: 'right',
            formatter: formatShare(share),
            color: frame.theme.muted,
            fontSize: 11,
          },
        })),
      },
    ],
  });
}
