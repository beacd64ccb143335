import { ColumnMissing, UnreadableFile, VerdictError } from '@verdict/core';
import type { CsvDialect } from './csv-dialect.ts';
import { readCsvDialect, uniqueNames } from './csv-dialect.ts';
import { findCsvFault } from './csv-fault.ts';
import { refuseEndlessLine } from './endless-line.ts';
import { Engine, literal } from './engine.ts';
import type { Chunk } from './engine.ts';
import { refuseDeepJson } from './json-depth.ts';
import { findJsonFault } from './json-fault.ts';
import { locateFiles } from './locate.ts';
import { prepareFile } from './prepare.ts';
import type { FileFormat, PreparedFile } from './prepare.ts';
import { estimateRecords } from './row-estimate.ts';

/** What the file itself says of a column's values; CSV and JSON lines are all text. */
export type SourceKind = 'text' | 'number' | 'boolean' | 'datetime' | 'nested' | 'binary';

export interface SourceColumn {
  readonly name: string;
  readonly kind: SourceKind;
  /** The column's name in SQL. */
  readonly sql: string;
}

export interface Renamed {
  readonly position: number;
  readonly from: string;
  readonly to: string;
}

interface Part {
  readonly file: PreparedFile;
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly dialect: CsvDialect | undefined;
  readonly renamed: readonly Renamed[];
  readonly jsonArray: boolean;
}

const memoryLimit = 400 * 2 ** 20;
/** What a query holds for each of its columns, with two threads. */
const memoryPerColumn = 300 * 2 ** 10;
const sampleRows = 200;
const lineLimits = [2_000_000, 16_000_000, 128_000_000];

/** One table made of one or more files, opened for reading by SQL. */
export class Source {
  readonly engine: Engine;
  readonly label: string;
  readonly columns: readonly SourceColumn[];
  readonly renamed: readonly Renamed[];
  readonly #parts: readonly Part[];
  #lineLimit = lineLimits[0];
  #strict = true;

  private constructor(engine: Engine, label: string, columns: readonly SourceColumn[], parts: readonly Part[]) {
    this.engine = engine;
    this.label = label;
    this.columns = columns;
    this.#parts = parts;
    this.renamed = parts[0].renamed;
  }

