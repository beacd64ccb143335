import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { InvalidOption, UnreadableFile } from '@verdict/core';

/** The file that is locked; it is there only while a search goes on, or after one that was killed. */
const NAME = '.verdict-search';
const BUSY = 5;

/**
 * Keeps other searches out of a folder until it is released, in this process and in others. The lock is one of the
 * operating system, taken by SQLite: it ends with the process however that ends, so that nothing stale is left.
 *
 * @param out what errors call the folder, which is there
 * @returns what releases it
 * @throws InvalidOption if another search holds it; UnreadableFile if nothing can be locked there
 */
export async function lockFolder(out: string): Promise<() => void> {
  const file = join(out, NAME);
  const { DatabaseSync: Database } = await import('node:sqlite');
  for (;;) {
    let database: DatabaseSync | undefined;
    try {
      // Opened and closed before it is locked: to close any other descriptor of the file would release the lock.
      closeSync(openSync(file, 'a'));
      const { ino } = statSync(file);
      database = new Database(file, { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
      // Who held it before may have removed the file meanwhile: a lock on that one keeps nobody out.
      if (statSync(file, { throwIfNoEntry: false })?.ino === ino) return release(file, database);
      database.close();
    } catch (cause) {
      database?.close();
      throw lockError(out, cause);
    }
  }
}

function release(file: string, database: DatabaseSync): () => void {
  return () => {
    rmSync(file, { force: true });
    database.close();
  };
}

function lockError(out: string, cause: unknown): Error {
  if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY) {
    return new InvalidOption({
      option: 'out',
      got: out,
      expected: 'a folder that no other search writes into',
      hint: 'Wait until the other "verdict tune" has ended, or choose another folder with --out.',
    });
  }
  return new UnreadableFile({
    file: join(out, NAME),
    problem: 'the folder cannot be locked, so that another search might write into it at the same time.',
    hint: 'Choose another folder with --out, on a disk that can be written to and knows locks.',
    cause,
  });
}
