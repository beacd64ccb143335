import { columnTypes } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';

/**
 * What the training data and its scores looked like, to tell drift from (`profile.json`). No value that
 * fewer than `minimumCount` rows have is in it.
 */
export interface Profile {
  readonly rowCount: number;
  readonly minimumCount: number;
  /** One per feature column, in the schema's order. */
  readonly columns: readonly ColumnProfile[];
  /** The distribution of the probabilities given. */
  readonly score: NumberProfile;
}

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly distribution: NumberProfile | LevelProfile;
}

/**
 * Counts of rows between edges that rise: bin k holds `edges[k-1] <= value < edges[k]`, the first and the
 * last are open. There is one bin more than edges; without any edge it holds all known values.
 */
export interface NumberProfile {
  readonly kind: 'number';
  readonly missing: number;
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Every known value is 0 or 1, so that the two bins are these two values. */
  readonly binary?: true;
}

/** Counts of rows per level, most frequent first; `other` counts the rows of all levels not listed. */
export interface LevelProfile {
  readonly kind: 'levels';
  readonly missing: number;
  readonly levels: readonly string[];
  readonly counts: readonly number[];
  readonly other: number;
}

/** The most bins or levels of one profile. */
const maximumProfileSize = 1000;

const count = { min: 0 } as const;

/** Reads a profile from JSON that is not trusted; throws InvalidModel. */
export function parseProfile(cursor: JsonCursor): Profile {
  const { rowCount, minimumCount, columns, score } = cursor.object([
    'rowCount',
    'minimumCount',
    'columns',
    'score',
  ]);
  const parsed = columns.array(1_000_000).map(parseColumn);
  if (new Set(parsed.map(({ name }) => name)).size < parsed.length) columns.fail('a column comes twice');
  return {
    rowCount: rowCount.integer(count),
    minimumCount: minimumCount.integer({ min: 1 }),
    columns: parsed,
    score: parseNumberProfile(score),
  };
}

function parseColumn(cursor: JsonCursor): ColumnProfile {
  const { name, type, distribution } = cursor.object(['name', 'type', 'distribution']);
  return {
    name: name.string(),
    type: type.oneOf(columnTypes),
    distribution:
      distribution.peek('kind').oneOf(['number', 'levels']) === 'number'
        ? parseNumberProfile(distribution)
        : parseLevelProfile(distribution),
  };
}

function parseNumberProfile(cursor: JsonCursor): NumberProfile {
  const { kind, missing, edges, counts, binary } = cursor.object(
    ['kind', 'missing', 'edges', 'counts'],
    ['binary'],
  );
  const values = edges.numbers(maximumProfileSize);
  if (values.some((value, i) => i > 0 && value <= values[i - 1])) edges.fail('the edges do not rise');
  const parsed = parseCounts(counts, values.length + 1);
  if (binary !== undefined && !(binary.boolean() && values.length === 1 && values[0] > 0 && values[0] <= 1))
    binary.fail('it may only be true, of two bins with an edge between 0 and 1');
  return {
    kind: kind.oneOf(['number']),
    missing: missing.integer(count),
    edges: values,
    counts: parsed,
    ...(binary === undefined ? {} : { binary: true }),
  };
}

function parseLevelProfile(cursor: JsonCursor): LevelProfile {
  const { kind, missing, levels, counts, other } = cursor.object([
    'kind',
    'missing',
    'levels',
    'counts',
    'other',
  ]);
  const names = levels.array(maximumProfileSize).map((level) => level.string(2_000_000));
  if (new Set(names).size < names.length) levels.fail('a level comes twice');
  return {
    kind: kind.oneOf(['levels']),
    missing: missing.integer(count),
    levels: names,
    counts: parseCounts(counts, names.length),
    other: other.integer(count),
  };
}

function parseCounts(cursor: JsonCursor, expected: number): number[] {
  const parsed = cursor.array(maximumProfileSize + 1).map((item) => item.integer(count));
  if (parsed.length !== expected) cursor.fail(`expected ${expected} counts, got ${parsed.length}`);
  return parsed;
}
