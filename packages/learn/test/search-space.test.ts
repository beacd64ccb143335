import { defaultParams, resolveParams } from '@verdict/boost';
import { InvalidModel, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpace, defaultSpace, portfolio } from '../src/search/index.ts';
import type { SearchSpace } from '../src/search/index.ts';
import { patienceFor, roundsFor } from '../src/search/configuration.ts';
import { activate, samplePoint, toConfiguration, toPoint } from '../src/search/point.ts';
import { treeDefaults } from '../src/training/index.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { refusalOf } from './support/refusal.ts';

const example: SearchSpace = {
  eta: { low: 0.01, high: 0.3, log: true },
  grow_policy: ['depthwise', 'lossguide'],
  max_depth: { low: 2, high: 10, integer: true, when: { grow_policy: 'depthwise' }, otherwise: 0 },
  max_leaves: { low: 4, high: 64, log: true, integer: true, when: { grow_policy: 'lossguide' } },
  booster: { choices: ['gbtree', 'dart'] },
  rate_drop: { low: 0, high: 0.3, when: { booster: 'dart' } },
  subsample: { low: 0.5, high: 1 },
  reg_lambda: 2,
  n_estimators: 500,
};

describe('a search space', () => {
  it('has dimensions, conditions and fixed values, by the names here', () => {
    const { dimensions, fixed } = checkSpace(example);
    expect(fixed).toEqual({ lambda: 2, rounds: 500 });
    expect(dimensions.map(({ name, kind }) => [name, kind])).toEqual([
      ['learning_rate', 'number'],
      ['grow_policy', 'choice'],
      ['max_depth', 'number'],
      ['max_leaves', 'number'],
      ['booster', 'choice'],
      ['rate_drop', 'number'],
      ['subsample', 'number'],
    ]);
    expect(dimensions[2]).toEqual({
      kind: 'number',
      name: 'max_depth',
      low: 2,
      high: 10,
      log: false,
      integer: true,
      when: { grow_policy: 'depthwise' },
      otherwise: 0,
    });
  });

  it.each<[unknown, RegExp, RegExp?]>([
    [[], /expected an object/],
    [{ learning_rat: 1 }, /no parameter "learning_rat"/, /learning_rate/],
    [{ max_bin: 64 }, /no parameter "max_bin"/],
    [{ objective: 'reg:squarederror' }, /no parameter "objective"/],
    [{ max_depth: { low: 3 } }, /\$?\.max_depth: the key "high" is missing/],
    [{ max_depth: { low: 3, high: 3 } }, /3 is not above 3/],
    [{ max_depth: { low: 3, high: 5.5, integer: true } }, /max_depth: expected a whole number/],
    [{ gamma: { low: 0.5, high: 5, integer: true } }, /ends of a range of whole numbers/],
    [{ subsample: { low: 0, high: 1 } }, /subsample: expected a number above 0 and at most 1/],
    [{ gamma: { low: 0, high: 1, log: true } }, /begins above 0/],
    [{ gamma: { low: 'a', high: 1 } }, /gamma/],
    [{ gamma: [] }, /nothing to choose from/],
    [{ gamma: [1, 1] }, /twice/],
    [{ lambda: 1, reg_lambda: 2 }, /"lambda" is given twice/],
    [{ gamma: { low: 0, high: 1, when: { booster: 'dart' } } }, /"booster" must come before/],
    [{ gamma: { low: 0, high: 1, otherwise: 1 } }, /"otherwise" needs "when"/],
    [{ booster: ['gbtree', 'gblinear'] }, /gbtree or dart/],
    [{ rounds: 0 }, /0 is below 1/],
    [{ gamma: null }, /expected a number, a text/],
    [JSON.parse('{"__proto__": 1}'), /no parameter "__proto__"/],
  ])('refuses %j', (space, problem, hint = /./) => {
    const error = refusalOf(() => checkSpace(space, 'space.json'));
    expect(error).toBeInstanceOf(InvalidModel);
    expect(error).toMatchObject({
      message: expect.stringMatching(problem),
      hint: expect.stringMatching(hint),
    });
  });

  it('is read or refused, whatever is damaged', () => {
    for (const path of pathsOf(example)) {
      for (const value of oddValues) {
        const damaged = replaceAt(example, path, value);
        const draw = (): number => {
          const space = checkSpace(damaged);
          return toConfiguration(space, samplePoint(space, new Random(1))).rounds;
        };
        const error = refusalOf(draw);
        expect(error === undefined ? draw() > 0 : error instanceof InvalidModel).toBe(true);
      }
    }
  });
});

