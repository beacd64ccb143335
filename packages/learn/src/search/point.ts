import { defaultParams } from '@verdict/boost';
import type { Random } from '@verdict/core';
import { patienceFor } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { configurationOf } from './parameter-names.ts';
import type { ParameterValue } from './parameter-names.ts';
import type { CheckedSpace, Dimension, NumberDimension } from './space.ts';

/**
 * A place in a space: for each dimension the number, or the position of the choice; undefined where its condition
 * does not hold.
 */
export type Point = readonly (number | undefined)[];

/** Most rounds of a space that does not say how many; early stopping ends most trainings before. */
const MOST_ROUNDS = 3000;

/** A point at random: each dimension evenly, in its logarithm where the space says so. */
export function samplePoint(space: CheckedSpace, random: Random): Point {
  return activate(
    space,
    space.dimensions.map((dimension) => {
      if (dimension.kind === 'choice') return random.integer(dimension.choices.length);
      const { low, high } = innerRange(dimension);
      return fromInner(dimension, low + (high - low) * random.float());
    }),
  );
}

/** The ends of a dimension in the scale that is searched evenly; whole numbers take half of one more on each side. */
export function innerRange({ low, high, log, integer }: NumberDimension): {
  readonly low: number;
  readonly high: number;
} {
  const margin = integer ? 0.5 : 0;
  const scale = log ? Math.log : (value: number): number => value;
  return { low: scale(low - margin), high: scale(high + margin) };
}

/** A number in the scale that is searched evenly. */
export function toInner({ log }: NumberDimension, value: number): number {
  return log ? Math.log(value) : value;
}

/** A number of the dimension from the scale that is searched evenly. */
export function fromInner({ low, high, log, integer }: NumberDimension, inner: number): number {
  const value = log ? Math.exp(inner) : inner;
  return Math.min(high, Math.max(low, integer ? Math.round(value) : value));
}

/** The point without what its conditions turn off. */
export function activate({ dimensions, fixed }: CheckedSpace, point: Point): Point {
  const values: Record<string, ParameterValue> = { ...fixed };
  return dimensions.map((dimension, d) => {
    const value = point[d];
    const active = Object.entries(dimension.when ?? {}).every(([name, wanted]) => values[name] === wanted);
    if (!active || value === undefined) {
      if (dimension.otherwise !== undefined) values[dimension.name] = dimension.otherwise;
      return undefined;
    }
    values[dimension.name] = valueOf(dimension, value);
    return value;
  });
}

function valueOf(dimension: Dimension, value: number): ParameterValue {
  return dimension.kind === 'choice' ? dimension.choices[value] : value;
}

/** The configuration at a point. */
export function toConfiguration({ dimensions, fixed }: CheckedSpace, point: Point): Configuration {
  const values: Record<string, ParameterValue> = { ...fixed };
  dimensions.forEach((dimension, d) => {
    const value = point[d];
    if (value !== undefined) values[dimension.name] = valueOf(dimension, value);
    else if (dimension.otherwise !== undefined) values[dimension.name] = dimension.otherwise;
  });
  const { learning_rate: rate = defaultParams.learning_rate } = values;
  return configurationOf(values, MOST_ROUNDS, patienceFor(Number(rate)));
}

/**
 * Where a configuration lies, numbers beyond a range on its end; undefined if it differs from the whole space in a
 * parameter that is not searched, or in a choice that there is not. Rounds and early stopping do not count: they
 * follow from the learning rate.
 */
export function toPoint(space: CheckedSpace, { params, rounds }: Configuration): Point | undefined {
  const { dimensions, fixed } = space;
  const standard: Record<string, unknown> = { ...defaultParams, ...fixed };
  const given: Record<string, unknown> = { ...defaultParams, ...params, rounds };
  const searched = new Set(dimensions.map(({ name }) => name));
  const differs = Object.keys(defaultParams).some(
    (name) => name !== 'seed' && !searched.has(name) && given[name] !== standard[name],
  );
  if (differs) return undefined;
  const point = dimensions.map((dimension) => {
    const value = given[dimension.name];
    if (dimension.kind === 'number') {
      return typeof value === 'number' ? Math.min(dimension.high, Math.max(dimension.low, value)) : undefined;
    }
    const at = dimension.choices.findIndex((choice) => choice === value);
    return at < 0 ? undefined : at;
  });
  const active = activate(space, point);
  // A choice that the space does not have is no place in it, unless it is turned off.
  const lost = active.some((value, d) => value === undefined && isActive(space, active, d));
  return lost ? undefined : active;
}

function isActive({ dimensions, fixed }: CheckedSpace, point: Point, at: number): boolean {
  return Object.entries(dimensions[at].when ?? {}).every(([name, wanted]) => {
    if (Object.hasOwn(fixed, name)) return fixed[name] === wanted;
    const d = dimensions.findIndex((dimension) => dimension.name === name);
    const value = point[d];
    return value === undefined
      ? dimensions[d].otherwise === wanted
      : valueOf(dimensions[d], value) === wanted;
  });
}
