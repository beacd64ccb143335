import { describe, expect, it } from 'vitest';
import { CsvTokenizer } from '../src/csv-tokenizer.ts';
import { uniqueNames } from '../src/csv-dialect.ts';
import { DistinctCounter } from '../src/distinct-counter.ts';
import { guessEncoding, invalidUtf8 } from '../src/encoding.ts';
import { Growing } from '../src/growing.ts';
import { looksLikeKey } from '../src/infer-type.ts';
import { byCodePoint } from '../src/locate.ts';
import { numberRange } from '../src/profile.ts';
import { sourceKind } from '../src/source.ts';
import { findLeakage } from '../src/leakage.ts';

function records(text: string, delimiter = ','): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const tokenizer = new CsvTokenizer(delimiter, true, ({ fields }) => found.push(fields));
  // One character at a time: pieces may end anywhere.
  for (const char of text) tokenizer.write(char);
  tokenizer.end();
  return found;
}

describe('CsvTokenizer', () => {
  it('follows RFC 4180 over all line ends', () => {
    expect(records('a,b\r\n1,"x,""y""\nz"\n,\r3,4')).toEqual([
      ['a', 'b'],
      ['1', 'x,"y"\nz'],
      ['', ''],
      ['3', '4'],
    ]);
  });
  it('keeps quotation marks inside plain fields, and quoted empty fields', () => {
    expect(records('5" pipe,""\n""')).toEqual([['5" pipe', ''], ['']]);
  });
  it('tells malformed records, blank lines and open quotation marks', () => {
    const seen: [number, boolean][] = [];
    const tokenizer = new CsvTokenizer(',', false, ({ fieldCount, malformed }) => seen.push([fieldCount, malformed]));
    tokenizer.write('"a"b,c\n\nx,y\n"open');
    expect(tokenizer.end()).toBe(true);
    expect(seen).toEqual([
      [2, true],
      [0, false],
      [2, false],
      [1, false],
    ]);
  });
});

