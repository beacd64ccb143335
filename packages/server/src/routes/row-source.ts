import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { linesOf } from '../http/lines.ts';
import { Refusal } from '../http/refusal.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import type { Features } from '../scoring/feature-check.ts';

/** A row of a stream, or why it is none. `row` counts from 1. */
export interface SourceRow {
  readonly row: number;
  readonly features?: Features;
  readonly refusal?: Refusal;
}

/** Rows handed on together. */
const GROUP = 256;

/** Rows of JSON lines: each line an object of features, or `{"features": {…}}`. Blank lines are skipped. */
export async function* jsonRows(source: Readable, mostBytes: number): AsyncGenerator<SourceRow[]> {
  let row = 0;
  for await (const lines of linesOf(source, mostBytes)) {
    const rows: SourceRow[] = [];
    for (const line of lines) {
      if (isBlank(line)) continue;
      row++;
      try {
        rows.push({ row, features: featuresOf(parseStrictJson(line)) });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        rows.push({ row, refusal: error });
      }
    }
    if (rows.length > 0) yield rows;
  }
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}

function featuresOf(value: unknown): Features {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'INVALID_REQUEST', 'A line must hold one JSON object.');
  }
  const features = value as Features;
  const inner = Object.hasOwn(features, 'features') ? features.features : undefined;
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? (inner as Features)
    : features;
}

/** Rows of CSV with a header; an empty cell is a missing value. */
export async function* csvRows(source: Readable, mostBytes: number): AsyncGenerator<SourceRow[]> {
  let names: readonly string[] | undefined;
  const parser = parse({ bom: true, relax_column_count: true, max_record_size: mostBytes });
  // What breaks the request breaks the parser too, and the reading below hears of it.
  source.on('error', (error) => parser.destroy(error));
  source.on('close', () => {
    if (!source.readableEnded) parser.destroy();
  });
  source.pipe(parser);
  let row = 0;
  let rows: SourceRow[] = [];
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (names === undefined) {
        names = namesOf(cells);
        continue;
      }
      row++;
      rows.push(
        cells.length === names.length ? { row, features: record(names, cells) } : ragged(row, names, cells),
      );
      if (rows.length < GROUP) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    if (rows.length > 0) yield rows;
    if (error instanceof Refusal) throw error;
    if (!(error instanceof CsvError)) throw error;
    const message = `Row ${row + 1} is not valid CSV (${error.code}).`;
    throw new Refusal(400, 'MALFORMED_CSV', message, { cause: error });
  } finally {
    source.unpipe(parser);
    parser.destroy();
  }
  if (rows.length > 0) yield rows;
}

function ragged(row: number, names: readonly string[], cells: readonly string[]): SourceRow {
  const message = `The row has ${cells.length} cells, the header ${names.length}.`;
  return { row, refusal: new Refusal(400, 'MALFORMED_CSV', message) };
}

function namesOf(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice === undefined) return names;
  throw new Refusal(
    400,
    'MALFORMED_CSV',
    `The column ${JSON.stringify(twice.slice(0, 100))} comes twice in the header.`,
  );
}

function record(names: readonly string[], cells: readonly string[]): Features {
  const features: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (let i = 0; i < names.length; i++) features[names[i]] = cells[i] === '' ? null : cells[i];
  return features;
}
