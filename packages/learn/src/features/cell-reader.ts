import { InvalidValue, isMissing, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import type { FeatureInput } from './feature-plan.ts';

/** Reads one value of a number column; NaN is missing. */
export type NumberReader = (value: unknown) => number;

/** Reads one value of another column; null is missing. */
export type TextReader = (value: unknown) => string | null;

/**
 * Reads single values of a numeric, integer, boolean or date-time column, as a JSON body or a program gives
 * them. null and the words for "missing" are NaN. Texts follow the parser that files are read with.
 * Date-times are texts or `Date` objects; a bare number is refused, since it may mean seconds or
 * milliseconds.
 *
 * @throws InvalidValue naming the column
 */
export function numberReader(input: FeatureInput): NumberReader {
  const column = input.name;
  const refuse = (got: unknown, expected: string): never => {
    throw new InvalidValue({ column, got: printable(got), expected });
  };
  const fromText = (parse: (text: string) => number | undefined, expected: string) => (text: string) =>
    parse(text) ?? (isMissing(text) ? NaN : refuse(text, expected));

  if (input.type === 'boolean') {
    const { words } = input;
    const expected = words === undefined ? 'true or false' : `true, false, "${words[0]}" or "${words[1]}"`;
    const read = fromText((text) => {
      const value = parseBoolean(text, words);
      return value === undefined ? undefined : Number(value);
    }, expected);
    return (value) => {
      if (typeof value === 'boolean') return value ? 1 : 0;
      if (value === null || Number.isNaN(value)) return NaN;
      // Digits go through the words too: 1 may be the word for false.
      return typeof value === 'string' || typeof value === 'number'
        ? read(String(value))
        : refuse(value, expected);
    };
  }

  if (input.type === 'datetime') {
    const expected = 'a date-time such as 2024-03-01T12:30:00Z';
    const read = fromText(parseDateTime, expected);
    return (value) => {
      if (typeof value === 'string') return read(value);
      if (value === null) return NaN;
      return value instanceof Date ? value.getTime() : refuse(value, expected);
    };
  }

  const read = fromText(parseNumber, 'a number');
  return (value) => {
    if (typeof value === 'number') return value;
    if (value === null) return NaN;
    if (typeof value === 'string') return read(value);
    return typeof value === 'bigint' ? Number(value) : refuse(value, 'a number');
  };
}

/**
 * Reads single values of a category column. Numbers and booleans stand for their usual notation: 3 for
 * "3", true for "true".
 *
 * @throws InvalidValue naming the column
 */
export function textReader(input: FeatureInput): TextReader {
  return (value) => {
    if (typeof value === 'string') return value;
    if (value === null || Number.isNaN(value)) return null;
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
      return String(value);
    throw new InvalidValue({ column: input.name, got: printable(value), expected: 'text' });
  };
}

/** Something that an error message can show, whatever prototype or methods the value has. */
function printable(value: unknown): unknown {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' || typeof value === 'function' ? 'an object' : value;
}
