import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf } from '../src/metrics/normal-distribution.ts';
import { ParzenEstimator } from '../src/search/parzen.ts';
import type { Point } from '../src/search/point.ts';
import { checkSpace } from '../src/search/space.ts';
import { readTpeFixture } from './support/tpe-fixture.ts';

const space = checkSpace({
  gamma: { low: -0, high: 4 },
  lambda: { low: 0.01, high: 10, log: true },
  max_depth: { low: 2, high: 6, integer: true },
  max_leaves: { low: 4, high: 32, log: true, integer: true },
  grow_policy: ['depthwise', 'lossguide'],
});
const points: Point[] = [
  [0.5, 0.2, 3, 8, 0],
  [3.9, 5, 6, 30, 1],
  [2, undefined, undefined, 5, 1],
];
const density = (estimator: ParzenEstimator, point: Point): number => Math.exp(estimator.logDensity(point));

/** The mixture straight from its definition, one product after another. */
function byDefinition(observed: readonly Point[], point: Point): number {
  const n = observed.length;
  const share = Math.min(1, Math.max(0.2 * Math.max(n, 1) ** (-1 / 9), 1 / (n + 2)));
  const ends = [
    [0, 4],
    [Math.log(0.01), Math.log(10)],
    [1.5, 6.5],
    [Math.log(3.5), Math.log(32.5)],
  ];
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    let product = 1 / (n + 1);
    ends.forEach(([low, high], d) => {
      const scale = d % 2 === 1 ? Math.log : (v: number) => v;
      const own = observed[k]?.[d];
      const mean = own === undefined ? (low + high) / 2 : scale(own);
      const deviation = (own === undefined ? 1 : share) * (high - low);
      const inside = normalCdf((high - mean) / deviation) - normalCdf((low - mean) / deviation);
      const x = point[d]!;
      product *=
        d === 2
          ? (normalCdf((x + 0.5 - mean) / deviation) - normalCdf((x - 0.5 - mean) / deviation)) / inside
          : Math.exp(-(((scale(x) - mean) / deviation) ** 2) / 2) /
            Math.sqrt(2 * Math.PI) /
            deviation /
            inside;
    });
    const own = observed[k]?.[4];
    product *= own === undefined ? 0.5 : ((own === point[4] ? 1 : 0) + 1 / (n + 1)) / (1 + 2 / (n + 1));
    sum += product;
  }
  return sum;
}

describe('the density of a Parzen estimator', () => {
  const estimator = new ParzenEstimator(space.dimensions, points);

  it('is the mixture of its definition', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 4, max: 32 }),
        fc.integer({ min: 0, max: 1 }),
        fc.subarray(points),
        (a, b, c, d, e, observed) => {
          const point = [a, b, c, d, e];
          const got = density(new ParzenEstimator(space.dimensions, observed), point);
          const expected = byDefinition(observed, point);
          expect(Math.abs(got - expected)).toBeLessThan(1e-11 * Math.max(1, expected));
        },
      ),
    );
  });

  it('is that of Optuna', () => {
    const { cases } = readTpeFixture();
    expect(cases.length).toBeGreaterThan(3);
    for (const { space: given, observations, points: at, logDensities } of cases) {
      const { dimensions } = checkSpace(given);
      const optuna = new ParzenEstimator(dimensions, observations);
      at.forEach((point, i) => expect(optuna.logDensity(point)).toBeCloseTo(logDensities[i], 8));
    }
  });

  it('adds up to 1 in every dimension', () => {
    const missing: Point = [undefined, undefined, undefined, undefined, undefined];
    const along = (d: number, value: number): number =>
      density(
        estimator,
        missing.map((_, i) => (i === d ? value : undefined)),
      );
    const steps = 4000;
    let gamma = 0;
    let lambda = 0;
    for (let i = 0; i < steps; i++) {
      const share = (i + 0.5) / steps;
      gamma += along(0, 4 * share) * (4 / steps);
      lambda += along(1, 0.01 * 1000 ** share) * (Math.log(1000) / steps);
    }
    expect(gamma).toBeCloseTo(1, 5);
    expect(lambda).toBeCloseTo(1, 5);
    expect([2, 3, 4, 5, 6].reduce((sum, depth) => sum + along(2, depth), 0)).toBeCloseTo(1, 12);
    expect(along(4, 0) + along(4, 1)).toBeCloseTo(1, 12);
    expect(density(estimator, missing)).toBeCloseTo(1, 12);
  });

  it('is what its samples follow', () => {
    const random = new Random(3);
    const drawn = Array.from({ length: 10_000 }, () => estimator.sample(random));
    for (const [d, value] of [
      [2, 2],
      [2, 3],
      [2, 6],
      [4, 1],
    ]) {
      const share = drawn.filter((point) => point[d] === value).length / drawn.length;
      const expected = density(
        estimator,
        [0, 1, 2, 3, 4].map((i) => (i === d ? value : undefined)),
      );
      expect(Math.abs(share - expected)).toBeLessThan(0.02);
    }
    const below = drawn.filter(([gamma = NaN]) => gamma < 1).length / drawn.length;
    let mass = 0;
    for (let i = 0; i < 1000; i++) {
      mass += density(estimator, [(i + 0.5) / 1000, undefined, undefined, undefined, undefined]) / 1000;
    }
    expect(Math.abs(below - mass)).toBeLessThan(0.02);
    const inside = drawn.every(
      ([gamma = NaN, lambda = NaN, depth, leaves = NaN]) =>
        gamma >= 0 &&
        gamma <= 4 &&
        lambda >= 0.01 &&
        lambda <= 10 &&
        Number.isInteger(depth) &&
        Number.isInteger(leaves) &&
        leaves >= 4 &&
        leaves <= 32,
    );
    expect(inside).toBe(true);
  });

  it('counts old observations less once there are more than 25', () => {
    const one = checkSpace({ gamma: { low: 0, high: 1 } });
    const old = (count: number): Point[] =>
      Array.from({ length: 60 }, (_, i) => [i < count ? 0.1 : 0.9] as const);
    const at = (observed: Point[], x: number): number =>
      density(new ParzenEstimator(one.dimensions, observed), [x]);
    // Half of the observations are at either end, but the older half weighs less.
    expect(at(old(30), 0.1)).toBeLessThan(0.7 * at(old(30), 0.9));
    expect(at(old(0), 0.9)).toBeGreaterThan(at(old(30), 0.9));
  });

  it('of whole numbers is the same from a table and without one', () => {
    const at = (high: number): ParzenEstimator =>
      new ParzenEstimator(checkSpace({ rounds: { low: 1, high, integer: true } }).dimensions, [[9], [40]]);
    // One kernel each of three, with ranges of 64 and 65 numbers: nearly the same.
    for (const value of [1, 9, 25, 60]) {
      expect(at(65).logDensity([value])).toBeCloseTo(at(64).logDensity([value]), 1);
    }
    let total = 0;
    for (let value = 1; value <= 65; value++) total += density(at(65), [value]);
    expect(total).toBeCloseTo(1, 12);
  });

  it('without observations is the prior', () => {
    const prior = new ParzenEstimator(space.dimensions, []);
    expect(density(prior, [1, 1, 3, 8, 0])).toBeCloseTo(byDefinition([], [1, 1, 3, 8, 0]), 12);
    expect(new ParzenEstimator([], [[], []]).logDensity([])).toBeCloseTo(0, 12);
  });
});