  /**
   * Opens FILE: one file, a glob or `-`. Close it in the end, whatever happens.
   *
   * @throws UnreadableFile, InsufficientData (empty file), OutOfResources, Interrupted
   */
  static async open(file: string, options: { threads?: number | undefined; signal?: AbortSignal | undefined }): Promise<Source> {
    const paths = file === '-' ? ['-'] : await locateFiles(file);
    const engine = await Engine.create(options.signal);
    try {
      const files: PreparedFile[] = [];
      for (const [index, path] of paths.entries()) files.push(await prepareFile(engine, path, index));
      await engine.start({ threads: options.threads, memoryLimit });
      const parts: Part[] = [];
      for (const part of files) parts.push(await describe(engine, part));
      const columns = align(parts);
      await engine.limitMemory(memoryLimit + columns.length * memoryPerColumn);
      return new Source(engine, file === '-' ? 'standard input' : file, columns, parts);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  get format(): FileFormat {
    return this.#parts[0].file.format;
  }

  get fileCount(): number {
    return this.#parts.length;
  }

  /** Bytes of the user's files. */
  get bytes(): number {
    return this.#parts.reduce((sum, { file }) => sum + file.bytes, 0);
  }

  /** The column of that name; throws `ColumnMissing` with the nearest names. */
  column(name: string): SourceColumn {
    const found = this.columns.find((column) => column.name === name);
    if (found !== undefined) return found;
    throw new ColumnMissing({
      file: this.label,
      column: name,
      available: this.columns.map((column) => column.name),
    });
  }

  /**
   * What stands after FROM; rows come in file order. Each text column stands there as a number too: a collector
   * uses it several times, and DuckDB itself finds common expressions in a time that grows with the square of
   * their number.
   */
  get relation(): string {
    const numbers = this.columns.flatMap((column) =>
      column.kind === 'text' ? [`${textAsNumber(column.sql)} AS ${numberOf(column)}`] : [],
    );
    return `(SELECT ${['*', ...numbers].join(', ')} FROM (${this.#select()}))`;
  }

  /** The first texts of columns, a list for each: what a look at the beginning of the file shows. */
  async sample(columns: readonly SourceColumn[]): Promise<string[][]> {
    const [{ dialect, names }] = this.#parts;
    if (dialect !== undefined) {
      const places = new Map(names.map((name, index) => [name, index]));
      return columns.map(({ name }) => dialect.sample.map((record) => record[places.get(name)!] ?? ''));
    }
    if (columns.length === 0) return [];
    const texts = columns.map((column) => `coalesce(${textOf(column)}, '')`).join(', ');
    const rows = await this.rows((relation) => `SELECT ${texts} FROM ${relation} LIMIT ${sampleRows}`);
    return columns.map((_, index) => rows.map((row) => String(row[index])));
  }

  /** About how many rows there are, rather too few than too many; exact for Parquet. */
  async estimateRows(): Promise<number> {
    let rows = 0;
    for (const { file, dialect, names } of this.#parts) {
      if (file.format === 'parquet') {
        const [[count]] = await this.attempt(() =>
          this.engine.rows(`SELECT sum(num_rows) FROM parquet_file_metadata(${literal(file.path)})`),
        );
        rows += Number(count);
      } else {
        rows += await estimateRecords(file.path, dialect === undefined ? 2 * names.length : meanLength(dialect.sample));
      }
    }
    return rows;
  }

  /** Expressions over all rows in file order; errors of reading name the file and the row. */
  async *chunks(expressions: readonly string[]): AsyncGenerator<Chunk> {
    let delivered = 0;
    for (;;) {
      // After a restart with more room for long lines, the rows that came already are left out.
      const rest = delivered === 0 ? this.relation : `(SELECT * FROM ${this.relation} OFFSET ${delivered})`;
      try {
        for await (const chunk of this.engine.chunks(expressions, rest)) {
          delivered += chunk.rowCount;
          yield chunk;
        }
        return;
      } catch (error) {
        if (this.#raiseLineLimit(error)) continue;
        const explained = await this.#explain(error);
        if (explained === undefined) continue;
        throw explained;
      }
    }
  }

  async rows(sql: (relation: string) => string): ReturnType<Engine['rows']> {
    return this.attempt(() => this.engine.rows(sql(this.relation)));
  }

  async attempt<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (this.#raiseLineLimit(error)) continue;
        const explained = await this.#explain(error);
        if (explained === undefined) continue;
        throw explained;
      }
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  #raiseLineLimit(error: unknown): boolean {
    if (error instanceof VerdictError || !/maximum line size|max_line_size|maximum_object_size/i.test(String(error))) {
      return false;
    }
    const next = lineLimits[lineLimits.indexOf(this.#lineLimit) + 1];
    if (next === undefined) return false;
    this.#lineLimit = next;
    return true;
  }

  /** The SELECT that gives every column its SQL name, file after file. */
  #select(): string {
    return this.#parts.map((part) => this.#selectPart(part)).join(' UNION ALL ');
  }

  #selectPart(part: Part): string {
    const path = literal(part.file.path);
    const inner = part.names.map((_, index) => `p${index}`);
    const places = new Map(part.names.map((name, index) => [name, index]));
    const expressions = this.columns.map(({ name, kind, sql }) => {
      const index = places.get(name)!;
      const type = part.types[index];
      const cast = kind === 'text' && type !== 'VARCHAR' ? `CAST(p${index} AS VARCHAR)` : `p${index}`;
      return `${cast} AS ${sql}`;
    });
    const { dialect } = part;
    let from: string;
    if (dialect !== undefined) {
      const columns = inner.map((name) => `'${name}': 'VARCHAR'`).join(', ');
      from =
        `read_csv(${path}, auto_detect = false, header = true, delim = ${literal(dialect.delimiter)}, quote = '"', ` +
        `escape = '"', strict_mode = ${this.#strict}, null_padding = false, max_line_size = ${this.#lineLimit}, ` +
        `buffer_size = ${Math.max(1 << 25, 2 * this.#lineLimit)}, columns = {${columns}})`;
    } else if (part.file.format === 'jsonl') {
      const columns = part.names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
      from =
        `read_json(${path}, format = '${part.jsonArray ? 'array' : 'newline_delimited'}', ` +
        `maximum_object_size = ${8 * this.#lineLimit}, columns = {${columns}}) AS p(${inner.join(', ')})`;
    } else {
      from = `read_parquet(${path}) AS p(${inner.join(', ')})`;
    }
    return `SELECT ${expressions.join(', ')} FROM ${from}`;
  }

  /**
   * Turns an error of DuckDB into one that says what is wrong with which row of which file. Undefined if
   * nothing is: DuckDB's strict mode does not take line ends of several kinds in one file, so that mode is
   * left, which only a file that has been found faultless allows.
   */
  async #explain(error: unknown): Promise<unknown> {
    if (error instanceof VerdictError) return error;
    for (const { file, dialect, names } of this.#parts) {
      const fault =
        dialect !== undefined
          ? await findCsvFault(file.path, file.label, dialect.delimiter, names.length)
          : file.format === 'jsonl'
            ? await findJsonFault(file.path, file.label)
            : undefined;
      if (fault !== undefined) return fault;
    }
    if (this.#strict && this.format === 'csv') {
      this.#strict = false;
      return undefined;
    }
    return unreadable(this.label, this.format, error);
  }
}

/** Mean bytes of records, without the quotation marks that they may have. */
function meanLength(records: readonly (readonly string[])[]): number {
  const lengths = records.map((record) => record.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0));
  return records.length === 0 ? 1 : lengths.reduce((sum, length) => sum + length, 0) / records.length;
}

