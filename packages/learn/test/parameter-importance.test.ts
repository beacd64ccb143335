import { binMatrix, trainSync } from '@verdict/boost';
import type { Booster, Matrix } from '@verdict/boost';
import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { parameterImportance } from '../src/index.ts';
import { functionalAnova } from '../src/search/functional-anova.ts';
import type { FeatureDomain } from '../src/search/functional-anova.ts';
import { trialMatrix } from '../src/search/trial-matrix.ts';

/** Trials of random parameters with a known score. */
function drawTrials(
  count: number,
  score: (a: number, b: number, kind: string, random: Random) => number,
  seed = 1,
) {
  const random = new Random(seed, 'trials');
  return Array.from({ length: count }, () => {
    const a = random.float();
    const b = random.float();
    const kind = ['x', 'y', 'z'][random.integer(3)];
    return { params: { a, b, kind }, score: score(a, b, kind, random) };
  });
}

/** Variances by visiting every point of the product of the domains, each with its probability. */
function bruteForce(booster: Booster, axes: readonly (readonly [value: number, weight: number][])[]) {
  const points: { values: number[]; weight: number; places: number[] }[] = [];
  const visit = (values: number[], places: number[], weight: number): void => {
    const axis = axes[values.length];
    if (axis === undefined) points.push({ values, weight, places });
    else axis.forEach(([value, share], i) => visit([...values, value], [...places, i], weight * share));
  };
  visit([], [], 1);
  const matrix: Matrix = {
    rowCount: points.length,
    columns: axes.map((_, f) => Float32Array.from(points, ({ values }) => values[f])),
    featureNames: booster.featureNames,
    featureTypes: booster.featureTypes,
  };
  const margins = booster.predictMargin(matrix);
  const mean = points.reduce((sum, { weight }, i) => sum + weight * margins[i], 0);
  const total = points.reduce((sum, { weight }, i) => sum + weight * (margins[i] - mean) ** 2, 0);
  const main = axes.map((axis, f) => {
    const sums = axis.map(() => 0);
    points.forEach(({ weight, places }, i) => (sums[places[f]] += weight * margins[i]));
    return axis.reduce(
      (sum, [, share], i) => sum + (share > 0 ? share * (sums[i] / share - mean) ** 2 : 0),
      0,
    );
  });
  return { total, main };
}

/** The points that brute force visits: a fine grid in the place of an interval. */
function axisOf(domain: FeatureDomain, steps: number): [number, number][] {
  const { missing } = domain;
  const values =
    domain.kind === 'values'
      ? domain.values
      : domain.kind === 'categories'
        ? Array.from({ length: domain.count }, (_, i) => i)
        : Array.from(
            { length: steps },
            (_, i) => domain.low + ((i + 0.5) / steps) * (domain.high - domain.low),
          );
  return [
    ...values.map((value): [number, number] => [value, (1 - missing) / values.length]),
    ...(missing > 0 ? [[NaN, missing] as [number, number]] : []),
  ];
}

describe('functional ANOVA of trees', () => {
  const random = new Random(7, 'anova');
  const configurations = Array.from({ length: 300 }, (_, i) => ({
    depth: 3 + random.integer(6),
    rate: Math.exp(-6 * random.float()),
    ...(i % 4 === 0 ? {} : { kind: ['gbtree', 'dart', 'forest'][random.integer(3)] }),
    ...(i % 5 === 0 ? {} : { share: random.float() }),
  }));
  const { matrix, domains, parameters } = trialMatrix(configurations);
  const labels = Float32Array.from(configurations, (own) => {
    const kind = 'kind' in own ? own.kind : '';
    const share = 'share' in own ? (own.share ?? 0.5) : 0.2;
    return 0.3 * own.depth + Math.log(own.rate) * share + (kind === 'dart' ? 2 : 0) + 0.3 * random.normal();
  });
  const binned = binMatrix(matrix);

  it.each([
    ['boosted', { max_depth: 4, learning_rate: 0.3 }, 12],
    ['a forest', { num_parallel_tree: 10, subsample: 0.6, learning_rate: 1, max_depth: 6 }, 1],
    ['DART', { booster: 'dart', rate_drop: 0.5, learning_rate: 0.5, max_depth: 3 }, 8],
  ] as const)('equals brute force: %s', (_, params, rounds) => {
    const { booster } = trainSync(
      { binned, labels },
      { objective: 'reg:squarederror', ...params },
      { rounds },
    );
    const exact = functionalAnova(booster, domains);
    const wanted = bruteForce(
      booster,
      domains.map((domain) => axisOf(domain, 120)),
    );
    expect(exact.total / wanted.total).toBeCloseTo(1, 1.5);
    exact.main.forEach((value, f) =>
      expect(Math.abs(value - wanted.main[f]) / wanted.total).toBeLessThan(0.01),
    );
    expect(parameters).toEqual(['depth', 'kind', 'rate', 'share']);
  });

  it('equals brute force to the last digits where every value is a choice', () => {
    const choices = configurations.map(({ depth, kind }) => ({
      depth,
      ...(kind === undefined ? {} : { kind }),
    }));
    const layout = trialMatrix(choices);
    expect(layout.domains.map(({ kind }) => kind)).toEqual(['values', 'categories']);
    const { booster } = trainSync(
      { binned: binMatrix(layout.matrix), labels },
      { objective: 'reg:squarederror', max_depth: 5 },
      { rounds: 10 },
    );
    const exact = functionalAnova(booster, layout.domains);
    const wanted = bruteForce(
      booster,
      layout.domains.map((domain) => axisOf(domain, 1)),
    );
    expect(exact.total / wanted.total).toBeCloseTo(1, 5);
    exact.main.forEach((value, f) => expect(value / wanted.main[f]).toBeCloseTo(1, 4));
  });

  it('finds no variance in a constant', () => {
    const flat = new Float32Array(configurations.length).fill(3);
    const { booster } = trainSync({ binned, labels: flat }, { objective: 'reg:squarederror' }, { rounds: 2 });
    const { total, main } = functionalAnova(booster, domains);
    expect(total).toBeCloseTo(0, 12);
    for (const value of main) expect(value).toBeCloseTo(0, 12);
  });
});

