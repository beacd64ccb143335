import { InvalidStore, StoreUnavailable } from '@verdict/core';
import type { StoreTrouble } from '@verdict/core';

interface SqliteError extends Error {
  readonly errcode: number;
  readonly errstr: string;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number';
}

/** SQLite's primary result codes that pass, with what to do. https://sqlite.org/rescode.html */
const passing: Readonly<Record<number, { reason: StoreTrouble; problem: string; hint: string }>> = {
  5: {
    reason: 'locked',
    problem: 'another process holds the lock of the database',
    hint: 'Try again; if it lasts, end the program that has the file open (a backup, a browser of databases).',
  },
  6: {
    reason: 'locked',
    problem: 'a table of the database is locked',
    hint: 'Try again in a moment.',
  },
  7: {
    reason: 'io',
    problem: 'there is not enough memory for the database',
    hint: 'Free some memory and try again.',
  },
  8: {
    reason: 'io',
    problem: 'the database cannot be written to',
    hint: 'Check the rights of the file and its folder, and that its disk is not mounted read-only or was moved.',
  },
  10: {
    reason: 'io',
    problem: 'the disk reports an error',
    hint: 'Check the disk and its free space, then try again.',
  },
  13: {
    reason: 'full',
    problem: 'the disk is full',
    hint: 'Free some space (verdict models gc removes what nothing needs) and try again.',
  },
  14: {
    reason: 'io',
    problem: 'the database cannot be opened',
    hint: 'Check that the folder exists, that it may be written to, and that the limit of open files is not reached.',
  },
};

/** What an error of `node:sqlite` means; other errors are given back as they are. */
export function translateSqlite(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  const primary = error.errcode & 0xff;
  const known = passing[primary];
  if (known !== undefined) {
    return new StoreUnavailable({
      reason: known.reason,
      problem: `${path}: ${known.problem} (${error.errstr}).`,
      hint: known.hint,
      cause: error,
    });
  }
  if (primary === 11 || primary === 26) {
    return new InvalidStore({
      problem: `${path}: ${primary === 26 ? 'the file is no SQLite database' : 'the database is damaged'} (${error.errstr}).`,
      hint: 'Restore the file from a backup; with the program sqlite3, ".recover" saves what can be saved.',
      cause: error,
    });
  }
  return error;
}
