import type { Chart, ChartOption, ChartSettings, Json } from './chart.ts';
import { drawable } from './drawable-text.ts';
import { shortenMiddle, textWidth, wrapText } from './text-width.ts';
import { fontFamily, themes } from './theme.ts';
import type { ChartTheme } from './theme.ts';

/** Sizes and colours that the parts of one chart share. */
export interface Frame {
  readonly theme: ChartTheme;
  readonly compact: boolean;
  readonly width: number;
  readonly height: number;
}

/** What a chart says in words. */
export interface Words {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly description: string;
}

const labelSize = 12;
const titleSize = 17;
const noteSize = 12.5;
const lineHeight = 18;
const padding = 18;

/** Settings and sizes, completed. */
export function makeFrame(
  settings: ChartSettings,
  size: readonly [width: number, height: number],
  compactSize: readonly [width: number, height: number],
): Frame {
  const compact = settings.compact ?? false;
  const [width, height] = compact ? compactSize : size;
  return { theme: themes[settings.theme ?? 'light'], compact, width, height };
}

/**
 * Names as they fit into one line of title beside its other words. Pages print the title of a compact chart in as
 * many lines as it takes.
 *
 * @param rest the other words
 */
export function namesInTitle(frame: Frame, names: readonly string[], rest: string): string[] {
  const line = frame.width - 2 * padding - textWidth(rest, titleSize, true);
  const room = frame.compact ? 330 : Math.max(60, line / names.length / 1.1);
  return names.map((name) => shortenMiddle(name, room, titleSize));
}

/** Where the drawing area may begin, below title, subtitle and legend. */
export function headHeight(frame: Frame, words: Words, legend: boolean): number {
  const lines = wrapText(words.subtitle, frame.width - 2 * padding, noteSize).length;
  const text = frame.compact ? 6 : padding + 26 + lines * lineHeight + 8;
  return text + (legend ? 26 : 0) + (frame.compact ? 4 : 8);
}

/** An entry of a legend by its series: a piece of line, or a dot. */
export interface LegendEntry {
  readonly name: string;
  readonly mark: 'line' | 'dot';
}

/** Entries for lines. */
export function lineEntries(...names: readonly string[]): LegendEntry[] {
  return names.map((name) => ({ name, mark: 'line' }));
}

/** Entries for dots. */
export function dotEntries(...names: readonly string[]): LegendEntry[] {
  return names.map((name) => ({ name, mark: 'dot' }));
}

/** A chart from its words and the parts that differ. */
export function makeChart(
  frame: Frame,
  words: Words,
  parts: ChartOption,
  legend: readonly LegendEntry[] = [],
): Chart {
  const { theme, compact, width, height } = frame;
  const lines = wrapText(words.subtitle, width - 2 * padding, noteSize);
  const title: Json[] = compact
    ? []
    : [
        {
          text: words.title,
          subtext: lines.join('\n'),
          left: padding - 5,
          top: padding - 5,
          itemGap: 7,
          textStyle: { color: theme.text, fontSize: titleSize, fontWeight: 'bold', fontFamily },
          subtextStyle: { color: theme.muted, fontSize: noteSize, lineHeight, fontFamily },
        },
      ];
  const option: ChartOption = {
    animation: false,
    backgroundColor: compact ? 'transparent' : theme.surface,
    textStyle: { fontFamily, color: theme.text },
    title,
    ...(legend.length > 0
      ? {
          legend: {
            // ECharts puts a dot on the line even where the line has none.
            data: legend.map(({ name, mark }) =>
              mark === 'dot' ? { name, icon: 'circle' } : { name, itemStyle: { opacity: 0 } },
            ),
            left: compact ? 0 : padding - 5,
            top: headHeight(frame, words, false) - 8,
            itemWidth: compact ? 16 : 20,
            itemHeight: 9,
            itemGap: compact ? 9 : 18,
            padding: 5,
            selectedMode: false,
            textStyle: { color: theme.muted, fontSize: labelSize, fontFamily },
          },
        }
      : {}),
    ...parts,
  };
  return { ...words, width, height, option: drawable(option) };
}

/** A picture that says why there is none. */
export function emptyChart(
  frame: Frame,
  words: Omit<Words, 'subtitle' | 'description'>,
  reason: string,
): Chart {
  const full = { ...words, subtitle: '', description: reason };
  const chart = makeChart(frame, full, {});
  const note: Json = {
    text: wrapText(reason, frame.width - 4 * padding, 13).join('\n'),
    left: 'center',
    top: 'middle',
    textStyle: { color: frame.theme.muted, fontSize: 13, fontWeight: 'normal', lineHeight: 20, fontFamily },
  };
  return { ...chart, option: { ...chart.option, title: [...(chart.option['title'] as Json[]), note] } };
}

/** The drawing area; `top` in pixels below the upper edge, the others are room for axes and names. */
export function makeGrid(
  frame: Frame,
  top: number,
  room: { readonly left?: number; readonly right?: number; readonly bottom?: number } = {},
): { [key: string]: Json } {
  return {
    top,
    left: (room.left ?? 58) + (frame.compact ? 0 : 8),
    right: (room.right ?? 18) + (frame.compact ? 0 : 10),
    bottom: (room.bottom ?? 50) + (frame.compact ? 0 : 8),
    containLabel: false,
  };
}

/** A numeric axis with quiet lines. `extra` is added, part by part. */
export function valueAxis(
  frame: Frame,
  name: string,
  nameGap: number,
  extra: { readonly [key: string]: Json } = {},
): { [key: string]: Json } {
  const { theme } = frame;
  const { axisLabel, splitLine, ...others } = extra;
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap,
    nameTextStyle: { color: theme.muted, fontSize: labelSize, fontFamily },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: theme.muted,
      fontSize: labelSize,
      fontFamily,
      hideOverlap: true,
      ...(axisLabel as object),
    },
    splitLine: { lineStyle: { color: theme.grid, width: 1 }, ...(splitLine as object) },
    ...others,
  };
}

/** A horizontal axis of shares or probabilities from 0 to 1, with a base line. */
export function shareAxis(
  frame: Frame,
  name: string,
  extra: { readonly [key: string]: Json } = {},
): { [key: string]: Json } {
  return valueAxis(frame, name, 30, {
    min: 0,
    max: 1,
    interval: 0.2,
    splitLine: { show: false },
    axisLine: { show: true, onZero: false, lineStyle: { color: frame.theme.axis } },
    ...extra,
  });
}

/** An axis of names, without lines; labels must be shortened already. */
export function nameAxis(
  frame: Frame,
  names: readonly string[],
  extra: { readonly [key: string]: Json } = {},
): { [key: string]: Json } {
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: frame.theme.text, fontSize: labelSize, fontFamily, interval: 0 },
    ...extra,
  };
}