describe('the layout of trials', () => {
  it('takes logarithms, choices and what is not set as they are', () => {
    const rates = Array.from({ length: 40 }, (_, i) => 0.001 * 1.2 ** i);
    const { parameters, matrix, domains } = trialMatrix(
      rates.map((rate, i) => ({
        rate,
        depth: 3 + (i % 4),
        same: 5,
        mixed: i % 2 === 0 ? 'none' : 3,
        ...(i < 10 ? { drop: 0.5 } : {}),
      })),
    );
    expect(parameters).toEqual(['depth', 'drop', 'mixed', 'rate']);
    expect(domains.map(({ kind, missing }) => [kind, missing])).toEqual([
      ['values', 0],
      ['values', 0.75],
      ['categories', 0],
      ['interval', 0],
    ]);
    expect(matrix.columns[3][0]).toBe(Math.fround(Math.log(0.001)));
    expect(matrix.columns[1][20]).toBeNaN();
    expect(matrix.featureTypes).toEqual(['q', 'q', 'c', 'q']);
  });

  it('lets rare names share a code beyond thirty', () => {
    const { domains, matrix } = trialMatrix(Array.from({ length: 80 }, (_, i) => ({ name: `n${i % 40}` })));
    expect(domains[0]).toEqual({ kind: 'categories', count: 30, missing: 0 });
    expect(Math.max(...matrix.columns[0])).toBe(29);
  });
});

describe('the importance of parameters', () => {
  const shareOf = (result: ReturnType<typeof parameterImportance>, name: string): number =>
    result.shares.find(({ parameter }) => parameter === name)?.share ?? NaN;

  it('gives the shares of a sum', () => {
    // Variances: 9 times that of b, and of the kind (0, 0, 1) times 12 * 2 / 9.
    const result = parameterImportance(drawTrials(400, (a, b, kind) => 3 * a + b + (kind === 'z' ? 1 : 0)));
    const [of, all] = [[9 / 12, 1 / 12, 2 / 9], 10 / 12 + 2 / 9];
    expect(shareOf(result, 'a')).toBeCloseTo(of[0] / all, 1.3);
    expect(shareOf(result, 'b')).toBeCloseTo(of[1] / all, 1.3);
    expect(shareOf(result, 'kind')).toBeCloseTo(of[2] / all, 1.3);
    expect(result.shares.reduce((sum, { share }) => sum + share, 0)).toBeGreaterThan(0.97);
    expect(result.foretold).toBeGreaterThan(0.95);
    expect(result.shares[0].parameter).toBe('a');
  });

  it('gives nothing to parameters that act only together', () => {
    const result = parameterImportance(drawTrials(400, (a, b) => (a < 0.5 === b < 0.5 ? 1 : 0)));
    expect(result.shares.reduce((sum, { share }) => sum + share, 0)).toBeLessThan(0.1);
    expect(result.foretold).toBeGreaterThan(0.8);
  });

  it('sees through orders of magnitude', () => {
    const random = new Random(3, 'rates');
    const trials = Array.from({ length: 200 }, () => {
      const rate = 10 ** (-4 * random.float());
      return { params: { rate, other: random.float() }, score: Math.abs(Math.log10(rate) + 2) };
    });
    expect(shareOf(parameterImportance(trials), 'rate')).toBeGreaterThan(0.95);
  });

  it('is not blinded by one configuration that went wrong', () => {
    const trials = drawTrials(100, (a) => a);
    const wrong = trials.map((trial, i) => (i === 50 ? { ...trial, score: 1e6 } : trial));
    expect(shareOf(parameterImportance(wrong), 'a')).toBeGreaterThan(0.8);
  });

  it('says when nothing can be foretold', () => {
    const noise = drawTrials(60, (_a, _b, _kind, random) => random.normal());
    expect(parameterImportance(noise).foretold).toBeLessThan(0.2);
  });

  it('is the same for a seed, and whichever direction is better', () => {
    const trials = drawTrials(80, (a, b, _, random) => a + 0.2 * b + 0.05 * random.normal());
    expect(parameterImportance(trials)).toEqual(parameterImportance(trials));
    const turned = parameterImportance(trials.map((trial) => ({ ...trial, score: -trial.score })));
    expect(shareOf(turned, 'a')).toBeCloseTo(shareOf(parameterImportance(trials), 'a'), 1);
  });

  it('says why it cannot tell', () => {
    const trials = drawTrials(9, (a) => a);
    expect(parameterImportance(trials).problem).toBe('9 complete trials are too few; 10 are needed');
    expect(parameterImportance([]).shares).toEqual([]);
    const same = drawTrials(20, () => 0.5);
    expect(parameterImportance(same).problem).toBe('all scores are the same');
    const alike = drawTrials(20, (a) => a).map(({ score }) => ({ params: { depth: 6 }, score }));
    expect(parameterImportance(alike).problem).toBe('the trials do not differ in a parameter');
    const failed = drawTrials(12, (a) => (a > 0.3 ? NaN : a));
    expect(parameterImportance(failed).problem).toMatch(/too few/);
  });
});
