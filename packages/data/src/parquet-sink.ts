import type { DuckDBAppender } from '@duckdb/node-api';
import { timestampMillisValue } from '@duckdb/node-api';
import { Engine, literal } from './engine.ts';
import type { OutputColumn } from './row-writer.ts';
import { lengthOf } from './text-format.ts';

/** Collects rows in a temporary DuckDB table, on disk, and saves them as one Parquet file. */
export class ParquetSink {
  readonly #engine: Engine;
  readonly #appender: DuckDBAppender;

  private constructor(engine: Engine, appender: DuckDBAppender) {
    this.#engine = engine;
    this.#appender = appender;
  }

  static async open(columns: readonly OutputColumn[], signal: AbortSignal | undefined): Promise<ParquetSink> {
    const engine = await Engine.create(signal);
    try {
      await engine.start({ onDisk: true, memoryLimit: 2 ** 28 });
      const fields = columns.map((column, index) => `c${index} ${sqlType(column)}`);
      await engine.run(`CREATE TABLE t (${fields.join(', ')})`);
      return new ParquetSink(engine, await engine.appender('t'));
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  append(columns: readonly OutputColumn[]): void {
    const appender = this.#appender;
    const rowCount = columns.length === 0 ? 0 : lengthOf(columns[0]);
    for (let row = 0; row < rowCount; row++) {
      for (const column of columns) appendCell(appender, column, row);
      appender.endRow();
    }
  }

  /** Names are given only here: in SQL, names that differ in case alone would clash. */
  async save(path: string, names: readonly string[]): Promise<void> {
    this.#appender.closeSync();
    const fields = names.map((name, index) => `c${index} AS "${name.replaceAll('"', '""')}"`);
    await this.#engine.run(`COPY (SELECT ${fields.join(', ')} FROM t) TO ${literal(path)} (FORMAT parquet)`);
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}

function sqlType(column: OutputColumn): string {
  if (column.kind === 'code') return 'VARCHAR';
  return column.as === 'boolean' ? 'BOOLEAN' : column.as === 'datetime' ? 'TIMESTAMP_MS' : 'DOUBLE';
}

function appendCell(appender: DuckDBAppender, column: OutputColumn, row: number): void {
  if (column.kind === 'code') {
    const code = column.codes[row];
    if (code < 0) appender.appendNull();
    else appender.appendVarchar(column.levels[code]);
    return;
  }
  const value = column.values[row];
  if (Number.isNaN(value)) appender.appendNull();
  else if (column.as === 'boolean') appender.appendBoolean(value !== 0);
  else if (column.as === 'datetime') appender.appendTimestampMilliseconds(timestampMillisValue(BigInt(Math.trunc(value))));
  else appender.appendDouble(value);
}