describe('uniqueNames', () => {
  it('names the nameless and parts the twins without taking a name that is there', () => {
    const { names, renamed } = uniqueNames(['a', '', ' a ', 'a_2', 'a', '']);
    expect(names).toEqual(['a', 'column_2', 'a_3', 'a_2', 'a_4', 'column_6']);
    expect(renamed.map(({ position }) => position)).toEqual([2, 3, 5, 6]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('encoding', () => {
  it('is guessed from marks, zero bytes and control bytes', () => {
    expect(guessEncoding(Buffer.from('\ufeffa,b', 'utf16le'))).toBe('utf-16le');
    expect(guessEncoding(Buffer.from('\ufeffa,b', 'utf16le').swap16())).toBe('utf-16be');
    expect(guessEncoding(Buffer.from('name,value\n', 'utf16le'))).toBe('utf-16le');
    expect(guessEncoding(Buffer.from('name,value\n\n', 'utf16le').swap16())).toBe('utf-16be');
    expect(guessEncoding(Buffer.from('a,b\nä,ö\n'))).toBe('utf-8');
    expect(guessEncoding(Buffer.from([1, 2, 3, 4, 0, 200, 7]))).toBe('binary');
  });
  it('finds the first byte that is not UTF-8', () => {
    expect(invalidUtf8(Buffer.from('aä€😀'))).toEqual({ kind: 'ok', at: 10 });
    expect(invalidUtf8(Buffer.from('aä€😀').subarray(0, 8))).toEqual({ kind: 'ok', at: 6 });
    expect(invalidUtf8(Buffer.from('abcé,', 'latin1'))).toEqual({ kind: 'invalid', at: 3 });
    expect(invalidUtf8(Buffer.from([0x61, 0xc3, 0x28]))).toEqual({ kind: 'invalid', at: 1 });
    expect(invalidUtf8(Buffer.from([0xed, 0xa0, 0x80]))).toEqual({ kind: 'invalid', at: 0 });
    expect(invalidUtf8(Buffer.from([0xf4, 0x90, 0x80, 0x80]))).toEqual({ kind: 'invalid', at: 0 });
  });
});

describe('Growing', () => {
  it('keeps values over segments, and those at given places', () => {
    const grow = Growing.numbers();
    const expected = Array.from({ length: 10_000 }, (_, i) => i * 1.5);
    for (let from = 0; from < expected.length; from += 777) {
      const part = expected.slice(from, from + 777);
      grow.reserve(part.length).set(part);
    }
    expect(Array.from(grow.copy())).toEqual(expected);
    const keep = Uint32Array.from([0, 5, 2047, 2048, 9_999]);
    const kept = grow.finish(keep);
    expect(Array.from(kept)).toEqual(Array.from(keep, (i) => i * 1.5));
    expect(kept.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(grow.finish(undefined).length).toBe(0);
  });
});

describe('DistinctCounter', () => {
  it('is exact for few and within 5 % for many', () => {
    for (const count of [0, 1, 4096, 50_000, 1_000_000]) {
      const counter = new DistinctCounter();
      for (let i = 0; i < count; i++) counter.add(i * 7, i >> 3);
      if (count > 0) counter.add(0, 0);
      expect(counter.isExact).toBe(count <= 4096);
      expect(Math.abs(counter.count - count)).toBeLessThanOrEqual(count <= 4096 ? 0 : count * 0.05);
    }
  });
});

describe('looksLikeKey', () => {
  it('knows keys by name', () => {
    for (const name of ['id', 'ID', 'customer_id', 'customerId', 'uuid', 'Row Number', 'Unnamed: 0', 'rownames', 'zip code']) {
      expect([name, looksLikeKey(name)]).toEqual([name, true]);
    }
    for (const name of ['income', 'paid', 'humid', 'valid', 'number_customer_service_calls', 'price_index', 'monkey']) {
      expect([name, looksLikeKey(name)]).toEqual([name, false]);
    }
  });
});

describe('byCodePoint', () => {
  it('orders beyond the basic plane, which UTF-16 order does not', () => {
    expect(['😀', '\uffee', 'a', 'B', 'aa', ''].sort(byCodePoint)).toEqual(['', 'B', 'a', 'aa', '\uffee', '😀']);
  });
});

describe('numberRange', () => {
  it('rounds bounds that few rows have outwards and never shows them', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => 20 + i);
    const { min = NaN, max = NaN, mean } = numberRange(values, false);
    expect(min).toBeLessThan(20);
    expect(min).toBeGreaterThanOrEqual(10);
    expect(max).toBeGreaterThan(119);
    expect(max).toBeLessThanOrEqual(130);
    expect(mean).toBeCloseTo(69.5);
    expect(numberRange(values, true)).toEqual({ min: 20, max: 119, mean: expect.closeTo(69.5) });
  });
  it('shows bounds that five rows have, and nothing of fewer than five values', () => {
    expect(numberRange(Float64Array.of(0, 0, 0, 0, 0, 9, 9), false)).toMatchObject({ min: 0, max: 9.1, maxRounded: true });
    expect(numberRange(Float64Array.of(0, 0, 0, 0, 0, 9, 9), false)).not.toHaveProperty('minRounded');
    expect(numberRange(Float64Array.of(0, 0, 0, 0, 0, 9, 9, 9, 9, 9, NaN, Infinity), false)).toEqual({ min: 0, max: 9, mean: 4.5 });
    expect(numberRange(Float64Array.of(1, 2, NaN), false)).toEqual({});
    expect(numberRange(Float64Array.of(7, 7, 7, 7), true)).toEqual({ min: 7, max: 7, mean: 7 });
    expect(numberRange(new Float64Array(0), true)).toEqual({});
  });
});

describe('sourceKind', () => {
  it('sorts SQL types', () => {
    expect(['BIGINT', 'DECIMAL(18,3)', 'DOUBLE', 'UTINYINT'].map(sourceKind)).toEqual(Array(4).fill('number'));
    expect(['DATE', 'TIMESTAMP WITH TIME ZONE'].map(sourceKind)).toEqual(['datetime', 'datetime']);
    expect(['STRUCT(a INTEGER)', 'INTEGER[]', 'DOUBLE[3]', 'MAP(VARCHAR, DOUBLE)'].map(sourceKind)).toEqual(Array(4).fill('nested'));
    expect([sourceKind('VARCHAR'), sourceKind('BLOB'), sourceKind('BOOLEAN'), sourceKind('UUID')]).toEqual(['text', 'binary', 'boolean', 'text']);
  });
});

describe('findLeakage', () => {
  const target = Int32Array.from({ length: 60_000 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  it('confirms on all rows what a sample shows', () => {
    const values = Float64Array.from(target, (label, i) => label * 10 + (i % 5));
    const [finding] = findLeakage([{ kind: 'number', name: 'refund', values }], target);
    expect(finding).toMatchObject({ code: 'SUSPECTED_LEAKAGE', severity: 'warning', column: 'refund', details: { auc: 1 } });
  });
  it('looks at missing values, which may tell as much', () => {
    const values = Float64Array.from(target, (label, i) => (label === 1 ? NaN : i % 100));
    expect(findLeakage([{ kind: 'number', name: 'x', values }], target)).toHaveLength(1);
  });
  it('is not deceived by categories that few rows share', () => {
    const codes = Int32Array.from(target, (_, i) => i);
    const levels = Array.from(target, (_, i) => `u${i}`);
    expect(findLeakage([{ kind: 'code', name: 'user', codes, levels }], target)).toEqual([]);
    const own = Int32Array.from(target);
    expect(findLeakage([{ kind: 'code', name: 'copy', codes: own, levels: ['n', 'y'] }], target)).toHaveLength(1);
  });
  it('says nothing of fewer than ten rows of a class', () => {
    const few = Int32Array.from({ length: 30 }, (_, i) => (i < 9 ? 1 : 0));
    expect(findLeakage([{ kind: 'number', name: 'x', values: Float64Array.from(few) }], few)).toEqual([]);
  });
});
