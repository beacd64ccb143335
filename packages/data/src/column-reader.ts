import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import { InvalidValue, isMissing, isNumberType, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import type { CodeColumn, ColumnType, NumberColumn } from '@verdict/core';
import type { ColumnFacts } from './column-facts.ts';
import { findRows } from './find-rows.ts';
import { literal } from './engine.ts';
import { byCodePoint } from './locate.ts';
import type { Source, SourceColumn } from './source.ts';
import { labelOf, numberOf, textOf } from './source.ts';

/** Fills one column of a dataset from the chunks of a query. */
export interface ColumnReader {
  /** What the query must select for this column, in order. */
  readonly expressions: readonly string[];
  /** Takes the rows of a chunk; `first` is the chunk's column of the first expression. */
  take(chunk: DuckDBDataChunk, first: number, offset: number): void;
  finish(): NumberColumn | CodeColumn;
}

/** The items of a vector of fixed-width numbers: a view of DuckDB's own memory, valid until the next chunk. */
export function vectorItems<T extends Float64Array | Int32Array>(vector: DuckDBVector): T {
  return (vector as unknown as { items: T }).items;
}

/** What a text of a number-typed column stands for: undefined if it is not of the type; NaN if missing. */
export function parseAs(
  type: ColumnType,
  text: string,
  words: readonly [string, string] | undefined,
): number | undefined {
  if (isMissing(text)) return NaN;
  if (type === 'boolean') {
    const value = parseBoolean(text, words);
    return value === undefined ? undefined : Number(value);
  }
  if (type === 'datetime') return parseDateTime(text);
  const value = parseNumber(text);
  return type === 'integer' && value !== undefined && Number.isFinite(value) && !Number.isInteger(value)
    ? undefined
    : value;
}

/** What a value of the type looks like, for messages. */
export function describeType(type: ColumnType, words: readonly [string, string] | undefined): string {
  if (type === 'boolean') return words === undefined ? 'true or false' : `"${words[0]}" or "${words[1]}"`;
  if (type === 'datetime') return 'a date or date-time such as 2024-03-01 or 2024-03-01T12:30:00Z';
  return type === 'integer' ? 'a whole number' : 'a number';
}

export interface ReaderRequest {
  readonly source: Source;
  readonly column: SourceColumn;
  readonly type: ColumnType;
  readonly facts: ColumnFacts;
  readonly words: readonly [string, string] | undefined;
  readonly rowCount: number;
}

/** The cheapest reader that is right for the column. */
export async function makeReader(request: ReaderRequest): Promise<ColumnReader> {
  const { column, type, facts } = request;
  if (!isNumberType(type)) return lookupReader(request);
  const native = column.kind !== 'text';
  const fits =
    native &&
    (type === 'numeric' ||
      (type === 'integer' && (facts.integral || column.kind !== 'number')) ||
      (type === 'boolean' && column.kind === 'boolean') ||
      (type === 'datetime' && column.kind === 'datetime'));
  const plain = !native && facts.castable && (type === 'numeric' || (type === 'integer' && facts.integral));
  if (fits || plain) return directReader(request);
  if (facts.dictionary !== undefined || type === 'boolean') return lookupReader(request);
  return cellReader(request);
}

/** Numbers that DuckDB reads by itself. */
function directReader({ column, rowCount }: ReaderRequest): ColumnReader {
  const values = new Float64Array(new SharedArrayBuffer(rowCount * 8));
  return {
    expressions: [`coalesce(${numberOf(column)}, CAST('nan' AS DOUBLE))`],
    take(chunk, first, offset) {
      const items = vectorItems<Float64Array>(chunk.getColumnVector(first));
      // NaN has many bit patterns; one is kept, so that bytes can be compared and hashed.
      for (let i = 0; i < chunk.rowCount; i++) values[offset + i] = Number.isNaN(items[i]) ? NaN : items[i];
    },
    finish: () => ({ kind: 'number', name: column.name, values }),
  };
}

/** Texts through a dictionary of all of them: each different text is interpreted once. */
async function lookupReader(request: ReaderRequest): Promise<ColumnReader> {
  const { source, column, type, rowCount, words } = request;
  const text = textOf(column);
  const id = column.sql;
  await source.attempt(() =>
    source.engine.run(
      `CREATE OR REPLACE TEMP TABLE texts_${id} AS SELECT DISTINCT ${text} AS x FROM ${source.relation} WHERE ${column.sql} IS NOT NULL`,
    ),
  );
  await source.engine.run(`CREATE TYPE words_${id} AS ENUM (SELECT x FROM texts_${id} ORDER BY x)`);
  const texts = (await source.engine.rows(`SELECT x FROM texts_${id} ORDER BY x`)).map(([x]) => String(x));
  await source.engine.run(`DROP TABLE texts_${id}`);
  const expressions = [`CAST(coalesce(enum_code(CAST(${text} AS words_${id})) + 1, 0) AS INTEGER)`];
  if (isNumberType(type)) {
    const meanings = new Float64Array(texts.length + 1);
    meanings[0] = NaN;
    for (const [index, word] of texts.entries()) {
      const value = parseAs(type, word, words);
      if (value === undefined) throw await strayValue(request);
      meanings[index + 1] = value;
    }
    const values = new Float64Array(new SharedArrayBuffer(rowCount * 8));
    return {
      expressions,
      take(chunk, first, offset) {
        const codes = vectorItems<Int32Array>(chunk.getColumnVector(first));
        for (let i = 0; i < chunk.rowCount; i++) values[offset + i] = meanings[codes[i]];
      },
      finish: () => ({ kind: 'number', name: column.name, values }),
    };
  }
  const labels: string[] = [];
  const positions = new Map<string, number>();
  const meanings = new Int32Array(texts.length + 1).fill(-1);
  for (const [index, word] of texts.entries()) {
    if (isMissing(word)) continue;
    const label = labelOf(column.kind, word);
    let position = positions.get(label);
    if (position === undefined) {
      position = labels.length;
      positions.set(label, position);
      labels.push(label);
    }
    meanings[index + 1] = position;
  }
  const codes = new Int32Array(new SharedArrayBuffer(rowCount * 4));
  return {
    expressions,
    take(chunk, first, offset) {
      const raw = vectorItems<Int32Array>(chunk.getColumnVector(first));
      for (let i = 0; i < chunk.rowCount; i++) codes[offset + i] = meanings[raw[i]];
    },
    finish: () => orderLevels(column.name, codes, labels),
  };
}

/** Cell by cell, for columns of very many different texts. */
async function cellReader(request: ReaderRequest): Promise<ColumnReader> {
  const { source, column, type, rowCount, words } = request;
  const invalid = await findRows(source, column, (text) => parseAs(type, text, words) === undefined, 1);
  if (invalid.length > 0) throw strayError(request, invalid[0]);
  const values = new Float64Array(new SharedArrayBuffer(rowCount * 8));
  return {
    expressions: [textOf(column)],
    take(chunk, first, offset) {
      const cells = chunk.getColumnVector(first);
      for (let i = 0; i < chunk.rowCount; i++) {
        const cell = cells.getItem(i);
        values[offset + i] = cell === null ? NaN : (parseAs(type, String(cell), words) ?? NaN);
      }
    },
    finish: () => ({ kind: 'number', name: column.name, values }),
  };
}

/** Levels by falling count, then by code point; levels that no row has are dropped. */
function orderLevels(name: string, codes: Int32Array, labels: readonly string[]): CodeColumn {
  const counts = new Float64Array(labels.length);
  for (const code of codes) if (code >= 0) counts[code] += 1;
  const order = Array.from(labels.keys())
    .filter((code) => counts[code] > 0)
    .sort((a, b) => counts[b] - counts[a] || byCodePoint(labels[a], labels[b]));
  const places = new Int32Array(labels.length);
  for (const [place, code] of order.entries()) places[code] = place;
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) codes[i] = places[codes[i]];
  return { kind: 'code', name, codes, levels: order.map((code) => labels[code]) };
}

async function strayValue(request: ReaderRequest): Promise<InvalidValue> {
  const { source, column, type, words } = request;
  const [found] = await findRows(source, column, (text) => parseAs(type, text, words) === undefined, 1);
  return strayError(request, found);
}

function strayError({ source, column, type, words }: ReaderRequest, found: { row: number; text: string }): InvalidValue {
  return new InvalidValue({
    file: source.label,
    row: found.row,
    column: column.name,
    got: found.text,
    expected: describeType(type, words),
    hint: `Correct the value, leave the cell empty, or let the type of "${column.name}" be inferred.`,
  });
}

/** An SQL condition that a column has a value, given all its texts. */
export function presentCondition(column: SourceColumn, texts: Iterable<string>): string {
  const missing = [...texts].filter((text) => isMissing(text)).map(literal);
  const present = `${column.sql} IS NOT NULL`;
  return missing.length === 0 ? present : `(${present} AND ${textOf(column)} NOT IN (${missing.join(', ')}))`;
}
