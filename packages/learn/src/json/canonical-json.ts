import { InvalidOption } from '@verdict/core';

/** Options of `canonicalJson`. */
export interface CanonicalJsonOptions {
  /**
   * What becomes of NaN and the infinities, which JSON does not have: `refuse` throws, `null` writes null
   * ("this figure is not defined"). Default `refuse`.
   */
  readonly nonFinite?: 'refuse' | 'null';
}

/**
 * JSON text that is the same for equal values, always: keys sorted by UTF-16 unit, two spaces of indent,
 * arrays of plain values on one line, numbers as the shortest decimal that reads back as the same double
 * (with -0 kept), a line feed at the end. Typed arrays are written as arrays, undefined members of objects
 * are left out.
 *
 * @throws InvalidOption for what JSON cannot hold: functions, symbols, big integers, undefined in an array,
 * cycles (deeper than 100 levels), and non-finite numbers unless told otherwise
 */
export function canonicalJson(value: unknown, options: CanonicalJsonOptions = {}): string {
  const parts: string[] = [];
  write(value, '$', 0, parts, options.nonFinite ?? 'refuse');
  parts.push('\n');
  return parts.join('');
}

function write(
  value: unknown,
  path: string,
  depth: number,
  parts: string[],
  nonFinite: 'refuse' | 'null',
): void {
  if (depth > 100) refuse(path, 'more than 100 levels of nesting');
  if (value === null || typeof value !== 'object') {
    parts.push(scalar(value, path, nonFinite));
  } else if (Array.isArray(value) || isNumberArray(value)) {
    writeArray(Array.from(value as ArrayLike<unknown>), path, depth, parts, nonFinite);
  } else {
    writeObject(value as Record<string, unknown>, path, depth, parts, nonFinite);
  }
}

function writeArray(
  items: readonly unknown[],
  path: string,
  depth: number,
  parts: string[],
  nonFinite: 'refuse' | 'null',
): void {
  if (items.every((item) => item === null || typeof item !== 'object')) {
    parts.push('[', items.map((item, i) => scalar(item, `${path}[${i}]`, nonFinite)).join(', '), ']');
    return;
  }
  items.forEach((item, i) => {
    parts.push(i === 0 ? '[' : ',', newline(depth + 1));
    write(item, `${path}[${i}]`, depth + 1, parts, nonFinite);
  });
  parts.push(newline(depth), ']');
}

function writeObject(
  value: Record<string, unknown>,
  path: string,
  depth: number,
  parts: string[],
  nonFinite: 'refuse' | 'null',
): void {
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  keys.forEach((key, i) => {
    parts.push(i === 0 ? '{' : ',', newline(depth + 1), JSON.stringify(key), ': ');
    write(value[key], `${path}.${key}`, depth + 1, parts, nonFinite);
  });
  parts.push(keys.length === 0 ? '{}' : `${newline(depth)}}`);
}

function scalar(value: unknown, path: string, nonFinite: 'refuse' | 'null'): string {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
    return nonFinite === 'null' ? 'null' : refuse(path, String(value));
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  return refuse(path, typeof value);
}

function isNumberArray(value: object): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function newline(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

function refuse(path: string, got: string): never {
  throw new InvalidOption({ option: path, got, expected: 'a value that JSON can hold' });
}