describe('points of a space', () => {
  const space = checkSpace(example);
  const names = space.dimensions.map(({ name }) => name);
  const draw = (seed: number) => samplePoint(space, new Random(seed, 'points'));

  it('become configurations that the engine takes, and are found again from them', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const point = draw(seed);
        const configuration = toConfiguration(space, point);
        const params = resolveParams(configuration.params);
        expect(toPoint(space, configuration)).toEqual(point);
        expect(params.lambda).toBe(2);
        expect(configuration.rounds).toBe(500);
        expect(configuration.earlyStoppingRounds).toBe(patienceFor(params.learning_rate));
        const depthwise = params.grow_policy === 'depthwise';
        expect(point[names.indexOf('max_leaves')] === undefined).toBe(depthwise);
        expect(params.max_depth === 0).toBe(!depthwise);
        expect(point[names.indexOf('rate_drop')] === undefined).toBe(params.booster === 'gbtree');
      }),
    );
  });

  it('lie evenly, in the logarithm where that is searched', () => {
    const points = Array.from({ length: 4000 }, (_, seed) => draw(seed));
    const share = (name: string, test: (value: number) => boolean): number => {
      const values = points.map((p) => p[names.indexOf(name)]).filter((value) => value !== undefined);
      return values.filter(test).length / values.length;
    };
    expect(share('learning_rate', (v) => v < Math.sqrt(0.003))).toBeCloseTo(0.5, 1);
    expect(share('subsample', (v) => v < 0.75)).toBeCloseTo(0.5, 1);
    for (let depth = 2; depth <= 10; depth++) {
      expect(Math.abs(share('max_depth', (v) => v === depth) - 1 / 9)).toBeLessThan(0.025);
    }
    // Four leaves take the logarithms from 3.5 to 4.5.
    const four = Math.log(4.5 / 3.5) / Math.log(64.5 / 3.5);
    expect(Math.abs(share('max_leaves', (v) => v === 4) - four)).toBeLessThan(0.025);
    expect(share('booster', (v) => v === 0)).toBeCloseTo(0.5, 1);
  });

  it('of configurations from elsewhere lie on the edge or nowhere', () => {
    const at = (params: object) => toPoint(space, { params: { lambda: 2, ...params }, rounds: 9 });
    expect(at({ learning_rate: 5, max_depth: 40, subsample: 0.1 })).toEqual([
      0.3,
      0,
      10,
      undefined,
      0,
      undefined,
      0.5,
    ]);
    expect(at({ num_parallel_tree: 4 })).toBeUndefined();
    expect(at({ lambda: 3 })).toBeUndefined();
    const few = checkSpace({ max_cat_to_onehot: [1, 2], rounds: 10 });
    expect(toPoint(few, { params: { max_cat_to_onehot: 7 }, rounds: 10 })).toBeUndefined();
    expect(toPoint(few, { params: { max_cat_to_onehot: 2, seed: 9 }, rounds: 99 })).toEqual([1]);
  });

  it('lose what depends on what is not there', () => {
    const chain = checkSpace({
      booster: ['gbtree', 'dart'],
      one_drop: { choices: [true, false], when: { booster: 'dart' }, otherwise: false },
      rate_drop: { low: 0, high: 1, when: { one_drop: true } },
    });
    expect(activate(chain, [0, 0, 0.5])).toEqual([0, undefined, undefined]);
    expect(activate(chain, [1, 0, 0.5])).toEqual([1, 0, 0.5]);
    expect(activate(chain, [1, 1, 0.5])).toEqual([1, 1, undefined]);
    expect(toPoint(chain, { params: {}, rounds: 1 })).toEqual([0, undefined, undefined]);
  });
});

describe('the default space and portfolio', () => {
  it.each([
    [500, true],
    [500, false],
    [50_000, true],
  ])('are taken by the engine, for %i rows, categories: %s', (rows, categories) => {
    const space = checkSpace(defaultSpace(rows, categories));
    for (let seed = 0; seed < 200; seed++) {
      const { params } = toConfiguration(space, samplePoint(space, new Random(seed)));
      expect(resolveParams(params).learning_rate).toBeLessThanOrEqual(0.25);
    }
    const configurations = portfolio(rows);
    const { params, rounds, earlyStoppingRounds } = treeDefaults(rows);
    expect(configurations[0]).toMatchObject({ params, rounds, earlyStoppingRounds });
    for (const one of configurations)
      expect(resolveParams(one.params).objective).toBe(defaultParams.objective);
    expect(new Set(configurations.map(({ name }) => name)).size).toBe(configurations.length);
    expect(configurations.length).toBe(rows > 20_000 ? 9 : 11);
    expect(configurations.some(({ params: p }) => p.booster === 'dart')).toBe(rows <= 20_000);
    // Most of the portfolio is a place of the space, so that a search begins with what it found.
    const inside = configurations.filter((one) => toPoint(space, one) !== undefined);
    expect(inside.length).toBeGreaterThanOrEqual(6);
  });
});

describe('progress', () => {
  it('is rounds times learning rate', () => {
    const of = (learning_rate?: number) => ({ params: learning_rate ? { learning_rate } : {}, rounds: 1 });
    expect(roundsFor(3, of(0.1))).toBe(30);
    expect(roundsFor(3, of(0.25))).toBe(12);
    expect(roundsFor(3, of())).toBe(10);
    expect(roundsFor(0.1, of(1))).toBe(1);
    expect([0.001, 0.05, 0.1, 1].map(patienceFor)).toEqual([200, 50, 25, 20]);
  });
});
