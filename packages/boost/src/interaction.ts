import { InvalidOption } from '@verdict/core';
import { positionOf } from './monotone.ts';

/** Groups of columns, by position or name: a path of a tree uses columns of one group only, as in XGBoost. */
export type InteractionConstraints = readonly (readonly (number | string)[])[];

/**
 * What has been used on the way to a node, and what may be used there.
 *
 * @internal
 */
export interface InteractionState {
  /** Columns of the splits above, ascending. */
  readonly used: readonly number[];
  /** 1 for each column that the node may be split on. */
  readonly allowed: Uint8Array;
}

/**
 * @throws InvalidOption unless the value is a list of lists of positions and names
 *
 * @internal
 */
export function checkInteractionShape(option: string, value: unknown): void {
  const expected = 'a list of groups, each a list of column positions or names';
  if (!Array.isArray(value)) throw new InvalidOption({ option, got: value, expected });
  for (const [at, group] of value.entries()) {
    const entries: readonly unknown[] | undefined = Array.isArray(group) ? group : undefined;
    const fits = entries?.every(
      (entry) => typeof entry === 'string' || (Number.isInteger(entry) && Number(entry) >= 0),
    );
    if (fits !== true) throw new InvalidOption({ option: `${option}[${at}]`, got: group, expected });
  }
}

/**
 * The groups of a job. Columns of no group may be used at the root, and below it only alone: a node may be split on
 * the columns used above it and on those of every group that holds all of these.
 *
 * @internal
 */
export class InteractionRules {
  readonly #columns: number;
  readonly #groups: readonly ReadonlySet<number>[];
  readonly #states = new Map<string, InteractionState>();

  /** @throws InvalidOption for a column that does not exist */
  constructor(constraints: InteractionConstraints, names: readonly string[]) {
    const option = 'interaction_constraints';
    this.#columns = names.length;
    this.#groups = constraints.map(
      (group) =>
        new Set(
          group.map((entry) => {
            if (typeof entry === 'string') return positionOf(entry, names, option);
            if (entry < names.length) return entry;
            throw new InvalidOption({ option, got: entry, expected: `positions below ${names.length}` });
          }),
        ),
    );
  }

  /**
   * The state of both children of a split.
   *
   * @param above state of the node that is split; undefined for the root
   */
  after(above: InteractionState | undefined, feature: number): InteractionState {
    const used = above?.used ?? [];
    if (above !== undefined && used.includes(feature)) return above;
    const extended = [...used, feature].sort((a, b) => a - b);
    const key = extended.join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const allowed = new Uint8Array(this.#columns);
    for (const column of extended) allowed[column] = 1;
    for (const group of this.#groups) {
      if (!extended.every((column) => group.has(column))) continue;
      for (const column of group) allowed[column] = 1;
    }
    const state = { used: extended, allowed };
    this.#states.set(key, state);
    return state;
  }
}

/**
 * Of the positions among a tree's columns that were drawn for a node (undefined: all), those that it may be split on.
 *
 * @param columns of the tree
 *
 * @internal
 */
export function allowedPositions(
  state: InteractionState | undefined,
  drawn: Int32Array | undefined,
  columns: Int32Array,
): Int32Array | undefined {
  if (state === undefined) return drawn;
  const positions = drawn ?? columns.map((_, position) => position);
  return positions.filter((position) => state.allowed[columns[position]] === 1);
}
