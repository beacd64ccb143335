import { readFileSync } from 'node:fs';
import { InvalidModel } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { checkGrid, readGrid } from '../src/search/index.ts';
import { gridDefaults, gridSearch } from '../src/search/grid.ts';
import { refusalOf } from './support/refusal.ts';

const brief = new URL('../../../examples/brief-grid.json', import.meta.url);

/** All trials of a grid: their parameters with the rounds. */
function trialsOf(grid: unknown): Record<string, unknown>[] {
  const search = gridSearch(checkGrid(grid));
  return Array.from({ length: search.count }, (_, i) => search.propose(i, [])).flatMap(
    ({ configuration, checkpoints = [] }) =>
      checkpoints.map((rounds): Record<string, unknown> => ({ ...configuration.params, rounds })),
  );
}

describe('a grid', () => {
  it('of the brief has 81 configurations from 27 trainings', () => {
    const grid = readGrid(readFileSync(brief), 'brief-grid.json');
    const search = gridSearch(grid);
    expect([search.count, search.trialsEach]).toEqual([27, 3]);
    const trials = trialsOf(grid);
    expect(trials).toHaveLength(81);
    expect(new Set(trials.map((one) => JSON.stringify(one))).size).toBe(81);
    const first = { ...gridDefaults, max_depth: 3, learning_rate: 0.01 };
    expect(trials.slice(0, 4)).toEqual([
      { ...first, subsample: 0.8, rounds: 100 },
      { ...first, subsample: 0.8, rounds: 200 },
      { ...first, subsample: 0.8, rounds: 300 },
      { ...first, subsample: 0.9, rounds: 100 },
    ]);
    const proposal = search.propose(0, []);
    expect(proposal).toMatchObject({ source: 'grid', checkpoints: [100, 200, 300] });
    expect(proposal.pruning).toBeUndefined();
    expect(proposal.configuration.earlyStoppingRounds).toBeUndefined();
  });

  it('has the names of pipelines and of scikit-learn', () => {
    expect(
      trialsOf({ classifier__n_estimators: [20, 10], model__reg_lambda: [1], step__inner__eta: [0.5] }),
    ).toEqual([
      { ...gridDefaults, lambda: 1, learning_rate: 0.5, rounds: 10 },
      { ...gridDefaults, lambda: 1, learning_rate: 0.5, rounds: 20 },
    ]);
    expect(checkGrid(checkGrid({ classifier__n_estimators: [5] }))).toEqual({ rounds: [5] });
  });

  it('trains 100 rounds if it does not say, and stops early if it does', () => {
    expect(trialsOf({})).toEqual([{ ...gridDefaults, rounds: 100 }]);
    const search = gridSearch(checkGrid({ early_stopping_rounds: [0, 7], n_estimators: [50] }));
    expect([0, 1].map((i) => search.propose(i, []).configuration)).toEqual([
      { params: gridDefaults, rounds: 50 },
      { params: gridDefaults, rounds: 50, earlyStoppingRounds: 7 },
    ]);
  });

  it('splits categories by small sets unless it says how', () => {
    expect(trialsOf({})).toEqual([{ max_cat_threshold: 4, min_data_per_group: 5, rounds: 100 }]);
    expect(trialsOf({ max_cat_threshold: [64] })).toEqual([
      { max_cat_threshold: 64, min_data_per_group: 5, rounds: 100 },
    ]);
  });

  it.each<[unknown, RegExp, RegExp?]>([
    [{ classifier__max_dept: [1] }, /no parameter "max_dept"/, /max_depth/],
    [{ n_estimator: [1] }, /no parameter "n_estimator"/, /n_estimators/],
    [{ max_depth: 3 }, /expected an array/],
    [{ max_depth: [] }, /the list is empty/],
    [{ max_depth: [3, 3] }, /twice/],
    [{ max_depth: [3], a__max_depth: [4] }, /"max_depth" is given twice/],
    [{ max_depth: ['deep'] }, /whole number/],
    [{ max_depth: [null] }, /expected a number, a text/],
    [{ max_depth: [0] }, /above 0 when max_leaves is 0/],
    [{ rate_drop: [0.1] }, /unless booster is dart/],
    [{ n_estimators: [1.5] }, /expected an integer/],
    [
      { seed: Array.from({ length: 400 }, (_, i) => i), gamma: Array.from({ length: 400 }, (_, i) => i) },
      /more than 100000/,
    ],
    [[{ max_depth: [3] }], /expected an object/],
    [JSON.parse('{"__proto__": [1]}'), /no parameter "__proto__"/, /max_depth, max_leaves/],
    [{}, /the grid names no parameter/],
    [{ learning_rate: [1e308] }, /expected a number above 0 and at most 1000, got 1e\+308/],
    [{ lambda: [1e39] }, /expected a number from 0 to 3.4e38, got 1e\+39/],
    [{ n_estimators: [1.5] }, /expected an integer from 1 to 1000000, got 1.5/],
  ])('refuses %j', (grid, problem, hint = /./) => {
    const bytes = new TextEncoder().encode(JSON.stringify(grid));
    const error = refusalOf(() => readGrid(bytes, 'grid.json'));
    expect(error).toBeInstanceOf(InvalidModel);
    expect(error).toMatchObject({
      message: expect.stringMatching(problem),
      hint: expect.stringMatching(hint),
    });
    expect(String(error)).toContain('grid.json');
  });

  it('says what came, where JSON cannot, and cuts what is long', () => {
    const refused = (text: string): unknown =>
      refusalOf(() => readGrid(new TextEncoder().encode(text), 'grid.json'));
    expect(String(refused('{"learning_rate": [1e999]}'))).toContain('at most 1000, got Infinity.');
    expect(String(refused('{"n_estimators": [1e999]}'))).toContain('from 1 to 1000000, got Infinity.');
    const long = String(refused(`{"${'x'.repeat(3000)}": [1]}`));
    expect(long).toMatch(/there is no parameter "x{60}"/);
    expect(long.length).toBeLessThan(400);
  });

  it('is JSON', () => {
    const error = refusalOf(() => readGrid(new TextEncoder().encode('{"max_depth": [2],}'), 'grid.json'));
    expect(error).toMatchObject({
      message: expect.stringMatching(/^grid\.json: the file is not valid JSON \(.*position 18/),
      hint: expect.stringMatching(/list of values for each parameter/),
    });
  });

  it('may begin with a byte order mark', () => {
    expect(readGrid(new TextEncoder().encode('\ufeff{"max_depth": [2]}'), 'grid.json')).toEqual({
      max_depth: [2],
    });
  });

  it('has no parameter twice, however it is spelt', () => {
    for (const text of ['{"max_depth": [2], "max_depth": [3]}', '{"max_depth": [2], "max\\u005fdepth": [3]}'])
      expect(() => readGrid(new TextEncoder().encode(text), 'grid.json')).toThrow(/is there twice/);
  });
});
