import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integerScale } from '../src/integer-scale.ts';

const float = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });

describe('the scale of integer histograms', () => {
  it('is a power of two that no sum overflows, even if every value is rounded up', () => {
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 1e6 }),
        (values, times) => {
          const rows = values.length * times;
          const sum = values.reduce((total, value) => total + value, 0) * times;
          const scale = integerScale(sum, rows);
          expect(Number.isInteger(Math.log2(scale))).toBe(true);
          expect(Math.fround(scale)).toBe(scale);
          const highest =
            values.reduce((total, value) => total + Math.ceil(Math.fround(value * scale)), 0) * times;
          expect(highest).toBeLessThan(2 ** 31);
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });

  it('uses what room there is', () => {
    for (const sum of [1e-20, 1, 12345.678, 1e20, 3e38]) {
      expect(sum * integerScale(sum, 1000)).toBeGreaterThan((2 ** 31 - 1001) / 2);
    }
    expect(integerScale(0, 10)).toBe(1);
    // Ten million rows of the largest float32.
    expect(3.4e38 * 1e7 * integerScale(3.4e38 * 1e7, 1e7)).toBeLessThan(2 ** 31);
  });
});
