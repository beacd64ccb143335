import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';

const cut = (x: bigint): bigint => x & 0xffffffffn;

/** sfc32 as its author gives it, on 64-bit integers cut to 32 bits: an independent way to the same numbers. */
function oracle(state: [bigint, bigint, bigint, bigint]): () => number {
  let [a, b, c, counter] = state;
  return () => {
    const t = cut(a + b + counter);
    counter = cut(counter + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + cut(c << 3n));
    c = cut(cut((c << 21n) | (c >> 11n)) + t);
    return Number(t);
  };
}

function splitmix(seed: number, stream: string): [bigint, bigint, bigint, bigint] {
  let hash = 0x811c9dc5n;
  const text = `${stream}\u0000${Math.floor(seed / 4294967296)}`;
  for (let i = 0; i < text.length; i++)
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x01000193n) & 0xffffffffn;
  let state = hash ^ BigInt(seed % 4294967296);
  const next = (): bigint => {
    state = (state + 0x9e3779b9n) & 0xffffffffn;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & 0xffffffffn;
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & 0xffffffffn;
    return z ^ (z >> 15n);
  };
  return [next(), next(), next(), 1n];
}

describe('Random', () => {
  it('gives the numbers of sfc32', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.string(), (seed, stream) => {
        const random = new Random(seed, stream);
        const expected = oracle(splitmix(seed, stream));
        for (let i = 0; i < 12; i++) expected();
        for (let i = 0; i < 20; i++) expect(random.uint32()).toBe(expected());
      }),
    );
  });

  it('is uniform: a chi-square test over 64 cells stays below its 0.999999 quantile', () => {
    const random = new Random(7, 'uniform');
    const counts = new Float64Array(64);
    for (let i = 0; i < 640_000; i++) counts[random.integer(64)]++;
    const statistic = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(statistic).toBeLessThan(134);
    expect(statistic).toBeGreaterThan(20);
  });

  it('has floats in [0, 1) with the right mean and variance', () => {
    const random = new Random(1);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 200_000; i++) {
      const x = random.float();
      expect(x >= 0 && x < 1).toBe(true);
      sum += x;
      squares += x * x;
    }
    expect(sum / 200_000).toBeCloseTo(0.5, 2);
    expect(squares / 200_000).toBeCloseTo(1 / 3, 2);
  });

  it('draws integers below every bound, the largest included', () => {
    const random = new Random(3);
    for (const bound of [1, 2, 3, 10, 2 ** 31, 2 ** 32]) {
      for (let i = 0; i < 100; i++) {
        const draw = random.integer(bound);
        expect(Number.isInteger(draw) && draw >= 0 && draw < bound).toBe(true);
      }
    }
  });

  it('shuffles into every order equally often', () => {
    const random = new Random(11);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([1, 2, 3, 4]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });

  it('has normal numbers of mean 0 and variance 1', () => {
    const random = new Random(5);
    const draws = Float64Array.from({ length: 100_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it('forks independent streams that depend on nothing but seed and name', () => {
    const random = new Random(9, 'a');
    random.uint32();
    expect(random.fork('b').uint32()).toBe(new Random(9, 'a/b').uint32());
    expect(random.fork('b').uint32()).not.toBe(random.fork('c').uint32());
  });
});
