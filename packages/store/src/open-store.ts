import { join } from 'node:path';
import { openPostgres } from './engines/postgres.ts';
import { openSqlite } from './engines/sqlite.ts';
import { openSqlStore } from './sql/sql-store.ts';
import type { Store } from './store.ts';
import { uuidV7 } from './uuid.ts';

/** The folder of everything that Verdict remembers, where none is named. */
export const defaultDataDir = 'verdict-data';

/** The name of SQLite's file in that folder. */
export const sqliteFile = 'verdict.sqlite';

export interface StoreOptions {
  /** Folder of the SQLite file `verdict.sqlite`. Default: `verdict-data`. */
  readonly dataDir?: string;
  /** `postgres://...`: that database instead of a file. Default: none. */
  readonly databaseUrl?: string | undefined;
  /** Make the SQLite file when it is not there. Default: true. */
  readonly create?: boolean;
  /** For how long work is tried again while the database cannot do it, milliseconds. Default: 10,000. */
  readonly patience?: number;
  /** The most connections to Postgres. Default: 4. */
  readonly connections?: number;
  /** The most pages of 4 KiB that the SQLite file may have. Default: no limit. */
  readonly maxPages?: number;
}

/** What a program may put in the place of the world. */
export interface StoreWorld {
  /** The clock, milliseconds since 1970. Default: the system's. */
  readonly now?: () => number;
  /** Makes a new id. Default: a UUID of version 7. */
  readonly newId?: () => string;
}

/**
 * Opens the store in this thread, as a command does; a server keeps it in a thread of its own
 * (`openStoreThread`), since SQLite lets its thread wait for the disk.
 *
 * @throws StoreUnavailable, InvalidStore (broken, foreign, or written by a newer version), NotFound
 */
export async function openStore(options: StoreOptions = {}, world: StoreWorld = {}): Promise<Store> {
  const now = world.now ?? Date.now;
  const context = { now, newId: world.newId ?? (() => uuidV7(now())), patience: options.patience ?? 10_000 };
  return openSqlStore(openEngine(options), context);
}

function openEngine(options: StoreOptions) {
  if (options.databaseUrl !== undefined && options.databaseUrl !== '') {
    return openPostgres({
      url: options.databaseUrl,
      ...(options.connections === undefined ? {} : { connections: options.connections }),
    });
  }
  return openSqlite({
    path: join(options.dataDir ?? defaultDataDir, sqliteFile),
    ...(options.create === undefined ? {} : { create: options.create }),
    ...(options.maxPages === undefined ? {} : { maxPages: options.maxPages }),
  });
}
