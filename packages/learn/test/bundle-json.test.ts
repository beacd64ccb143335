import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { InvalidModel, InvalidOption } from '@verdict/core';
import { canonicalJson } from '../src/json/canonical-json.ts';
import { decodeUtf8, parseJsonBytes } from '../src/json/json-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('canonical JSON', () => {
  it('sorts keys and keeps short arrays on a line', () => {
    expect(canonicalJson({ b: [1, 'x', null], a: { d: [], c: {} }, e: [{ f: true }, []] })).toBe(
      '{\n  "a": {\n    "c": {},\n    "d": []\n  },\n  "b": [1, "x", null],\n  "e": [\n    {\n      "f": true\n    },\n    []\n  ]\n}\n',
    );
  });

  it('reads back as the same value, and is the same for every order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const back: unknown = JSON.parse(text);
        expect(canonicalJson(back)).toBe(text);
        expect(back).toEqual(value);
        const reversed: unknown = JSON.parse(text, (_, member: unknown) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).toReversed())
            : member,
        );
        expect(canonicalJson(reversed)).toBe(text);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it('keeps every double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(JSON.parse(canonicalJson(value)), value)).toBe(true);
      }),
    );
    expect(canonicalJson([-0, 0.1, 5e-324])).toBe('[-0, 0.1, 5e-324]\n');
  });

  it('writes typed arrays as arrays, and leaves out what is undefined', () => {
    expect(canonicalJson({ a: Float64Array.of(1, 2.5), b: undefined })).toBe('{\n  "a": [1, 2.5]\n}\n');
    expect(canonicalJson(new Int32Array(0))).toBe('[]\n');
  });

  it('refuses or nulls what is not finite, as told', () => {
    expect(() => canonicalJson({ a: [NaN] })).toThrow('$.a[0]');
    expect(() => canonicalJson(Infinity)).toThrow(InvalidOption);
    expect(canonicalJson([NaN, -Infinity, 1], { nonFinite: 'null' })).toBe('[null, null, 1]\n');
  });

  it('refuses what JSON has no form for', () => {
    const cycle: unknown[] = [];
    cycle.push([cycle]);
    for (const value of [
      undefined,
      () => 1,
      Symbol('x'),
      1n,
      [undefined],
      cycle,
      new DataView(new ArrayBuffer(1)).getInt8,
    ])
      expect(() => canonicalJson(value)).toThrow(InvalidOption);
  });
});

describe('JSON that is not trusted', () => {
  it('is parsed if it is sound', () => {
    expect(parseJsonBytes(bytes('{"a": ["[{", "\\"]"]}'), 'f')).toEqual({ a: ['[{', '"]'] });
  });

  it.each<[string, RegExp, Uint8Array]>([
    ['not JSON', /f: the file is not valid JSON/, bytes('{"a": }')],
    ['nothing', /not valid JSON/, bytes('')],
    ['cut off', /not valid JSON/, bytes('{"a": [1, 2')],
    ['with a byte order mark', /not valid JSON/, bytes('\ufeff{}')],
    ['not UTF-8', /not UTF-8/, Uint8Array.of(0x22, 0xff, 0x22)],
    ['deep', /nested deeper than 100 levels/, bytes('['.repeat(101) + ']'.repeat(101))],
    ['very deep', /nested deeper than 100 levels/, bytes('[{"a":'.repeat(1_000_000))],
    ['NaN', /not valid JSON/, bytes('NaN')],
  ])('is refused when it is %s', (_, message, content) => {
    expect(() => parseJsonBytes(content, 'f')).toThrow(InvalidModel);
    expect(() => parseJsonBytes(content, 'f')).toThrow(message);
  });

  it('is refused when it is too large, before it is looked at', () => {
    expect(() => parseJsonBytes(bytes('[1, 2, 3]'), 'f', { maxBytes: 8 })).toThrow(
      /9 bytes are more than the 8/,
    );
    expect(parseJsonBytes(bytes('[[1]]'), 'f', { maxBytes: 5, maxDepth: 2 })).toEqual([[1]]);
  });

  it('has no brackets counted within strings', () => {
    const text = JSON.stringify('["\\'.repeat(500));
    expect(parseJsonBytes(bytes(text), 'f', { maxDepth: 1 })).toBe('["\\'.repeat(500));
    expect(decodeUtf8(bytes('ä'), 'f')).toBe('ä');
  });
});
