import { describe, expect, it } from 'vitest';
import {
  byteCount,
  collect,
  collectNames,
  collectPairs,
  finiteNumber,
  wholeNumber,
} from '../src/commands/options.ts';
import { count, figure, percent, plural } from '../src/terminal/numbers.ts';

describe('option parsers', () => {
  it('takes whole numbers from a minimum', () => {
    expect(wholeNumber(2)('5')).toBe(5);
    for (const bad of ['1', '2.5', 'two', '', ' ', '1e99', 'NaN'])
      expect(() => wholeNumber(2)(bad)).toThrow(/whole number/);
  });

  it('takes finite numbers from a minimum', () => {
    expect(finiteNumber(0)('0.25')).toBe(0.25);
    for (const bad of ['-1', 'Infinity', '', 'x']) expect(() => finiteNumber(0)(bad)).toThrow(/number/);
  });

  it('takes sizes with units', () => {
    expect(['8GB', '500 mb', '1.5GiB', '2K', '1024', '3TiB', '7b'].map(byteCount)).toEqual([
      8e9,
      5e8,
      1.5 * 2 ** 30,
      2000,
      1024,
      3 * 2 ** 40,
      7,
    ]);
    for (const bad of ['', 'GB', '-1GB', '0', '1PB', '8 G B', 'NaN', '1e9'])
      expect(() => byteCount(bad)).toThrow(/size/);
  });

  it('collects values and pairs; the last = separates', () => {
    expect(collect('b', ['a'])).toEqual(['a', 'b']);
    expect(collect('a')).toEqual(['a']);
    const pairs = collectPairs(['text', 'category']);
    expect(pairs('a=b=text', pairs('c=category'))).toEqual({ c: 'category', 'a=b': 'text' });
    for (const bad of ['text', '=text', 'a=', 'a=number']) expect(() => pairs(bad)).toThrow(/COLUMN=VALUE/);
  });
});

describe('lists of names', () => {
  it('are parted by commas and add up; quotation marks keep a comma', () => {
    expect(collectNames('a, b', collectNames('c'))).toEqual(['c', 'a', 'b']);
    expect(collectNames('"last, first"', ['a'])).toEqual(['a', 'last, first']);
    for (const bad of ['', 'a,', ',a', 'a,,b']) expect(() => collectNames(bad)).toThrow(/names of columns/);
  });
});

describe('numbers for people', () => {
  it('shows dashes for what is not defined', () => {
    expect([figure(null), figure(Number.NaN), figure(undefined), percent(Infinity)]).toEqual([
      '–',
      '–',
      '–',
      '–',
    ]);
  });

  it('shows figures, shares and counts', () => {
    expect(figure(0.123456)).toBe('0.1235');
    expect(percent(0.1413)).toBe('14.1 %');
    expect(count(12345.678)).toBe('12,345.7');
    expect(plural(1, 'row')).toBe('1 row');
    expect(plural(2, 'row')).toBe('2 rows');
    expect(plural(0, 'class', 'classes')).toBe('0 classes');
  });
});
