import { InvalidOption } from '@verdict/core';
import { checkInteger } from '../checks.ts';
import type { Page, PageOptions } from '../records/log.ts';

/** The most rows of one page. */
const largestPage = 10_000;

/** Where a page begins and how far it goes. */
export interface PageRequest<C> {
  /** The place of the last row of the page before. */
  readonly after: C | undefined;
  readonly limit: number;
  readonly direction: 'asc' | 'desc';
  /** What a row's place must be compared by to come after the cursor. */
  readonly comparison: '>' | '<';
}

/**
 * Reads the options of a page.
 *
 * @param isCursor tells whether a decoded cursor has the form that this list gives out
 * @throws InvalidOption
 */
export function pageRequest<C>(
  options: PageOptions | undefined,
  isCursor: (value: unknown) => value is C,
): PageRequest<C> {
  const limit = checkInteger('limit', options?.limit ?? 100, 1, largestPage);
  const newest = (options?.order ?? 'newest') === 'newest';
  return {
    after: options?.cursor === undefined ? undefined : decodeCursor(options.cursor, isCursor),
    limit,
    direction: newest ? 'desc' : 'asc',
    comparison: newest ? '<' : '>',
  };
}

/**
 * Makes a page of the rows found, of which one more than the limit was asked for.
 *
 * @param placeOf what the next page begins after
 */
export function pageOf<R, T, C>(
  rows: readonly R[],
  request: PageRequest<C>,
  itemOf: (row: R) => T,
  placeOf: (row: R) => C,
): Page<T> {
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    next:
      rows.length > request.limit && last !== undefined
        ? Buffer.from(JSON.stringify(placeOf(last))).toString('base64url')
        : null,
  };
}

function decodeCursor<C>(cursor: string, isCursor: (value: unknown) => value is C): C {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isCursor(value)) {
    throw new InvalidOption({ option: 'cursor', got: cursor, expected: 'the "next" of a page of this list' });
  }
  return value;
}

/** A place in a list by one counter. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** A place in a list by time, then by id. */
export function isTimeAndId(value: unknown): value is readonly [number, string] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isSafeInteger(value[0]) &&
    typeof value[1] === 'string'
  );
}