function unreadable(label: string, format: FileFormat, cause: unknown): UnreadableFile {
  const name = format === 'csv' ? 'CSV' : format === 'jsonl' ? 'JSON lines' : 'Parquet';
  const detail = String(cause instanceof Error ? cause.message : cause).split('\n')[0].slice(0, 200);
  return new UnreadableFile({
    file: label,
    problem: `it cannot be read as ${name} (${detail}).`,
    hint: format === 'parquet' ? 'Copy or export it again.' : 'Check that the file is whole and in the format of its extension.',
    cause,
  });
}

async function describe(engine: Engine, file: PreparedFile): Promise<Part> {
  if (file.format === 'csv') {
    await refuseEndlessLine(file.path, file.label);
    const dialect = await readCsvDialect(file.path, file.label, file.tabs);
    const { names, renamed } = uniqueNames(dialect.header);
    return { file, names, types: names.map(() => 'VARCHAR'), dialect, renamed, jsonArray: false };
  }
  const json = file.format === 'jsonl';
  let jsonArray = false;
  let from = `read_parquet(${literal(file.path)})`;
  if (json) {
    jsonArray = await startsWithBracket(file.path);
    if (!jsonArray) await refuseEndlessLine(file.path, file.label);
    await refuseDeepJson(file.path, file.label, jsonArray);
    from =
      `read_json(${literal(file.path)}, format = '${jsonArray ? 'array' : 'newline_delimited'}', records = true, ` +
      `sample_size = -1, maximum_depth = 2, convert_strings_to_integers = false, maximum_object_size = 134217728)`;
  }
  let described: unknown[][];
  try {
    described = await engine.rows(`DESCRIBE SELECT * FROM ${from}`);
  } catch (error) {
    if (error instanceof VerdictError) throw error;
    const fault = json ? await findJsonFault(file.path, file.label) : undefined;
    throw fault ?? unreadable(file.label, file.format, error);
  }
  const { names, renamed } = json
    ? { names: described.map((row) => String(row[0])), renamed: [] }
    : uniqueNames(described.map((row) => String(row[0])));
  if (json) refuseClashes(names, file.label);
  const declared = described.map((row) => String(row[1]));
  const types = json ? declared.map((type) => (sourceKind(type) === 'nested' ? type : 'VARCHAR')) : declared;
  return { file, names, types, dialect: undefined, renamed, jsonArray };
}

