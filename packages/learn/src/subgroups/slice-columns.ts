import type { Column, ColumnSchema, Dataset } from '@verdict/core';
import type { Bundle, LevelProfile, NumberProfile } from '../bundle/index.ts';
import { inputColumns } from '../features/input-column.ts';
import { binOf, cellWords, levelName, writtenCell } from '../reasons/index.ts';

/** One condition on a column: it has a level, lies in a range, or is missing. */
export type SliceCondition =
  | { readonly kind: 'level'; readonly column: string; readonly level: string }
  | {
      readonly kind: 'range';
      readonly column: string;
      /** Smallest value that belongs to it, as a file would write it; left out if there is no lower end. */
      readonly from?: number | string;
      /** Smallest value that no longer belongs to it. */
      readonly to?: number | string;
    }
  | { readonly kind: 'missing'; readonly column: string };

/** A column cut into parts that no row is in twice. */
export interface SliceColumn {
  readonly name: string;
  readonly conditions: readonly SliceCondition[];
  /** The place of each row's condition; `noCondition` where none holds. */
  codes(dataset: Dataset): Uint8Array;
}

/** What stands for a row that is in no part of its column, such as one with a rare level. */
export const noCondition = 255;

/** Ranges that a number column is cut into, of about equally many training rows. */
const RANGES = 5;
/** Levels of a category that are looked at, the most frequent first. */
const MOST_LEVELS = 40;
/** Columns that are looked at, those that the trees gain most by first. */
const MOST_COLUMNS = 50;

/**
 * How a model's columns are cut into slices: numbers at the fifths of the training rows, categories by level, and
 * missing values by themselves. Everything comes from the bundle, so that no row that judges has a say in it and
 * no value that fewer than five training rows have is named.
 */
export function sliceColumns(bundle: Pick<Bundle, 'schema' | 'profile' | 'plan' | 'booster'>): SliceColumn[] {
  const { schema, profile } = bundle;
  const schemas = new Map(schema.columns.map((column) => [column.name, column]));
  const gains = sourceGains(bundle);
  return profile.columns
    .toSorted((a, b) => (gains.get(b.name) ?? 0) - (gains.get(a.name) ?? 0))
    .slice(0, MOST_COLUMNS)
    .flatMap(({ name, distribution }) => {
      const column = schemas.get(name);
      if (column === undefined) return [];
      return distribution.kind === 'number'
        ? numberSlices(column, distribution)
        : levelSlices(column, distribution);
    });
}

/** What the trees gain by each of the user's columns. */
function sourceGains({ plan, booster }: Pick<Bundle, 'plan' | 'booster'>): Map<string, number> {
  const gains = new Map<string, number>();
  const features = booster?.importance('total_gain');
  for (const { name, sources } of plan.outputs) {
    const share = (features?.get(name) ?? 0) / sources.length;
    for (const source of sources) gains.set(source, (gains.get(source) ?? 0) + share);
  }
  return gains;
}

function numberSlices(column: ColumnSchema, { edges, counts }: NumberProfile): SliceColumn[] {
  const cuts = fifths(edges, counts);
  const { name } = column;
  const written = (edge: number): number | string => writtenCell(edge, column) ?? edge;
  const conditions: SliceCondition[] = Array.from({ length: cuts.length + 1 }, (_, bin) => ({
    kind: 'range',
    column: name,
    ...(bin === 0 ? {} : { from: written(cuts[bin - 1]) }),
    ...(bin === cuts.length ? {} : { to: written(cuts[bin]) }),
  }));
  const missing = conditions.push({ kind: 'missing', column: name }) - 1;
  return [
    {
      name,
      conditions,
      codes: (dataset) =>
        rowCodes(read(dataset, column), (cell) =>
          cell === null ? missing : typeof cell === 'number' ? binOf(cell, cuts) : noCondition,
        ),
    },
  ];
}

/** The edges nearest to the fifths of the known values; fewer where values are few. */
function fifths(edges: readonly number[], counts: readonly number[]): number[] {
  const known = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  const shares = edges.map((_, i) => (before += counts[i]) / known);
  const cuts = new Set<number>();
  for (let k = 1; k < RANGES && edges.length > 0; k++) {
    const distance = (i: number): number => Math.abs(shares[i] - k / RANGES);
    cuts.add(edges.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0));
  }
  return [...cuts].sort((a, b) => a - b).map((i) => edges[i]);
}

function levelSlices(column: ColumnSchema, { levels }: LevelProfile): SliceColumn[] {
  const { name } = column;
  const shown = levels.slice(0, MOST_LEVELS);
  const conditions: SliceCondition[] = shown.map((level) => ({
    kind: 'level',
    column: name,
    level: column.type === 'boolean' ? String(writtenCell(Number(level === 'true'), column)) : level,
  }));
  const missing = conditions.push({ kind: 'missing', column: name }) - 1;
  const places = new Map(shown.map((level, place) => [level, place]));
  return [
    {
      name,
      conditions,
      codes: (dataset) =>
        rowCodes(read(dataset, column), (cell) =>
          cell === null ? missing : (places.get(levelName(cell)) ?? noCondition),
        ),
    },
  ];
}

function read(dataset: Dataset, column: ColumnSchema): Column {
  return inputColumns(dataset, [column])[0];
}

function rowCodes(column: Column, codeOf: (cell: number | string | null) => number): Uint8Array {
  if (column.kind === 'number')
    return Uint8Array.from(column.values, (value) => codeOf(Number.isNaN(value) ? null : value));
  const byLevel = column.levels.map((level) => codeOf(level));
  const missing = codeOf(null);
  return Uint8Array.from(column.codes, (code) => (code < 0 ? missing : byLevel[code]));
}

/** Conditions in words: `state is NJ and total_day_minutes is from 216.2 to below 240`. */
export function conditionWords(conditions: readonly SliceCondition[]): string {
  return conditions.map(oneCondition).join(' and ');
}

function oneCondition(condition: SliceCondition): string {
  const { column } = condition;
  if (condition.kind === 'missing') return `${column} is missing`;
  if (condition.kind === 'level') return `${column} is ${cellWords(condition.level)}`;
  const { from, to } = condition;
  if (from === undefined)
    return to === undefined ? `${column} is known` : `${column} is below ${cellWords(to)}`;
  if (to === undefined) return `${column} is ${cellWords(from)} or more`;
  return `${column} is from ${cellWords(from)} to below ${cellWords(to)}`;
}
