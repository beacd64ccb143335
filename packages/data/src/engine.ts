import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { Interrupted, OutOfResources } from '@verdict/core';

/** Some rows of a query: the part of DuckDB's chunk that readers use. */
export type Chunk = Pick<DuckDBDataChunk, 'rowCount' | 'getColumnVector'>;

export interface EngineOptions {
  /** Tables lie in a file of the temporary folder instead of memory. Default: false. */
  readonly onDisk?: boolean | undefined;
  /** Default: as many as there are cores. */
  readonly threads?: number | undefined;
  /** Bytes that the database may hold before it spills to disk. Default: 1 GiB. */
  readonly memoryLimit?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A folder in the system's place for temporary files, and a DuckDB in it on demand. Nothing is ever
 * fetched: extensions are neither installed nor loaded. `close` removes everything.
 */
export class Engine {
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  #instance: DuckDBInstance | undefined;
  #connection: DuckDBConnection | undefined;
  readonly #stop = (): void => this.#connection?.interrupt();

  private constructor(directory: string, signal: AbortSignal | undefined) {
    this.directory = directory;
    this.signal = signal;
  }

  /** Makes the temporary folder; the database opens with `start`. */
  static async create(signal?: AbortSignal): Promise<Engine> {
    if (signal?.aborted === true) throw new Interrupted();
    const directory = await mkdtemp(join(tmpdir(), 'verdict-')).catch((error: unknown) => {
      throw noTemporary(error);
    });
    const engine = new Engine(directory, signal);
    signal?.addEventListener('abort', engine.#stop);
    return engine;
  }

  async start(options: EngineOptions = {}): Promise<void> {
    const path = options.onDisk === true ? join(this.directory, 'table.duckdb') : ':memory:';
    this.#instance = await DuckDBInstance.create(path, {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      memory_limit: megabytes(options.memoryLimit ?? 2 ** 30),
      temp_directory: join(this.directory, 'spill'),
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    });
    this.#connection = await this.#instance.connect();
    await this.run("SET TimeZone = 'UTC'");
    // It compares every expression with every other, which takes minutes with a thousand columns.
    await this.run("SET disabled_optimizers = 'common_subexpressions'");
  }

  /** Changes the bytes that the database may hold before it spills to disk. */
  async limitMemory(bytes: number): Promise<void> {
    await this.run(`SET memory_limit = '${megabytes(bytes)}'`);
  }

  async run(sql: string): Promise<void> {
    await this.#guard(() => this.#open.run(sql));
  }

  /** All rows of a small result. */
  async rows(sql: string): Promise<DuckDBValue[][]> {
    const reader = await this.#guard(() => this.#open.runAndReadAll(sql));
    return reader.getRows();
  }

  /**
   * The rows of `SELECT expressions FROM relation` in order, as they are made: at most a few chunks are in
   * memory at once.
   *
   * A DuckDB stream that fails on the way just ends, as if all rows had come. So a last row of our own goes
   * after the rows of the relation, and if it does not come, the query is run again for its error.
   */
  async *chunks(expressions: readonly string[], relation: string): AsyncGenerator<Chunk> {
    const nulls = expressions.map(() => 'NULL');
    const result = await this.#guard(() =>
      this.#open.stream(
        `SELECT ${[...expressions, 'CAST(0 AS UTINYINT)'].join(', ')} FROM ${relation} ` +
          `UNION ALL SELECT ${[...nulls, 'CAST(1 AS UTINYINT)'].join(', ')}`,
      ),
    );
    for (;;) {
      const chunk = await this.#guard(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) break;
      const { rowCount } = chunk;
      const last = chunk.getColumnVector(expressions.length).getItem(rowCount - 1) === 1;
      if (!last) yield chunk;
      else if (rowCount > 1) yield { rowCount: rowCount - 1, getColumnVector: (index) => chunk.getColumnVector(index) };
      if (last) return;
    }
    const counts = expressions.map((expression) => `count(${expression})`);
    await this.rows(`SELECT ${counts.join(', ')} FROM ${relation}`);
    throw new Error('The rows ended early.');
  }

  async appender(table: string): Promise<DuckDBAppender> {
    return this.#guard(() => this.#open.createAppender(table));
  }

  async close(): Promise<void> {
    this.signal?.removeEventListener('abort', this.#stop);
    this.#connection?.closeSync();
    this.#instance?.closeSync();
    this.#connection = undefined;
    this.#instance = undefined;
    await rm(this.directory, { recursive: true, force: true });
  }

  get #open(): DuckDBConnection {
    if (this.#connection === undefined) throw new Error('The engine has not been started.');
    return this.#connection;
  }

  #checkAbort(): void {
    if (this.signal?.aborted === true) throw new Interrupted();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    this.#checkAbort();
    try {
      return await work();
    } catch (error) {
      this.#checkAbort();
      throw translate(error);
    }
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}MiB`;
}

/** The place for temporary files is full, missing, or may not be written to. */
function noTemporary(cause: unknown): OutOfResources {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new OutOfResources({
    problem: `There is no ${full ? 'space left' : 'room'} in ${tmpdir()} for temporary files (${code}).`,
    hint: 'Free some space, or set TMPDIR to a folder that can be written to.',
    cause,
  });
}

/** What the machine lacks gets its own error; anything else is for the caller, who knows the file. */
function translate(error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (/no space left on device|disk full/i.test(text)) {
    return new OutOfResources({
      problem: `There is no space left in ${tmpdir()} for temporary files.`,
      hint: 'Free some space, or set TMPDIR to a folder on a larger disk.',
      cause: error,
    });
  }
  if (/^out of memory/i.test(text)) {
    return new OutOfResources({
      problem: 'The table does not fit into the memory that reading may use.',
      hint: 'Close other programs, use fewer threads, or leave out columns or rows of the file.',
      cause: error,
    });
  }
  return error;
}

/** An SQL string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

