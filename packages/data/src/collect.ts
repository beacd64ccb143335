import { InvalidValue, isMissing, isNumberType } from '@verdict/core';
import type { CodeColumn, Column, ColumnType } from '@verdict/core';
import { CellCollector } from './cell-collector.ts';
import { describeType, isWhole, parseAs } from './cell-types.ts';
import { numberFacts, textFacts } from './column-facts.ts';
import type { ColumnFacts } from './column-facts.ts';
import { byCodePoint } from './locate.ts';
import { NumberCollector } from './number-collector.ts';
import type { Source, SourceColumn } from './source.ts';
import { labelOf } from './source.ts';
import { TextCollector } from './text-collector.ts';

type Collector = NumberCollector | TextCollector | CellCollector;

/** A column as it was gathered, before its type is decided. */
export interface Collected {
  readonly column: SourceColumn;
  readonly facts: ColumnFacts;
  collector: Collector | undefined;
}

/** Different texts at which a column's dictionary is given up; only needed again if it is a feature. */
const dictionaryLimit = 50_000;
const wordyShare = 0.05;

export interface CollectOptions {
  /** Columns whose texts are needed as they stand. */
  readonly asText: ReadonlySet<string>;
  /** Columns of which facts are enough. */
  readonly factsOnly: ReadonlySet<string>;
  readonly onProgress: ((rows: number) => void) | undefined;
}

/**
 * Reads all columns in one pass, as numbers where the first rows are numbers and as texts otherwise; a second
 * pass re-reads as texts what turned out to hold more than numbers.
 */
export async function collectColumns(source: Source, options: CollectOptions): Promise<Map<string, Collected>> {
  const columns = source.columns.filter(({ kind }) => kind !== 'nested' && kind !== 'binary');
  const wordy = await findWordyColumns(source, columns);
  const first = columns.map((column): [SourceColumn, Collector] => {
    const store = !options.factsOnly.has(column.name);
    const text = options.asText.has(column.name) || wordy.has(column.name);
    return [column, text ? new TextCollector(column, store, dictionaryLimit) : new NumberCollector(column, store)];
  });
  await runPass(source, first, options.onProgress);
  const again = first.flatMap(([column, collector]): [SourceColumn, Collector][] => {
    if (!(collector instanceof NumberCollector) || !collector.isWordy) return [];
    return [[column, new TextCollector(column, !options.factsOnly.has(column.name), dictionaryLimit)]];
  });
  await runPass(source, again, undefined);
  const collectors = new Map<SourceColumn, Collector>([...first, ...again]);
  const collected = new Map<string, Collected>();
  for (const [column, collector] of collectors) {
    const stored = !options.factsOnly.has(column.name);
    const facts =
      collector instanceof NumberCollector
        ? numberFacts(column, collector, stored)
        : await textFacts(source, column, collector as TextCollector);
    collected.set(column.name, { column, facts, collector: stored ? collector : undefined });
  }
  return collected;
}

async function runPass(
  source: Source,
  entries: readonly (readonly [SourceColumn, Collector])[],
  onProgress: ((rows: number) => void) | undefined,
): Promise<void> {
  if (entries.length === 0) return;
  const expressions = entries.flatMap(([, collector]) => collector.expressions);
  let rows = 0;
  for await (const chunk of source.chunks(expressions)) {
    let first = 0;
    for (const [, collector] of entries) {
      collector.take(chunk, first);
      first += collector.expressions.length;
    }
    rows += chunk.rowCount;
    onProgress?.(rows);
  }
}

/** Text columns of which some of the first rows hold a value that is neither number nor missing. */
export async function findWordyColumns(source: Source, columns: readonly SourceColumn[]): Promise<Set<string>> {
  const texts = columns.filter(({ kind }) => kind === 'text');
  const wordy = new Set<string>();
  for (const [index, cells] of (await source.sample(texts)).entries()) {
    const values = cells.filter((cell) => !isMissing(cell));
    const words = values.filter((cell) => parseAs('numeric', cell, undefined) === undefined);
    // A few strays among numbers do not make a column wordy: they are counted and reported.
    if (words.length > values.length * wordyShare) wordy.add(texts[index].name);
  }
  return wordy;
}

