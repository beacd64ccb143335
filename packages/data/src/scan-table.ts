import { ColumnMissing, InvalidValue, isMissing, isNumberType } from '@verdict/core';
import type { CodeColumn, Column, ColumnSchema, Dataset, NumberColumn, Schema } from '@verdict/core';
import type { Chunk } from './engine.ts';
import { describeType, parseAs } from './cell-types.ts';
import type { SourceColumn } from './source.ts';
import { requireMemory } from './memory.ts';
import { labelOf, numberOf, Source } from './source.ts';
import { labelIndex } from './target.ts';
import { presentText, TextDictionary } from './text-collector.ts';
import { textWords, vectorItems } from './vector-access.ts';

export interface ScanOptions {
  /** Rows a batch at most, and at most 4 million cells. Default: 65,536. */
  readonly batchRows?: number;
  /** Reads target and weight too. Default: false. */
  readonly withTarget?: boolean;
  /** Columns to add behind those of the schema, as texts just as the file has them; empty is missing. Default: none. */
  readonly keep?: readonly string[];
  /** Bytes that the caller keeps of each row, and of each value that is read. Default: 0. */
  readonly bytesPerRow?: number;
  readonly bytesPerValue?: number;
  /** Bytes of memory that may be used, if the caller keeps something. Default: what the machine has. */
  readonly memory?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

const defaultBatch = 65_536;
const mostCells = 2 ** 22;

/**
 * Reads the features of a schema from a file in batches of bounded memory, in schema order: for prediction,
 * and with `withTarget` (which adds target and weight in their places) for evaluation. Types are those of the
 * schema; other columns are ignored; an optional column that the file lacks is missing in every row. A
 * category value that training did not know is kept; levels belong to the batch. The target's levels are
 * [negative, positive]; rows without a target have code -1. Columns to keep come last, also if they are features.
 *
 * @throws ColumnMissing, InvalidValue with file, row and column, and what reading a file throws
 */
export async function* scanTable(
  file: string,
  schema: Schema,
  options: ScanOptions = {},
): AsyncGenerator<Dataset> {
  const source = await Source.open(file, options);
  try {
    const wanted = schema.columns.filter(
      ({ role }) =>
        role === 'feature' || (options.withTarget === true && (role === 'target' || role === 'weight')),
    );
    const { bytesPerRow = 0, bytesPerValue = 0, memory } = options;
    if (bytesPerRow + bytesPerValue > 0) {
      const rows = await source.estimateRows();
      const bytes = rows * (bytesPerRow + bytesPerValue * wanted.length);
      requireMemory({ label: source.label, rows, columns: wanted.length, bytes, memory });
    }
    const affordable = mostCells / Math.max(1, wanted.length + (options.keep?.length ?? 0));
    const batchRows = Math.max(1, Math.floor(Math.min(options.batchRows ?? defaultBatch, affordable)));
    const columns = new Map(source.columns.map((column) => [column.name, column]));
    const builders = [
      ...wanted.map((column) => makeBuilder(source, schema, column, columns.get(column.name))),
      ...(options.keep ?? []).map((name) => keptBuilder(source, source.column(name))),
    ];
    const expressions = builders.flatMap((builder) => builder.expressions);
    let batch = new Batch(builders, batchRows, 0);
    let row = 0;
    for await (const chunk of source.chunks(expressions)) {
      let taken = 0;
      while (taken < chunk.rowCount) {
        taken += batch.take(chunk, taken);
        if (batch.rowCount < batchRows) continue;
        row += batch.rowCount;
        yield batch.finish();
        batch = new Batch(builders, batchRows, row);
      }
    }
    if (batch.rowCount > 0) yield batch.finish();
  } finally {
    await source.close();
  }
}

/** Columns of an open source as texts just as the file has them, empty ones missing, in the order of the rows. */
export async function readTexts(
  source: Source,
  names: readonly string[],
  rowCount: number,
): Promise<readonly CodeColumn[]> {
  const builders = names.map((name) => keptBuilder(source, source.column(name)));
  const batch = new Batch(builders, rowCount, 0);
  const expressions = builders.flatMap((builder) => builder.expressions);
  for await (const chunk of source.chunks(expressions)) batch.take(chunk, 0);
  return batch.finish().columns.filter((column) => column.kind === 'code');
}

/** Where a builder puts the values of rows `from` to `to` of a chunk. */
interface Span {
  readonly chunk: Chunk;
  readonly first: number;
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** 1-based number in the file of the row at `from`. */
  readonly row: number;
}

interface Builder {
  readonly expressions: readonly string[];
  start(rows: number): Filling;
}

interface Filling {
  take(span: Span): void;
  finish(rows: number): Column;
}

class Batch {
  rowCount = 0;
  readonly #builders: readonly Builder[];
  readonly #fillings: readonly Filling[];
  readonly #capacity: number;
  readonly #row: number;

