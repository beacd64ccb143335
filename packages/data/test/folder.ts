import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VerdictError } from '@verdict/core';
import { afterAll } from 'vitest';

/** A folder for the files of one test file, removed in the end. */
export function testFolder(): { path: (name: string) => string; write: (name: string, content: string | Uint8Array) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'data-test-'));
  // Whatever readers leave behind is then seen here, and comes from this file's tests.
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** A CSV text of a header and rows. */
export function csv(header: readonly string[], rows: readonly (readonly unknown[])[], delimiter = ','): string {
  return [header, ...rows].map((row) => `${row.map(String).join(delimiter)}\n`).join('');
}

/** A CSV text of `count` rows made by a function, with a target `y` of yes and no in turn. */
export function rowsWithTarget(count: number, columns: Readonly<Record<string, (row: number) => unknown>>): string {
  const names = Object.keys(columns);
  return csv(
    [...names, 'y'],
    Array.from({ length: count }, (_, row) => [...names.map((name) => columns[name](row)), row % 3 === 0 ? 'yes' : 'no']),
  );
}

/** The catalogue error that work ends in; fails if it ends well or in another error. */
export async function errorOf(work: Promise<unknown>): Promise<VerdictError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VerdictError) return error;
    throw error;
  }
  throw new Error('Expected an error.');
}

/** Names in the system's temporary folder that readers leave while they work. */
export function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('verdict-'));
}
