import { isMissing, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import type { Bundle } from '@verdict/learn';
import { listed } from '../http/refusal.ts';
import { knownLevels } from './known-levels.ts';
import { rangeOf } from './value-range.ts';

type Input = Bundle['plan']['inputs'][number];

/** What a value of a field is found to be. */
export type Finding = 'fine' | 'missing' | 'wrong' | 'unknown_category' | 'out_of_range';

/** The check of one field, compiled from a bundle. */
export interface FieldCheck {
  readonly name: string;
  readonly type: ColumnType;
  /** May it be absent or null? Only if a value was missing in training. */
  readonly optional: boolean;
  /** Every object inherits something of this name: only an own field counts. */
  readonly inherited: boolean;
  /** What is allowed, in words. */
  readonly expected: string;
  /** What the model knows, in words, where a value can be a stranger to it. */
  readonly usual: string;
  find(value: unknown): Finding;
}

/** Compiles the check of one column that a model reads. */
export function fieldCheck(bundle: Bundle, input: Input): FieldCheck {
  const { name, type, optional } = input;
  const common = { name, type, optional, inherited: name in Object.prototype };
  if (type === 'boolean') {
    const { words } = input;
    const expected = words === undefined ? 'true or false' : `true, false, "${words[0]}" or "${words[1]}"`;
    return { ...common, expected, usual: expected, find: booleanFinder(words) };
  }
  if (type === 'datetime') {
    const expected = 'a date or date-time such as 2024-03-01T12:30:00Z';
    return { ...common, expected, usual: expected, find: dateFinder };
  }
  if (type === 'numeric' || type === 'integer') {
    const range = rangeOf(bundle.profile.columns.find((column) => column.name === name));
    const usual =
      range === undefined ? 'a number' : `a number from ${round(range.low)} to ${round(range.high)}`;
    return { ...common, expected: 'a number', usual, find: numberFinder(range?.low, range?.high) };
  }
  const levels = type === 'text' ? undefined : knownLevels(bundle, name);
  const usual = levels === undefined ? 'a text' : `one of ${listed([...levels])}`;
  return { ...common, expected: 'a text', usual, find: levelFinder(levels) };
}

/** Six significant digits are enough for a message. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

function numberFinder(low = -Infinity, high = Infinity): (value: unknown) => Finding {
  return (value) => {
    if (typeof value === 'number') return value >= low && value <= high ? 'fine' : 'out_of_range';
    if (value === null) return 'missing';
    if (typeof value !== 'string') return 'wrong';
    const number = parseNumber(value);
    if (number === undefined) return isMissing(value) ? 'missing' : 'wrong';
    return number >= low && number <= high ? 'fine' : 'out_of_range';
  };
}

function booleanFinder(words: Input['words']): (value: unknown) => Finding {
  return (value) => {
    if (typeof value === 'boolean') return 'fine';
    if (value === null) return 'missing';
    if (typeof value !== 'string' && typeof value !== 'number') return 'wrong';
    const text = String(value);
    if (parseBoolean(text, words) !== undefined) return 'fine';
    return isMissing(text) ? 'missing' : 'wrong';
  };
}

function dateFinder(value: unknown): Finding {
  if (value === null) return 'missing';
  if (typeof value !== 'string') return 'wrong';
  if (parseDateTime(value) !== undefined) return 'fine';
  return isMissing(value) ? 'missing' : 'wrong';
}

function levelFinder(levels: ReadonlySet<string> | undefined): (value: unknown) => Finding {
  return (value) => {
    if (value === null) return 'missing';
    if (typeof value === 'object' || value === undefined) return 'wrong';
    if (levels === undefined) return 'fine';
    const text = typeof value === 'string' ? value : String(value);
    if (levels.has(text)) return 'fine';
    // As the model itself reads a level: blanks around it do not count, a word for "missing" is no level.
    const trimmed = text.trim();
    if (levels.has(trimmed)) return 'fine';
    return isMissing(trimmed) ? 'missing' : 'unknown_category';
  };
}