/** DuckDB takes names that differ in case alone for one, calls the second `name_1`, and reads nothing for it. */
function refuseClashes(names: readonly string[], label: string): void {
  const lower = new Set(names.map((name) => name.toLowerCase()));
  const clash = names.find((name) => /_\d+$/.test(name) && lower.has(name.toLowerCase().replace(/_\d+$/, '')));
  if (clash === undefined) return;
  const base = clash.replace(/_\d+$/, '');
  if (!names.some((name) => name.toLowerCase() === base.toLowerCase() && name !== base)) return;
  throw new UnreadableFile({
    file: label,
    problem: `two keys differ in case alone: "${base}" and "${names.find((name) => name.toLowerCase() === base.toLowerCase()) ?? base}".`,
    hint: 'Give them names that differ in more than case.',
  });
}

async function startsWithBracket(path: string): Promise<boolean> {
  const { open } = await import('node:fs/promises');
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead)).trimStart().startsWith('[');
  } finally {
    await file.close();
  }
}

/** The kind of an SQL type as DuckDB writes it. */
export function sourceKind(type: string): SourceKind {
  if (/\[\d*\]$|^(STRUCT|MAP|UNION)\b/.test(type)) return 'nested';
  if (/^(BLOB|BIT)/.test(type)) return 'binary';
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'datetime';
  return 'text';
}

function list(names: readonly string[]): string {
  return names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
}

/** The columns of the first file, after checking that the others have the same. */
function align(parts: readonly Part[]): SourceColumn[] {
  const [first] = parts;
  for (const part of parts.slice(1)) {
    if (part.file.format !== first.file.format) {
      throw new UnreadableFile({
        file: part.file.label,
        problem: `it is ${part.file.format}, but ${first.file.label} is ${first.file.format}.`,
        hint: 'Files that are read together must have the same format.',
      });
    }
    const [wanted, found] = [new Set(first.names), new Set(part.names)];
    const lacking = first.names.filter((name) => !found.has(name));
    const extra = part.names.filter((name) => !wanted.has(name));
    if (lacking.length > 0 || extra.length > 0) {
      throw new UnreadableFile({
        file: part.file.label,
        problem:
          `its columns differ from those of ${first.file.label}:` +
          `${lacking.length > 0 ? ` it lacks ${list(lacking)};` : ''}${extra.length > 0 ? ` it adds ${list(extra)};` : ''}`.replace(/;$/, '.'),
        hint: 'Files that are read together must have the same columns.',
      });
    }
  }
  const typesOf = parts.map(({ names, types }) => new Map(names.map((name, index) => [name, types[index]])));
  return first.names.map((name, index) => {
    const kinds = new Set(typesOf.map((types) => sourceKind(types.get(name)!)));
    const [kind] = kinds;
    return { name, sql: `c${index}`, kind: kinds.size === 1 ? kind : kinds.has('nested') ? 'nested' : 'text' };
  });
}

/** SQL for a column as text, NULL where the file has nothing. */
export function textOf(column: SourceColumn): string {
  return column.kind === 'text' ? column.sql : `CAST(${column.sql} AS VARCHAR)`;
}

/**
 * SQL for a column of a source's relation as DOUBLE, NULL where it is not a number that DuckDB reads just as
 * `parseNumber` does (DuckDB alone would also take `1_000`, `+-5` and `nan()`).
 */
export function numberOf(column: SourceColumn): string {
  const { sql, kind } = column;
  if (kind === 'number') return `CAST(${sql} AS DOUBLE)`;
  if (kind === 'boolean') return `CAST(CAST(${sql} AS INTEGER) AS DOUBLE)`;
  if (kind === 'datetime') {
    return `CASE WHEN isfinite(CAST(${sql} AS TIMESTAMP)) THEN CAST(epoch_ms(CAST(${sql} AS TIMESTAMP)) AS DOUBLE) END`;
  }
  return `number_of_${sql}`;
}

/** What `numberOf` stands for where a column is text. */
export function textAsNumber(sql: string): string {
  return `nullif(CASE WHEN contains(${sql}, '_') OR contains(${sql}, '+-') THEN NULL ELSE TRY_CAST(${sql} AS DOUBLE) END, CAST('nan' AS DOUBLE))`;
}

/** A value as its label: blanks around it do not count, and whole numbers have no decimals. */
export function labelOf(kind: SourceKind, raw: string): string {
  if (kind !== 'number' || /^-?\d+$/.test(raw)) return raw.trim();
  return String(Number(raw));
}

