import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidStore, NotFound } from '@verdict/core';
import { CamelCasePlugin, Kysely, sql, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, Driver, Transaction } from 'kysely';
import type { Tables } from '../sql/tables.ts';
import { quoted } from './bulk.ts';
import type { BulkTable, Engine } from './engine.ts';
import { NodeSqlite } from './sqlite-database.ts';
import { translateSqlite } from './sqlite-faults.ts';

export interface SqliteOptions {
  readonly path: string;
  /** Make the file when it is not there. Default: true. */
  readonly create?: boolean;
  /** How long one statement waits for another process, milliseconds; the thread stands still. Default: 1000. */
  readonly busyTimeout?: number;
  /** The most pages that the file may have: a quota. Default: SQLite's own limit. */
  readonly maxPages?: number;
}

/**
 * Opens a file of SQLite: write-ahead log, and a flush to the disk in every commit. The folder and the file
 * belong to their owner alone, since the log holds personal values.
 *
 * @throws NotFound when the file is not there and is not to be made, StoreUnavailable, InvalidStore
 */
export function openSqlite(options: SqliteOptions): Engine {
  const path = resolve(options.path);
  const isNew = !existsSync(path);
  if (isNew && options.create === false) {
    throw new NotFound({
      problem: `There is no store at ${path}.`,
      hint: 'Give the folder of an existing one (--data-dir), or make it by registering a model.',
    });
  }
  try {
    if (isNew) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new NodeSqlite(path, options.busyTimeout ?? 1000);
    try {
      if (isNew) chmodSync(path, 0o600);
      database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;');
      if (options.maxPages !== undefined)
        database.exec(`pragma max_page_count = ${Number(options.maxPages)}`);
    } catch (error) {
      database.close();
      throw error;
    }
    return sqliteEngine(database, path);
  } catch (error) {
    throw translateSqlite(error, path);
  }
}

function sqliteEngine(database: NodeSqlite, path: string): Engine {
  const db = new Kysely<Tables>({
    dialect: new ImmediateDialect(database),
    plugins: [new CamelCasePlugin()],
  });
  return {
    kind: 'sqlite',
    location: path,
    db,
    schemaVersion: (reader) => schemaVersion(reader, path),
    makeSchema: () => Promise.resolve(),
    // Every transaction is `begin immediate`: it has the file's one write lock from its start.
    lockRegistry: () => Promise.resolve(),
    insertNew: (_transaction: Transaction<Tables>, into: BulkTable, rows: readonly object[]) =>
      Promise.resolve(insertNew(database, into, rows)),
    translate: (error) => translateSqlite(error, path),
    close: () => db.destroy(),
  };
}

async function schemaVersion(db: Kysely<Tables>, path: string): Promise<number> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    db,
  );
  if (rows.length === 0) return 0;
  if (!rows.some(({ name }) => name === 'verdict_schema')) {
    throw new InvalidStore({
      problem: `${path}: the database belongs to another program.`,
      hint: 'Give another folder (--data-dir): Verdict makes its own file there.',
    });
  }
  const { version } = await db
    .selectFrom('verdictSchema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return version ?? 0;
}

/**
 * Runs one compiled statement for each row on the one connection, inside the transaction that the caller has
 * open on it: several times faster than statements that Kysely compiles anew.
 */
function insertNew(database: NodeSqlite, into: BulkTable, rows: readonly object[]): Set<unknown> {
  const columns = into.columns.map(({ column }) => quoted(column)).join(', ');
  const places = into.columns.map(() => '?').join(', ');
  const key = into.columns[0];
  const { native } = database.prepare(
    `insert into ${quoted(into.table)} (${columns}) values (${places}) on conflict (${quoted(key.column)}) do nothing`,
  );
  const inserted = new Set<unknown>();
  for (const row of rows as readonly Record<string, string | number | null>[]) {
    const { changes } = native.run(...into.columns.map(({ property }) => row[property]));
    if (changes === 1) inserted.add(row[key.property]);
  }
  return inserted;
}

/** A transaction that takes the write lock when it begins, not in its midst, where SQLite could only refuse. */
class ImmediateDialect extends SqliteDialect {
  readonly #database: NodeSqlite;

  constructor(database: NodeSqlite) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: NodeSqlite;

  constructor(database: NodeSqlite) {
    super({ database });
    this.#database = database;
  }

  override beginTransaction(): Promise<void> {
    return attempt(() => this.#database.exec('begin immediate'));
  }

  override commitTransaction(): Promise<void> {
    return attempt(() => this.#database.exec('commit'));
  }

  override rollbackTransaction(_connection: DatabaseConnection): Promise<void> {
    // On a full disk SQLite has rolled back by itself already.
    return attempt(() => {
      if (this.#database.isTransaction) this.#database.exec('rollback');
    });
  }
}

async function attempt(action: () => void): Promise<void> {
  action();
}
