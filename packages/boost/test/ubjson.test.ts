import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUbjson, writeUbjson } from '../src/ubjson.ts';

/** The bytes of `{"x": value}` behind the brace, the length and the name. */
const encoded = (value: number): Buffer => Buffer.from(writeUbjson({ x: value })).subarray(11, -1);

describe('a number in UBJSON', () => {
  // XGBoost's writer leaves the outermost numbers of each width to the next one; so do we, to the byte.
  it.each([
    [0, '6900'],
    [126, '697e'],
    [-127, '6981'],
    [127, '49007f'],
    [-128, '49ff80'],
    [32766, '497ffe'],
    [-32767, '498001'],
    [32767, '6c00007fff'],
    [-32768, '6cffff8000'],
    [2147483647, '6c7fffffff'],
    [0.5, '643f000000'],
  ])('%d has the width that XGBoost gives it', (value, hexadecimal) => {
    expect(encoded(value).toString('hex')).toBe(hexadecimal);
  });

  it('comes back', () => {
    const number = fc.oneof(
      fc.integer(),
      fc.float({ noNaN: true }).filter((value) => !Object.is(value, -0)),
    );
    fc.assert(
      fc.property(fc.array(number), (values) => {
        fc.pre(values.every((value) => !Number.isInteger(value) || Math.abs(value) < 2 ** 31));
        expect(parseUbjson(writeUbjson({ values }))).toEqual({ values });
      }),
    );
  });
});
