import type { Json } from './chart.ts';
import type { Numbers } from './inputs.ts';
import { isKnown } from './number-format.ts';

export interface Style {
  readonly color: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

type Extra = { readonly [key: string]: Json };

/** Two lists of numbers as pairs; where one is not known or missing, the pair is left out. */
export function pairs(x: Numbers, y: Numbers): [number, number][] {
  const result: [number, number][] = [];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const a = x[i];
    const b = y[i];
    if (isKnown(a) && isKnown(b)) result.push([a, b]);
  }
  return result;
}

/** A line without symbols. */
export function lineSeries(
  name: string,
  data: Json,
  style: Style,
  extra: Extra = {},
): { [key: string]: Json } {
  return {
    type: 'line',
    name,
    data,
    showSymbol: false,
    symbol: 'none',
    color: style.color,
    lineStyle: {
      color: style.color,
      width: style.width ?? 2.25,
      type: style.dash === undefined ? 'solid' : [...style.dash],
      opacity: style.opacity ?? 1,
      join: 'round',
    },
    emphasis: { disabled: true },
    ...extra,
  };
}

/** Points with a ring in the colour of the background, so that they stand off from lines. */
export function pointSeries(
  name: string,
  data: Json,
  color: string,
  ring: string,
  size: number,
  extra: Extra = {},
): { [key: string]: Json } {
  return {
    type: 'scatter',
    name,
    data,
    symbol: 'circle',
    symbolSize: size,
    color,
    itemStyle: { color, borderColor: ring, borderWidth: 2, opacity: 1 },
    emphasis: { disabled: true },
    z: 5,
    ...extra,
  };
}

/** Straight pieces that do not touch, as one line with gaps. */
export function segmentSeries(
  name: string,
  segments: readonly (readonly [readonly [number, number], readonly [number, number]])[],
  style: Style,
  extra: Extra = {},
): { [key: string]: Json } {
  const data: Json[] = [];
  for (const [from, to] of segments) data.push([...from], [...to], [null, null]);
  return lineSeries(name, data, style, { connectNulls: false, z: 4, ...extra });
}
