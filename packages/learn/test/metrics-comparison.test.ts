import { readFileSync } from 'node:fs';
import { InsufficientData, InvalidOption, InvalidValue, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedResampledTTest, holmAdjust } from '../src/metrics/index.ts';
import { studentHalfWidth, studentTwoSided } from '../src/metrics/student-distribution.ts';

interface Fixture {
  student: { t: number; degrees: number; twoSided: number }[];
  halfWidths: { level: number; degrees: number; halfWidth: number }[];
  tests: (Record<'a' | 'b', number[]> &
    Record<
      'testToTrain' | 'level' | 'difference' | 'standardError' | 't' | 'pValue' | 'low' | 'high',
      number
    >)[];
  holm: { pValues: number[]; adjusted: number[] }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/comparison.json', import.meta.url), 'utf8'),
) as Fixture;

/** Equal up to a relative error. */
function expectNear(got: number, wanted: number, relative = 1e-11): void {
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-300);
}

describe("Student's t distribution", () => {
  it('has the tails that SciPy says', () => {
    for (const { t, degrees, twoSided } of fixture.student) {
      // Beyond 1e-300 nothing is compared; with many degrees, logarithms of gamma lose some digits.
      expectNear(studentTwoSided(t, degrees), twoSided, degrees > 1e5 ? 1e-8 : 1e-11);
    }
  });

  it('has the quantiles that SciPy says', () => {
    for (const { level, degrees, halfWidth } of fixture.halfWidths) {
      expectNear(studentHalfWidth(level, degrees), halfWidth, 1e-9);
    }
  });

  it('is Cauchy’s with one degree of freedom', () => {
    for (const t of [0.1, 1, 3, 1000]) {
      expectNear(studentTwoSided(t, 1), 1 - (2 / Math.PI) * Math.atan(t), 1e-9);
    }
  });

  it('says nothing where there is nothing', () => {
    expect(studentTwoSided(NaN, 4)).toBeNaN();
    expect(studentTwoSided(1, 0)).toBeNaN();
    expect(studentHalfWidth(0.95, 0)).toBeNaN();
    expect(studentHalfWidth(1, 4)).toBeNaN();
    expect(studentTwoSided(Infinity, 4)).toBe(0);
    expect(studentTwoSided(0, 4)).toBe(1);
  });
});

describe('the corrected resampled t-test', () => {
  it('equals the computation by NumPy and SciPy', () => {
    for (const { a, b, testToTrain, level, ...wanted } of fixture.tests) {
      const got = correctedResampledTTest(a, b, { testToTrain, level });
      expect(got.degreesOfFreedom).toBe(a.length - 1);
      for (const name of ['difference', 'standardError', 't', 'pValue', 'low', 'high'] as const) {
        expectNear(got[name], wanted[name], 1e-8);
      }
    }
  });

  it('errs as often as it says where nothing differs, and the plain t-test far more often', () => {
    // Two learners that are equally good in the long run, judged on 15 random halves of the same 60 rows: what
    // is luck of the rows shows in all of their scores.
    const random = new Random(5, 't-test');
    let corrected = 0;
    let plain = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const [a, b] = resampledScores(random);
      const { t, difference, pValue } = correctedResampledTTest(a, b, { testToTrain: 1 });
      if (pValue < 0.05) corrected++;
      const naive = t * Math.sqrt(1 / a.length + 1) * Math.sqrt(a.length);
      expect(Math.sign(naive)).toBe(Math.sign(difference));
      if (studentTwoSided(naive, a.length - 1) < 0.05) plain++;
    }
    expect(corrected / rounds).toBeLessThan(0.08);
    expect(plain / rounds).toBeGreaterThan(0.3);
  });

  it('is the same for the other side with the sign changed', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const n = Math.min(a.length, b.length);
        const one = correctedResampledTTest(a.slice(0, n), b.slice(0, n), { testToTrain: 0.25 });
        const two = correctedResampledTTest(b.slice(0, n), a.slice(0, n), { testToTrain: 0.25 });
        expect(two.difference).toBeCloseTo(-one.difference, 12);
        expect(two.pValue).toBe(one.pValue);
        expect(one.low).toBeLessThanOrEqual(one.high);
      }),
    );
  });

  it('knows no doubt where all scores differ alike', () => {
    const a = [0.9, 0.8, 0.7];
    expect(correctedResampledTTest(a, a, { testToTrain: 0.5 })).toMatchObject({
      t: 0,
      pValue: 1,
      low: 0,
      high: 0,
    });
    const lead = correctedResampledTTest([3, 4, 5], [2, 3, 4], { testToTrain: 0.5 });
    expect(lead).toMatchObject({ difference: 1, t: Infinity, pValue: 0, low: 1, high: 1 });
  });

  it('refuses what it cannot compare', () => {
    const run =
      (a: number[], b: number[], testToTrain = 0.25) =>
      () =>
        correctedResampledTTest(a, b, { testToTrain });
    expect(run([1, 2], [1, 2, 3])).toThrow(InvalidOption);
    expect(run([1], [2])).toThrow(InsufficientData);
    expect(run([1, NaN], [1, 2])).toThrow(InvalidValue);
    expect(run([1, 2], [1, 3], 0)).toThrow(InvalidOption);
    expect(run([1, 2], [1, 3], Infinity)).toThrow(InvalidOption);
    expect(() => correctedResampledTTest([1, 2], [1, 3], { testToTrain: 1, level: 1 })).toThrow(
      InvalidOption,
    );
  });
});

/** Scores of two equally good learners on random halves of the same rows. */
function resampledScores(random: Random): [number[], number[]] {
  const rows = Float64Array.from({ length: 60 }, () => random.normal());
  const noise = [0, 1].map(() => Float64Array.from(rows, () => random.normal()));
  const scores: [number[], number[]] = [[], []];
  for (let resampling = 0; resampling < 15; resampling++) {
    const order = random.shuffle(Uint32Array.from(rows.keys()));
    const judged = order.subarray(30);
    for (const [learner, own] of noise.entries()) {
      scores[learner].push(judged.reduce((sum, row) => sum + rows[row] + own[row], 0) / judged.length);
    }
  }
  return scores;
}

describe('Holm’s correction', () => {
  it('equals the definition', () => {
    for (const { pValues, adjusted } of fixture.holm) {
      holmAdjust(pValues).forEach((value, i) => expectNear(value, adjusted[i]));
    }
  });

  it('never makes a p-value smaller, keeps the order, and lies between none and Bonferroni’s', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 }), (pValues) => {
        const adjusted = holmAdjust(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * pValues.length));
          const greater = adjusted.filter((_, j) => pValues[j] > p);
          expect(Math.min(...greater)).toBeGreaterThanOrEqual(adjusted[i]);
        }
      }),
    );
  });

  it('counts questions that were asked but are not listed, and those without an answer', () => {
    expect(holmAdjust([0.01, 0.02], 3)).toEqual([0.03, 0.04]);
    expect(holmAdjust([NaN, 0.02])).toEqual([NaN, 0.04]);
    expect(holmAdjust([])).toEqual([]);
    expect(() => holmAdjust([0.1, 0.2], 1)).toThrow(InvalidOption);
  });
});
