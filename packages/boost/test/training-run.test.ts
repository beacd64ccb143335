import { InsufficientData, InvalidOption, InvalidValue } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binMatrix, startTraining, trainSync } from '../src/index.ts';
import type { ParamsInput, RunOptions } from '../src/index.ts';
import { Workspace } from '../src/workspace.ts';
import { makeData, range } from './support/made-data.ts';

const made = makeData({ rows: 600, categories: [3, 15], missing: 0.1 });
const binned = binMatrix(made.matrix);
const { labels } = made;
const weights = Float32Array.from({ length: 600 }, (_, row) => 0.5 + (row % 3));
const folds = [0, 1, 2].map((fold) => ({
  binned,
  labels,
  rows: range(600).filter((row) => row % 3 !== fold),
  validationRows: range(600).filter((row) => row % 3 === fold),
}));
const [fold] = folds;

const kinds: [string, ParamsInput, RunOptions][] = [
  ['all rows and columns', {}, {}],
  ['drawn rows and columns', { subsample: 0.6, colsample_bynode: 0.5, seed: 9 }, {}],
  ['the best leaf first', { grow_policy: 'lossguide', max_leaves: 8, max_depth: 0 }, {}],
  ['forests', { num_parallel_tree: 3, subsample: 0.5 }, {}],
  ['dropped trees', { booster: 'dart', rate_drop: 0.3, one_drop: true, seed: 3 }, {}],
  ['heavier positive rows', { scale_pos_weight: 3 }, {}],
  ['learning rates of a function', {}, { learningRates: (round) => 0.5 / (1 + round) }],
  [
    'a list of learning rates',
    {},
    { learningRates: range(20).reduce<number[]>((l, i) => [...l, 0.5 / (i + 1)], []) },
  ],
  ['several metrics', {}, { metric: ['logloss', 'auc'], stopMetric: 'auc', evaluateTraining: true }],
];

describe('a run', () => {
  it.each(kinds)('is, after every round, what trainSync gives for so many, with %s', (_, params, options) => {
    const run = startTraining(fold, params, options);
    for (let rounds = 1; rounds <= 8; rounds++) {
      const report = run.step();
      const whole = trainSync(fold, params, { rounds, ...options });
      expect(report.round).toBe(rounds - 1);
      expect(run.roundCount).toBe(rounds);
      expect(Buffer.compare(run.toBooster().toUbj(), whole.booster.toUbj())).toBe(0);
      expect(run.validationMargins()).toEqual(whole.validationMargins);
      expect(report.validation).toBe(whole.history.validation?.at(-1));
      expect(report.training).toBe(whole.history.training?.at(-1));
      expect(Object.keys(report.metrics)).toEqual(Object.keys(whole.history.metrics));
    }
    run.close();
  });

  it.each(kinds)('gives any number of its first rounds later, with %s', (_, params, options) => {
    const run = startTraining(fold, params, options);
    for (let round = 0; round < 12; round++) run.step();
    for (const rounds of [1, 5, 11]) {
      const whole = trainSync(fold, params, { rounds, ...options });
      expect(Buffer.compare(run.toBooster(rounds).toUbj(), whole.booster.toUbj())).toBe(0);
      expect(run.validationMargins(rounds)).toEqual(whole.validationMargins);
    }
    run.close();
  });

  it('goes on from a booster, as trainSync does', () => {
    for (const params of [{}, { booster: 'dart', rate_drop: 0.4 } as const]) {
      const initial = trainSync(fold, params, { rounds: 6 }).booster;
      const run = startTraining(fold, params, { initial });
      expect(run.toBooster().toUbj()).toEqual(initial.toUbj());
      for (let round = 0; round < 6; round++) run.step();
      const rest = trainSync(fold, params, { rounds: 4, initial });
      expect(Buffer.compare(run.toBooster(10).toUbj(), rest.booster.toUbj())).toBe(0);
      expect(() => run.toBooster(5)).toThrow(InvalidOption);
      run.close();
    }
  });

  it('may be one of several in turn, with jobs between their rounds, in any order', () => {
    const params: ParamsInput = { subsample: 0.7, colsample_bytree: 0.7, seed: 4 };
    const expected = folds.map((data) => trainSync({ ...data, weights }, params, { rounds: 5 }));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2], { minLength: 15 }),
        (order) => {
          const runs = folds.map((data) => startTraining({ ...data, weights }, params));
          for (const at of order) {
            runs[at].step();
            if (at === 1) trainSync({ binned, labels }, {}, { rounds: 1 });
          }
          runs.forEach((run, k) => {
            expect(Buffer.compare(run.toBooster().toUbj(), expected[k].booster.toUbj())).toBe(0);
            expect(run.validationMargins()).toEqual(expected[k].validationMargins);
            run.close();
          });
        },
      ),
      { numRuns: 10 },
    );
  });

  it('gives its memory back, once', () => {
    const runs = folds.map((data) => startTraining(data, {}));
    for (const run of runs) run.close();
    runs[0].close();
    const again = folds.map((data) => startTraining(data, {}));
    const memories = again.map(() => Workspace.take(64).memory);
    expect(new Set(memories).size).toBe(3);
    for (const run of again) run.close();
  });

  it('hands out copies', () => {
    const run = startTraining(fold, {});
    run.step();
    const margins = run.validationMargins();
    const kept = margins.slice();
    run.step();
    expect(margins).toEqual(kept);
    margins.fill(0);
    expect(run.validationMargins()).not.toEqual(margins);
    run.close();
  });

  it('needs no validation rows', () => {
    const run = startTraining({ binned, labels }, {});
    expect(run.step()).toEqual({ round: 0, metrics: { logloss: {} } });
    expect(run.validationMargins()).toHaveLength(0);
    run.close();
  });

  it('refuses what it cannot do', () => {
    const run = startTraining(fold, {}, { learningRates: [0.1] });
    for (const rounds of [-1, 1, 0.5, NaN]) expect(() => run.toBooster(rounds)).toThrow(InvalidOption);
    run.step();
    expect(() => run.step()).toThrow(/learningRates/);
    expect(() => run.validationMargins(2)).toThrow(InvalidOption);
    run.close();
    for (const use of [() => run.step(), () => run.toBooster(), () => run.roundCount]) {
      expect(use).toThrow(/closed/);
    }
    expect(() => startTraining({ binned, labels: labels.slice(1) }, {})).toThrow(InvalidOption);
    expect(() => startTraining(fold, { max_depth: -1 })).toThrow(InvalidOption);
    expect(() => startTraining(fold, {}, { metric: 'nonsense' as 'auc' })).toThrow(InvalidOption);
    expect(() => startTraining({ binned, labels, rows: new Uint32Array(0) }, {})).toThrow(InsufficientData);
    expect(() => startTraining({ binned, labels: labels.map(() => NaN) }, {})).toThrow(InvalidValue);
    const module = { module: new URL('file:///loss.js') };
    expect(() => startTraining(fold, {}, { objective: module })).toThrow(/module/);
  });
});
