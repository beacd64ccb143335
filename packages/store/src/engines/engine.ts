import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../sql/tables.ts';

/** A column of rows that are inserted in bulk. */
export interface BulkColumn {
  /** As the row's property is called. */
  readonly property: string;
  /** As the table's column is called. */
  readonly column: string;
  readonly type: 'text' | 'integer' | 'real';
}

export interface BulkTable {
  readonly table: string;
  /** The first is unique: a row whose value is there already is left out. */
  readonly columns: readonly BulkColumn[];
}

/** What differs between the databases; everything else is the same Kysely code over both. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres';
  /** The file, or host and name of the database; never a password. */
  readonly location: string;
  readonly db: Kysely<Tables>;
  /**
   * The version of the tables, 0 before the first.
   *
   * @throws InvalidStore when the database holds something else
   */
  schemaVersion(db: Kysely<Tables>): Promise<number>;
  /** Makes the place that the tables live in, where the database has such places. */
  makeSchema(transaction: Transaction<Tables>): Promise<void>;
  /**
   * Keeps every other writer of the registry, in any process, out until the transaction ends. What is read
   * after it is the newest state.
   */
  lockRegistry(transaction: Transaction<Tables>): Promise<void>;
  /**
   * Inserts rows whose first column is not there yet, as fast as the database can.
   *
   * @returns the values of the first column of those that were inserted
   */
  insertNew(
    transaction: Transaction<Tables>,
    into: BulkTable,
    rows: readonly object[],
  ): Promise<ReadonlySet<unknown>>;
  /** The error of the catalogue that an error of the driver means; others are given back as they are. */
  translate(error: unknown): unknown;
  close(): Promise<void>;
}

/** Set on an error that came while a commit was on its way: it may have happened or not. */
export const commitUnknown = Symbol('commit unknown');
