import { isMissing } from '@verdict/core';
import type { CodeColumn } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';
import { compareCodePoints } from './code-points.ts';

/** The most levels that a plan may hold: those of models from elsewhere can be many. */
const mostStoredLevels = 1_000_000;

/** The most levels that a fitted step gives a value of their own, where it is not bound to fewer. */
export const mostFittedLevels = 100_000;

/** The code columns' types. */
export const levelTypes = ['category', 'text', 'identifier', 'constant'] as const;

/** The levels of a column that are common enough to be told apart. */
export interface CommonLevels {
  /** The most frequent first, ties by code point. */
  readonly levels: readonly string[];
  /** Rows with each of them; as many. */
  readonly counts: readonly number[];
  /** Are there levels beside these? */
  readonly rare: boolean;
}

/** The levels that at least `minimumCount` rows have, and at most `most` of them. */
export function commonLevels(column: CodeColumn, minimumCount: number, most: number): CommonLevels {
  const all = levelCounts(column);
  const common = [...all]
    .filter(([, count]) => count >= minimumCount)
    .sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
    .slice(0, most);
  return {
    levels: common.map(([level]) => level),
    counts: common.map(([, count]) => count),
    rare: common.length < all.size,
  };
}

/**
 * From a level's text to its place in the list, or `unknown`. Blanks around a level do not count, as in reading,
 * unless the level was known with them. A word for "missing" that is no level of the list stays missing (NaN).
 */
export function levelLookup(levels: readonly string[], unknown: number): (level: string) => number {
  const places = new Map(levels.map((level, place) => [level, place]));
  return (level) => places.get(level) ?? places.get(level.trim()) ?? (isMissing(level) ? NaN : unknown);
}

/** From a level's text to the value of its place in the list, or `unknown`; missing is NaN. */
export function levelValueLookup(
  levels: readonly string[],
  values: readonly number[],
  unknown: number,
): (level: string) => number {
  const placeOf = levelLookup(levels, levels.length);
  return (level) => {
    const place = placeOf(level);
    if (Number.isNaN(place)) return NaN;
    return place < levels.length ? values[place] : unknown;
  };
}

/** A value for each row by its level; missing is NaN. The dictionary is translated once per level, not per row. */
export function levelValues(column: CodeColumn, valueOf: (level: string) => number): Float32Array {
  const { codes, levels } = column;
  const values = Float32Array.from(levels, valueOf);
  const out = new Float32Array(codes.length);
  for (let row = 0; row < codes.length; row++) out[row] = codes[row] < 0 ? NaN : values[codes[row]];
  return out;
}

/** The place of each row's level by `placeOf`; missing is -1. */
export function levelPlaces(column: CodeColumn, placeOf: (level: string) => number): Int32Array {
  const { codes, levels } = column;
  const places = Int32Array.from(levels, (level) => {
    const place = placeOf(level);
    return Number.isNaN(place) ? -1 : place;
  });
  return codes.map((code) => (code < 0 ? -1 : places[code]));
}

/** Reads a list of levels, each once, from JSON that is not trusted. */
export function parseLevels(cursor: JsonCursor): string[] {
  const levels = cursor.array(mostStoredLevels).map((level) => level.string(2_000_000));
  if (new Set(levels).size < levels.length) cursor.fail('a level comes twice');
  return levels;
}

/** How many rows have each level; levels that no row has are left out. */
function levelCounts({ codes, levels }: CodeColumn): Map<string, number> {
  const byCode = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) byCode[code]++;
  const counts = new Map<string, number>();
  levels.forEach((level, code) => {
    if (byCode[code] > 0) counts.set(level, (counts.get(level) ?? 0) + byCode[code]);
  });
  return counts;
}
