import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** The most statements that are kept compiled. */
const keptStatements = 200;

/**
 * Node.js's own SQLite in the shape that Kysely asks for. The one place that imports `node:sqlite`. Statements
 * stay compiled, by their text.
 */
export class NodeSqlite implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement & { readonly native: StatementSync }>();

  /** @param busyTimeout how long a statement waits for another process's lock, in milliseconds */
  constructor(path: string, busyTimeout: number) {
    this.#database = new DatabaseSync(path, { timeout: busyTimeout, enableForeignKeyConstraints: true });
  }

  /** Runs statements that return nothing. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** True between `begin` and its end: SQLite ends a transaction by itself on some errors. */
  get isTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(sql: string): SqliteStatement & { readonly native: StatementSync } {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const native = this.#database.prepare(sql);
    const statement = {
      native,
      reader: native.columns().length > 0,
      all: (parameters: readonly unknown[]) => native.all(...(parameters as SQLInputValue[])),
      run: (parameters: readonly unknown[]) => native.run(...(parameters as SQLInputValue[])),
      iterate: (parameters: readonly unknown[]) => native.iterate(...(parameters as SQLInputValue[])),
    };
    if (this.#statements.size >= keptStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
