import type { Column } from '@verdict/core';
import { compareCodePoints } from '../features/code-points.ts';
import type { FeatureInput } from '../features/index.ts';
import { binValues } from './value-bins.ts';

/** The values of one of the user's columns as they may be shown. */
export type ValueScale =
  | {
      readonly kind: 'number' | 'datetime';
      /** Ascending; milliseconds since 1970 UTC for date-times. */
      readonly values: readonly number[];
      /** Rows of the table at each value. */
      readonly counts: readonly number[];
    }
  | {
      readonly kind: 'level';
      /** The most frequent first; a last null stands for all levels that are not named. */
      readonly levels: readonly (string | null)[];
      /** Rows of the table with each level. */
      readonly counts: readonly number[];
    };

/** One of the user's columns as it may be shown, and where its rows lie. */
export interface ShownColumn {
  readonly column: string;
  readonly scale: ValueScale;
  /** For each of the rows asked for, the place of its value on the scale; -1 where it is missing. */
  readonly places: readonly number[];
  /** Rows of the table without a value. */
  readonly missing: number;
}

/** How much of a column is shown. */
export interface ShownOptions {
  /** Nothing that fewer rows have is shown. */
  readonly minimumCount: number;
  /** Most different numbers. */
  readonly maximumBins: number;
  /** Most levels with a name. */
  readonly maximumLevels: number;
}

/**
 * Describes a column by values that at least `minimumCount` rows have or share: numbers and date-times in bins
 * (see `binValues`), levels and booleans by name, the rare ones together.
 *
 * @param column all rows of the table, which decide what is rare
 * @param rows the rows whose places are asked for
 */
export function showColumn(
  input: Pick<FeatureInput, 'name' | 'type' | 'words'>,
  column: Column,
  rows: Uint32Array,
  options: ShownOptions,
): ShownColumn {
  if (column.kind === 'number' && input.type !== 'boolean') {
    const bins = binValues(column.values, options);
    return {
      column: input.name,
      scale: {
        kind: input.type === 'datetime' ? 'datetime' : 'number',
        values: bins.values,
        counts: bins.counts,
      },
      places: Array.from(rows, (row) => bins.place(column.values[row])),
      missing: column.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0),
    };
  }
  const { names, levelOf } = levelsOf(input, column);
  const length = column.kind === 'number' ? column.values.length : column.codes.length;
  const counts = new Map<string, number>();
  let missing = 0;
  for (let row = 0; row < length; row++) {
    const level = levelOf(row);
    if (level < 0) missing++;
    else counts.set(names[level], (counts.get(names[level]) ?? 0) + 1);
  }
  const named = [...counts]
    .filter(([, count]) => count >= options.minimumCount)
    .sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
    .slice(0, options.maximumLevels);
  const others = length - missing - named.reduce((sum, [, count]) => sum + count, 0);
  const placeOf = new Map(named.map(([name], place) => [name, place]));
  return {
    column: input.name,
    scale: {
      kind: 'level',
      levels: [...named.map(([name]) => name), ...(others > 0 ? [null] : [])],
      counts: [...named.map(([, count]) => count), ...(others > 0 ? [others] : [])],
    },
    places: Array.from(rows, (row) => {
      const level = levelOf(row);
      return level < 0 ? -1 : (placeOf.get(names[level]) ?? named.length);
    }),
    missing,
  };
}

/** The names of a column's levels, and the level of each row; -1 is missing. */
function levelsOf(
  { words = ['false', 'true'] }: Pick<FeatureInput, 'words'>,
  column: Column,
): { names: readonly string[]; levelOf: (row: number) => number } {
  if (column.kind === 'code') return { names: column.levels, levelOf: (row) => column.codes[row] };
  return {
    names: words,
    levelOf: (row) => (Number.isNaN(column.values[row]) ? -1 : column.values[row] === 0 ? 0 : 1),
  };
}
