import { isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';
import type { Readable, TransformCallback } from 'node:stream';
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

const NEWLINE = 0x0a;

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
  const text = new Utf8Check();
  const parser = parse({ bom: true, relax_column_count: true, max_record_size: mostBytes });
  // What breaks the request breaks the parser too, and the reading below hears of it.
  source.on('error', (error) => parser.destroy(error));
  source.on('close', () => {
    if (!source.readableEnded) parser.destroy();
  });
  source.pipe(text).pipe(parser);
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
    source.unpipe(text);
    text.destroy();
    parser.destroy();
  }
  if (rows.length > 0) yield rows;
  if (text.isBroken) {
    const message = `Row ${row + 1} is not UTF-8 text. Save the file as UTF-8 and send it again.`;
    throw new Refusal(400, 'MALFORMED_CSV', message);
  }
}

/** Passes bytes on as long as they are UTF-8, and ends before the first line that is not. */
class Utf8Check extends Transform {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  isBroken = false;

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    if (this.isBroken || this.#isText(chunk)) {
      // What comes after the end is read, and nothing becomes of it.
      if (!this.isBroken) this.push(chunk);
      done();
      return;
    }
    let end = 0;
    for (;;) {
      const next = chunk.indexOf(NEWLINE, end) + 1;
      if (next === 0 || !isUtf8(chunk.subarray(end, next))) break;
      end = next;
    }
    if (end > 0) this.push(chunk.subarray(0, end));
    this.push(null);
    done();
  }

  override _flush(done: TransformCallback): void {
    if (!this.isBroken) this.#isText();
    done();
  }

  #isText(chunk?: Buffer): boolean {
    try {
      this.#decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      this.isBroken = true;
    }
    return !this.isBroken;
  }
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