  constructor(builders: readonly Builder[], capacity: number, row: number) {
    this.#builders = builders;
    this.#fillings = builders.map((builder) => builder.start(capacity));
    this.#capacity = capacity;
    this.#row = row;
  }

  /** Takes rows of a chunk from `from` on, as many as fit; returns how many. */
  take(chunk: Chunk, from: number): number {
    const count = Math.min(chunk.rowCount - from, this.#capacity - this.rowCount);
    let first = 0;
    for (const [index, filling] of this.#fillings.entries()) {
      filling.take({
        chunk,
        first,
        from,
        to: from + count,
        offset: this.rowCount,
        row: this.#row + this.rowCount + 1,
      });
      first += this.#builders[index].expressions.length;
    }
    this.rowCount += count;
    return count;
  }

  finish(): Dataset {
    return {
      rowCount: this.rowCount,
      columns: this.#fillings.map((filling) => filling.finish(this.rowCount)),
    };
  }
}

function makeBuilder(
  source: Source,
  schema: Schema,
  column: ColumnSchema,
  found: SourceColumn | undefined,
): Builder {
  if (found === undefined) {
    if (!column.optional || column.role !== 'feature') {
      throw new ColumnMissing({
        file: source.label,
        column: column.name,
        available: source.columns.map(({ name }) => name),
      });
    }
    return absentBuilder(column);
  }
  requirePlain(source, found, isNumberType(column.type) ? describeType(column.type, column.words) : 'text');
  if (column.role === 'target') return targetBuilder(source, schema, found);
  if (isNumberType(column.type) || column.role === 'weight') return numberBuilder(source, column, found);
  return codeBuilder(found);
}

function requirePlain(source: Source, { name, kind }: SourceColumn, expected: string): void {
  if (kind !== 'nested' && kind !== 'binary') return;
  throw new InvalidValue({
    file: source.label,
    column: name,
    got: `a column of ${kind} values`,
    expected,
    hint: 'Write one plain value in each cell of this column.',
  });
}

function absentBuilder(column: ColumnSchema): Builder {
  return {
    expressions: [],
    start: () => ({
      take: () => undefined,
      finish: (rows) =>
        isNumberType(column.type)
          ? { kind: 'number', name: column.name, values: new Float64Array(rows).fill(NaN) }
          : { kind: 'code', name: column.name, codes: new Int32Array(rows).fill(-1), levels: [] },
    }),
  };
}

/** DuckDB's reading of a cell where it has one; the text goes through the parser where it has none. */
function numberBuilder(source: Source, column: ColumnSchema, found: SourceColumn): Builder {
  const { type, words, role } = column;
  // That training saw whole numbers only is no reason to refuse 2.5 now.
  const parsedType = type === 'integer' || role === 'weight' ? 'numeric' : type;
  const fast =
    found.kind === 'text'
      ? type === 'numeric' || type === 'integer' || role === 'weight'
      : found.kind === 'number'
        ? type !== 'boolean' && type !== 'datetime'
        : found.kind === type;
  const value = fast ? numberOf(found) : 'CAST(NULL AS DOUBLE)';
  const text = fast && found.kind !== 'text' ? "''" : presentText(found);
  const expected =
    role === 'weight' ? 'a weight, which is a finite number from 0 up' : describeType(parsedType, words);
  const refuse = (row: number, got: unknown): InvalidValue =>
    new InvalidValue({ file: source.label, row, column: column.name, got, expected });
  return {
    expressions: [
      `coalesce(${value}, CAST('nan' AS DOUBLE))`,
      fast && found.kind === 'text' ? `CASE WHEN ${value} IS NULL THEN ${text} ELSE '' END` : text,
    ],
    start(rows) {
      const values = new Float64Array(rows);
      return {
        take({ chunk, first, from, to, offset, row }) {
          const items = vectorItems(chunk.getColumnVector(first));
          const texts = chunk.getColumnVector(first + 1);
          const lengths = textWords(texts);
          for (let i = from; i < to; i++) {
            let number = items[i];
            if (Number.isNaN(number)) {
              number = NaN;
              if (lengths[4 * i] !== 0) {
                const cell = String(texts.getItem(i));
                const parsed = parseAs(parsedType, cell, words);
                if (parsed === undefined) throw refuse(row + i - from, cell);
                number = parsed;
              }
            }
            if (role === 'weight' && !(number >= 0 && number < Infinity)) {
              throw refuse(row + i - from, Number.isNaN(number) ? 'no number' : number);
            }
            values[offset + i - from] = number;
          }
        },
        finish: (count): NumberColumn => ({
          kind: 'number',
          name: column.name,
          values: values.subarray(0, count),
        }),
      };
    },
  };
}

function codeBuilder(found: SourceColumn): Builder {
  return textBuilder(found, (text) => (isMissing(text) ? undefined : labelOf(found.kind, text)));
}

function keptBuilder(source: Source, found: SourceColumn): Builder {
  requirePlain(source, found, 'text');
  return textBuilder(found, (text) => (text === '' ? undefined : text));
}

/** Texts as codes into a dictionary of the batch; `levelOf` says what a text stands for, undefined for missing. */
function textBuilder(found: SourceColumn, levelOf: (text: string) => string | undefined): Builder {
  return {
    expressions: [presentText(found)],
    start(rows) {
      const codes = new Int32Array(rows);
      const dictionary = new TextDictionary();
      return {
        take({ chunk, first, from, to, offset }) {
          const texts = chunk.getColumnVector(first);
          const words = textWords(texts);
          for (let i = from; i < to; i++) codes[offset + i - from] = dictionary.idOf(texts, words, i);
        },
        finish(count): CodeColumn {
          const places = new Map<string, number>();
          const codeOf = Int32Array.from(dictionary.texts, (text) => {
            const label = levelOf(text);
            if (label === undefined) return -1;
            const place = places.get(label) ?? places.size;
            places.set(label, place);
            return place;
          });
          for (let i = 0; i < count; i++) codes[i] = codeOf[codes[i]];
          return {
            kind: 'code',
            name: found.name,
            codes: codes.subarray(0, count),
            levels: [...places.keys()],
          };
        },
      };
    },
  };
}

function targetBuilder(source: Source, schema: Schema, found: SourceColumn): Builder {
  const { target } = schema;
  return {
    expressions: [presentText(found)],
    start(rows) {
      const codes = new Int32Array(rows);
      const dictionary = new TextDictionary();
      const meanings: number[] = [];
      return {
        take({ chunk, first, from, to, offset, row }) {
          const texts = chunk.getColumnVector(first);
          const words = textWords(texts);
          for (let i = from; i < to; i++) {
            const id = dictionary.idOf(texts, words, i);
            const code = (meanings[id] ??= targetCode(dictionary.texts[id], row + i - from));
            codes[offset + i - from] = code;
          }
        },
        finish: (count): CodeColumn => ({
          kind: 'code',
          name: found.name,
          codes: codes.subarray(0, count),
          levels: [target.negative, target.positive],
        }),
      };
    },
  };

  function targetCode(text: string, row: number): number {
    const code = isMissing(text) ? -1 : labelIndex(target, found.kind, text);
    if (code !== undefined) return code;
    throw new InvalidValue({
      file: source.label,
      row,
      column: found.name,
      got: text,
      expected: `"${target.negative}" or "${target.positive}"`,
      hint: 'These are the labels that the model was trained with.',
    });
  }
}
