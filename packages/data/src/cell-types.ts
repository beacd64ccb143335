import { isMissing, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import type { ColumnType } from '@verdict/core';

/** What a text of a number-typed column stands for: undefined if it is not of the type; NaN if missing. */
export function parseAs(
  type: ColumnType,
  text: string,
  words: readonly [string, string] | undefined,
): number | undefined {
  if (isMissing(text)) return NaN;
  if (type === 'boolean') {
    const value = parseBoolean(text, words);
    return value === undefined ? undefined : Number(value);
  }
  if (type === 'datetime') return parseDateTime(text);
  const value = parseNumber(text);
  return type === 'integer' && value !== undefined && !isWhole(value) ? undefined : value;
}

/** True for whole numbers, infinities and NaN. */
export function isWhole(value: number): boolean {
  return Number.isInteger(value) || !Number.isFinite(value);
}

/** What a value of the type looks like, for messages. */
export function describeType(type: ColumnType, words: readonly [string, string] | undefined): string {
  if (type === 'boolean') return words === undefined ? 'true or false' : `"${words[0]}" or "${words[1]}"`;
  if (type === 'datetime') return 'a date or date-time such as 2024-03-01 or 2024-03-01T12:30:00Z';
  return type === 'integer' ? 'a whole number' : 'a number';
}
