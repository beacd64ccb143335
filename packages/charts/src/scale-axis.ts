import type { Json } from './chart.ts';
import { dateTicks, formatMoment } from './date-ticks.ts';
import { valueAxis } from './frame.ts';
import type { Frame } from './frame.ts';
import type { ScaleInput } from './inputs.ts';
import { formatNumber, isKnown, niceRange } from './number-format.ts';
import { fontFamily } from './theme.ts';

/** What stands for the levels that have no name of their own. */
export const otherLevels = 'other values';

/** A horizontal axis of a column's numbers or moments. */
export interface ScaleAxis {
  readonly axis: { [key: string]: Json };
  /** Series that the axis needs: ECharts cannot write moments as we want them. */
  labels(y: number): Json[];
}

/** The value at a place of a scale in words. */
export function formatPlace(scale: ScaleInput, place: number): string {
  if (scale.kind === 'level') return scale.levels[place] ?? otherLevels;
  return scale.kind === 'datetime' ? formatMoment(scale.values[place]) : formatNumber(scale.values[place]);
}

/**
 * The axis for the values of a scale, a little wider than they are.
 *
 * @param edge room beside the first and the last value, in their unit
 */
export function scaleAxis(
  frame: Frame,
  scale: Exclude<ScaleInput, { kind: 'level' }>,
  name: string,
  edge: number,
): ScaleAxis {
  const known = scale.values.filter(isKnown);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const quiet = {
    splitLine: { show: false },
    axisLine: { show: true, onZero: false, lineStyle: { color: frame.theme.axis } },
  };
  if (scale.kind === 'number') {
    const range = rangeOf(low, high, frame.compact ? 5 : 8, edge);
    return { axis: valueAxis(frame, name, 30, { ...range, ...quiet }), labels: () => [] };
  }
  const room = Math.max(edge, (high - low) * 0.02) || 1;
  const ticks = dateTicks(low, high, frame.compact ? 4 : 6);
  const shown = ticks.length > 1 ? ticks : [low, ...(high > low ? [high] : [])].map(momentTick);
  return {
    axis: valueAxis(frame, name, 30, {
      min: low - room,
      max: high + room,
      ...quiet,
      axisLabel: { show: false },
    }),
    labels: (y) => [
      {
        type: 'scatter',
        name: 'dates',
        symbolSize: 1,
        itemStyle: { color: 'transparent' },
        emphasis: { disabled: true },
        data: shown
          .filter(({ text }) => text !== '')
          .map(({ moment, text }) => ({
            value: [moment, y],
            label: {
              show: true,
              position: 'bottom',
              distance: 8,
              formatter: text,
              color: frame.theme.muted,
              fontSize: 12,
              fontFamily,
            },
          })),
      },
    ],
  };
}

function momentTick(moment: number): { moment: number; text: string } {
  return { moment, text: formatMoment(moment) };
}

/**
 * A range that holds two values with ticks at round numbers, and room beside them; around a single value where they
 * are equal.
 */
function rangeOf(low: number, high: number, ticks: number, edge: number): { readonly [key: string]: Json } {
  const around = Math.abs(low) * 0.1 || 1;
  const { min, max, interval } =
    low < high ? niceRange(low, high, ticks) : niceRange(low - around, low + around, ticks);
  const room = Math.max(edge, (max - min) * 0.015);
  if (low - min >= room && max - high >= room) return { min, max, interval };
  // The ends are no round numbers then and stay without a figure; with an interval, ticks would count from them.
  return {
    min: Math.min(min, low - room),
    max: Math.max(max, high + room),
    splitNumber: ticks,
    axisLabel: { showMinLabel: low - min >= room, showMaxLabel: max - high >= room },
  };
}
