import type { CodeColumn } from '@verdict/core';
import { isMissing, parseNumber } from '@verdict/core';
import { compareCodePoints } from '../features/code-points.ts';
import { shortestBetween } from '../features/shortest-number.ts';

/** Rows by group; groups that are too few to be named are told by their number only. */
export interface GroupedRows {
  /** Names of the groups, null for the rows without a value. */
  readonly groups: readonly (string | null)[];
  /** The group of each row, -1 for rows of groups that are not named. */
  readonly groupOfRow: Int32Array;
  /** Groups of fewer than five rows, and beyond the hundred largest. */
  readonly hidden: { readonly groups: number; readonly rows: number };
}

/** Groups of fewer rows are not named. */
const NAMED_FROM = 5;
const MOST_GROUPS = 100;
/** A column of numbers with more values than this is cut into quarters. */
const MOST_NUMBERS = 10;
const QUARTERS = 4;

/**
 * The groups that a column parts the rows into: its values, as they are spelt, and the rows without one. Numbers of
 * more than ten values become quarters of equally many rows, cut between two values so that none can be read off.
 *
 * @param column texts just as the file has them
 */
export function groupRows(column: CodeColumn): GroupedRows {
  const names = column.levels.map((level) => (isMissing(level) ? null : level.trim()));
  const rows = new Float64Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) rows[code]++;
  const quarters = quartersOf(names, rows);
  const labels = quarters?.labels ?? names;

  const counts = new Map<string | null, number>();
  const nameOf = (code: number): string | null => (code < 0 ? null : labels[code]);
  for (const code of column.codes) counts.set(nameOf(code), (counts.get(nameOf(code)) ?? 0) + 1);
  const named = [...counts]
    .filter(([, count]) => count >= NAMED_FROM)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_GROUPS)
    .map(([name]) => name);
  // Quarters in the order of their values, other groups by name, rows without a value last.
  named.sort((a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return quarters === undefined
      ? compareCodePoints(a, b)
      : quarters.names.indexOf(a) - quarters.names.indexOf(b);
  });
  const places = new Map(named.map((name, place) => [name, place]));
  const groupOfRow = Int32Array.from(column.codes, (code) => places.get(nameOf(code)) ?? -1);
  return {
    groups: named,
    groupOfRow,
    hidden: {
      groups: counts.size - named.length,
      rows: groupOfRow.reduce((sum, group) => sum + (group < 0 ? 1 : 0), 0),
    },
  };
}

/** The quarters in ascending order, and that of each level; undefined if the levels are no long list of numbers. */
function quartersOf(
  names: readonly (string | null)[],
  rows: Float64Array,
): { readonly names: readonly string[]; readonly labels: readonly (string | null)[] } | undefined {
  const values = names.map((name) => (name === null ? NaN : (parseNumber(name) ?? Infinity)));
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i]) && rows[i] > 0);
  if (known.some((i) => !Number.isFinite(values[i]))) return undefined;
  if (new Set(known.map((i) => values[i])).size <= MOST_NUMBERS) return undefined;
  known.sort((a, b) => values[a] - values[b]);
  const total = known.reduce((sum, i) => sum + rows[i], 0);
  const cuts: number[] = [];
  let before = 0;
  known.forEach((i, place) => {
    before += rows[i];
    const next = known.at(place + 1);
    if (next === undefined || values[next] === values[i]) return;
    if (before < ((cuts.length + 1) * total) / QUARTERS || cuts.length >= QUARTERS - 1) return;
    const cut = shortestBetween(values[i], values[next]);
    if (cut !== undefined) cuts.push(cut);
  });
  const quarters = Array.from({ length: cuts.length + 1 }, (_, bin) => {
    if (cuts.length === 0) return 'all';
    if (bin === 0) return `below ${cuts[0]}`;
    return bin === cuts.length ? `${cuts[bin - 1]} or more` : `${cuts[bin - 1]} to below ${cuts[bin]}`;
  });
  return {
    names: quarters,
    labels: values.map((value) =>
      Number.isNaN(value) ? null : quarters[cuts.filter((cut) => cut <= value).length],
    ),
  };
}