export interface Wanted {
  readonly collected: Collected;
  readonly type: ColumnType;
  readonly words: readonly [string, string] | undefined;
}

/**
 * The columns as their types ask for them, at the given rising rows (all if undefined). Re-reads those that
 * were gathered in another form.
 *
 * @throws InvalidValue with file, row and column if a value is not of the type
 */
export async function finishColumns(
  source: Source,
  wanted: readonly Wanted[],
  keep: Uint32Array | undefined,
): Promise<Map<string, Column>> {
  const again: [SourceColumn, Collector][] = [];
  for (const { collected, type, words } of wanted) {
    const { column, collector } = collected;
    const given = collector instanceof TextCollector && collector.dictionary === undefined;
    const wrong = collector === undefined || (collector instanceof NumberCollector && !isNumberType(type));
    if (!given && !wrong) continue;
    const renewed = isNumberType(type)
      ? new CellCollector(column, (text) => parseAs(type, text, words))
      : new TextCollector(column, true, Infinity);
    collected.collector = renewed;
    again.push([column, renewed]);
  }
  await runPass(source, again, undefined);
  const columns = new Map<string, Column>();
  for (const one of wanted) {
    columns.set(one.collected.column.name, finishColumn(source, one, keep));
    // The segments are no longer needed: their memory is free before the next column is put together.
    one.collected.collector = undefined;
  }
  return columns;
}

function finishColumn(source: Source, { collected, type, words }: Wanted, keep: Uint32Array | undefined): Column {
  const { column, collector } = collected;
  const { name } = column;
  const refuse = (row: number, got: unknown): InvalidValue =>
    new InvalidValue({
      file: source.label,
      row,
      column: name,
      got,
      expected: describeType(type, words),
      hint: `Correct the value, leave the cell empty, or let the type of "${name}" be inferred.`,
    });
  if (collector instanceof CellCollector) {
    if (collector.stray !== undefined) throw refuse(collector.stray.row, collector.stray.text);
    return { kind: 'number', name, values: collector.finish(keep) };
  }
  if (collector instanceof NumberCollector) {
    const values = collector.finish(keep);
    const test = type === 'integer' ? isWhole : type === 'boolean' ? isBinary : undefined;
    const bad = test === undefined ? -1 : values.findIndex((value) => !test(value));
    if (bad >= 0) throw refuse((keep?.[bad] ?? bad) + 1, values[bad]);
    return { kind: 'number', name, values };
  }
  if (collector?.dictionary === undefined) throw new Error(`Column "${name}" was not gathered.`);
  const { texts } = collector.dictionary;
  const ids = collector.finish(keep);
  if (!isNumberType(type)) return toCodes(column, ids, texts);
  const meanings = texts.map((text) => parseAs(type, text, words));
  const values = new Float64Array(new SharedArrayBuffer(ids.length * 8));
  for (let i = 0; i < ids.length; i++) {
    const value = meanings[ids[i]];
    if (value === undefined) throw refuse((keep?.[i] ?? i) + 1, texts[ids[i]]);
    values[i] = value;
  }
  return { kind: 'number', name, values };
}

function isBinary(value: number): boolean {
  return value === 0 || value === 1 || Number.isNaN(value);
}

/** Codes by falling count of their level, then by code point; levels that no row has are dropped. */
function toCodes(column: SourceColumn, ids: Int32Array, texts: readonly string[]): CodeColumn {
  const counts = new Map<string, number>();
  const sizes = new Float64Array(texts.length);
  for (const id of ids) sizes[id] += 1;
  const labels = texts.map((text) => (isMissing(text) ? undefined : labelOf(column.kind, text)));
  for (const [id, label] of labels.entries()) {
    if (label !== undefined && sizes[id] > 0) counts.set(label, (counts.get(label) ?? 0) + sizes[id]);
  }
  const levels = [...counts.keys()].sort(
    (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || byCodePoint(a, b),
  );
  const places = new Map(levels.map((level, place) => [level, place]));
  const codeOf = Int32Array.from(labels, (label) => (label === undefined ? -1 : (places.get(label) ?? -1)));
  for (let i = 0; i < ids.length; i++) ids[i] = codeOf[ids[i]];
  return { kind: 'code', name: column.name, codes: ids, levels };
}
