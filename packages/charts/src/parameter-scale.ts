import { formatNumber } from './number-format.ts';
import type { TrialPoint } from './search-inputs.ts';

/** A value's place on an axis, from 0 to 1, and what is written beside the axis. */
export interface ParameterScale {
  readonly parameter: string;
  /** Undefined if the trial does not set the parameter. */
  place(value: number | string | undefined): number | undefined;
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

/** Positive values whose ends are closer than this factor never need a logarithmic axis. */
const logarithmicFrom = 30;
/** Categories, beyond which only the first and last are named. */
const namedCategories = 8;

/**
 * The axis of a parameter over all trials: logarithmic where positive values lie on several orders of magnitude, a place
 * for each value where some are names.
 *
 * @returns undefined where the trials do not differ in the parameter
 */
export function parameterScale(parameter: string, trials: readonly TrialPoint[]): ParameterScale | undefined {
  const values = trials
    .map(({ params }) => (Object.hasOwn(params, parameter) ? params[parameter] : undefined))
    .filter((value) => typeof value === 'string' || Number.isFinite(value)) as (number | string)[];
  const distinct = new Set(values);
  const always = values.length === trials.length;
  if (distinct.size === 0 || (distinct.size === 1 && always)) return undefined;
  const numbers = [...distinct].filter((value) => typeof value === 'number');
  return numbers.length === distinct.size
    ? numericScale(parameter, numbers)
    : categoryScale(parameter, [...distinct].map(String));
}

function numericScale(parameter: string, values: readonly number[]): ParameterScale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const logarithmic = isLogarithmic(values, low, high);
  const measure = logarithmic ? Math.log : (value: number): number => value;
  const span = measure(high) - measure(low);
  const place = (value: number): number => (span > 0 ? (measure(value) - measure(low)) / span : 0.5);
  const middle = logarithmic ? Math.sqrt(low * high) : (low + high) / 2;
  const whole = values.every(Number.isInteger) && !logarithmic;
  const between = whole ? Math.round(middle) : Number(middle.toPrecision(2));
  const ticks = [low, ...(between > low && between < high ? [between] : []), ...(high > low ? [high] : [])];
  return {
    parameter,
    place: (value) => (typeof value === 'number' && Number.isFinite(value) ? place(value) : undefined),
    ticks: ticks.map((value) => ({ place: place(value), text: formatNumber(Number(value.toPrecision(2))) })),
  };
}

/**
 * Whether positive values are spread by their logarithms: over more than a factor of 30, and with a median nearer to
 * the geometric middle of the ends than to the arithmetic one, which that of uniform values from near 0 is not.
 */
function isLogarithmic(values: readonly number[], low: number, high: number): boolean {
  if (!(low > 0 && high / low >= logarithmicFrom)) return false;
  const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return median ** 2 < Math.sqrt(low * high) * ((low + high) / 2);
}

function categoryScale(parameter: string, names: readonly string[]): ParameterScale {
  const sorted = names.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const index = new Map(sorted.map((category, i) => [category, i]));
  const place = (i: number): number => (sorted.length > 1 ? i / (sorted.length - 1) : 0.5);
  return {
    parameter,
    place: (value) => {
      const i = value === undefined ? undefined : index.get(String(value));
      return i === undefined ? undefined : place(i);
    },
    ticks: sorted
      .map((text, i) => ({ place: place(i), text }))
      .filter((_, i) => sorted.length <= namedCategories || i === 0 || i === sorted.length - 1),
  };
}
