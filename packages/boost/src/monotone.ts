import { InvalidOption, nearest } from '@verdict/core';
import { checkKind } from './argument-checks.ts';
import type { FeatureType } from './matrix.ts';

/**
 * In which columns predictions may only rise (1) or fall (-1): a list with an entry for each column, or an object
 * by name. 0 stands for no constraint.
 */
export type MonotoneConstraints = readonly number[] | Readonly<Record<string, number>>;

/**
 * What the leaves below a node may say, so that the constraints above it hold.
 *
 * @internal
 */
export interface WeightBounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The bounds of a root.
 *
 * @internal
 */
export const unbounded: WeightBounds = { lower: -Infinity, upper: Infinity };

/**
 * @throws InvalidOption unless all entries are -1, 0 or 1
 *
 * @internal
 */
export function checkMonotoneShape(option: string, value: unknown): void {
  const expected = 'a list with -1, 0 or 1 for each column, or an object of these by column name';
  checkKind(option, value, ['Array', 'Object'], expected);
  const wrong = Object.entries(value as object).find(
    ([, entry]) => entry !== -1 && entry !== 0 && entry !== 1,
  );
  if (wrong === undefined) return;
  throw new InvalidOption({ option: `${option}[${wrong[0]}]`, got: wrong[1], expected: '-1, 0 or 1' });
}

/**
 * One direction for each column; undefined if no column has one.
 *
 * @throws InvalidOption for a list of another length, an unknown name, or a categorical column
 *
 * @internal
 */
export function resolveMonotone(
  constraints: MonotoneConstraints | undefined,
  names: readonly string[],
  types: readonly FeatureType[],
): Int8Array | undefined {
  if (constraints === undefined) return undefined;
  const option = 'monotone_constraints';
  const directions = new Int8Array(names.length);
  if (isList(constraints)) {
    if (constraints.length !== names.length) {
      const expected = `an entry for each of the ${names.length} columns`;
      throw new InvalidOption({ option, got: constraints.length, expected });
    }
    directions.set(constraints);
  } else {
    for (const [name, direction] of Object.entries(constraints)) {
      directions[positionOf(name, names, option)] = direction;
    }
  }
  const wrong = directions.findIndex((direction, f) => direction !== 0 && types[f] === 'c');
  if (wrong >= 0) {
    throw new InvalidOption({
      option: `${option}[${JSON.stringify(names[wrong])}]`,
      got: directions[wrong],
      expected: '0, as categories have no order',
    });
  }
  return directions.some((direction) => direction !== 0) ? directions : undefined;
}

/**
 * Bounds of the children of a split, as XGBoost propagates them: under a constraint, the side that must not exceed
 * the other stays below the middle of the two best weights, the other one above it.
 *
 * @param left best weight of the left child within the bounds of the parent
 * @param right best weight of the right child within them
 *
 * @internal
 */
export function boundChildren(
  direction: number,
  bounds: WeightBounds,
  left: number,
  right: number,
): [left: WeightBounds, right: WeightBounds] {
  if (direction === 0) return [bounds, bounds];
  const middle = (left + right) / 2;
  const [low, high] = [
    { lower: bounds.lower, upper: middle },
    { lower: middle, upper: bounds.upper },
  ];
  return direction > 0 ? [low, high] : [high, low];
}

/**
 * The position of a column in a constraint.
 *
 * @throws InvalidOption with what was probably meant
 *
 * @internal
 */
export function positionOf(name: string, names: readonly string[], option: string): number {
  const position = names.indexOf(name);
  if (position >= 0) return position;
  const near = nearest(name, names);
  const hint = near.length > 0 ? ` (did you mean ${near.map((n) => JSON.stringify(n)).join(' or ')}?)` : '';
  throw new InvalidOption({ option, got: name, expected: `names of columns${hint}` });
}

function isList(constraints: MonotoneConstraints): constraints is readonly number[] {
  return Array.isArray(constraints);
}
