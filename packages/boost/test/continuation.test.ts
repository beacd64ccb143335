import { InvalidOption } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { binMatrix, Booster, closePool, train, trainSync } from '../src/index.ts';
import type { ParamsInput, RoundReport, TrainingOptions } from '../src/index.ts';
import { findForeignCut } from '../src/binned-rows.ts';
import { fixtureMatrix, readFixture } from './support/fixtures.ts';
import type { XgboostFixture } from './support/fixtures.ts';
import { makeData, numericMatrix, range } from './support/made-data.ts';

afterAll(closePool);

const made = makeData({ rows: 600, categories: [3, 15], missing: 0.1 });
const binned = binMatrix(made.matrix);
const data = { binned, labels: made.labels };
const fold = { ...data, rows: range(450), validationRows: range(150, 450) };

describe('a booster that is continued', () => {
  it.each<[string, ParamsInput, Partial<TrainingOptions>]>([
    ['all rows and columns', {}, {}],
    ['drawn rows and columns', { subsample: 0.6, colsample_bytree: 0.6, colsample_bynode: 0.7, seed: 9 }, {}],
    ['the best leaf first', { grow_policy: 'lossguide', max_leaves: 8 }, {}],
    ['forests', { num_parallel_tree: 3, subsample: 0.5 }, {}],
    [
      'constraints',
      {
        monotone_constraints: { x0: 1 },
        interaction_constraints: [
          [0, 1],
          [2, 3],
        ],
      },
      {},
    ],
    ['falling learning rates', {}, { learningRates: (round) => 0.5 / (1 + round) }],
  ])('after 25 and 25 rounds is the one after 50, with %s', (_, params, options) => {
    const whole = trainSync(fold, params, { rounds: 50, ...options });
    const half = trainSync(fold, params, { rounds: 25, ...options });
    const reports: RoundReport[] = [];
    const rest = trainSync(fold, params, {
      rounds: 25,
      initial: half.booster,
      onRound: (report) => void reports.push(report),
      ...options,
    });
    expect(rest.booster.roundCount).toBe(50);
    expect([reports[0].round, rest.bestIteration]).toEqual([25, 49]);
    expect(Buffer.compare(rest.booster.toUbj(), whole.booster.toUbj())).toBe(0);
    expect(rest.history.validation).toEqual(whole.history.validation?.slice(25));
    expect(rest.validationMargins).toEqual(whole.validationMargins);
  });

  it('goes on dropping trees where DART left off; its margins differ by roundings', () => {
    const params = { booster: 'dart', rate_drop: 0.2, skip_drop: 0.2 } as const;
    const whole = trainSync(fold, params, { rounds: 24 });
    const half = trainSync(fold, params, { rounds: 12 });
    const rest = trainSync(fold, params, { rounds: 12, initial: half.booster });
    expect(rest.booster.treeWeights).toEqual(whole.booster.treeWeights);
    expect(rest.booster.trees.slice(0, 12)).toEqual(half.booster.trees);
    const [a, b] = [rest, whole].map(({ history }) => history.validation?.at(-1) ?? NaN);
    expect(Math.abs(a - b)).toBeLessThan(0.01);
    expect(rest.booster.predictBinned(binned, fold.validationRows)).toEqual(rest.validationMargins);
  });

  it('counts rounds from its first one when it stops early, as XGBoost does', () => {
    const initial = trainSync(fold, { learning_rate: 0.2 }, { rounds: 5 }).booster;
    const { booster, bestIteration, history } = trainSync(
      fold,
      { learning_rate: 0.6 },
      { rounds: 60, earlyStoppingRounds: 4, initial },
    );
    const losses = history.validation ?? new Float64Array(0);
    expect(losses.length).toBe(bestIteration - 5 + 5);
    expect(Math.min(...losses)).toBe(losses[bestIteration - 5]);
    expect([booster.roundCount, booster.bestIteration]).toEqual([bestIteration + 1, bestIteration]);
    expect(booster.slice(0, 5).predictMargin(made.matrix)).toEqual(initial.predictMargin(made.matrix));
    expect(booster.baseOutput).toBe(initial.baseOutput);
  });

  it('starts from given margins as well', () => {
    const baseMargin = made.labels.map((_, i) => ((i % 5) - 2) / 4);
    const whole = trainSync({ ...fold, baseMargin }, {}, { rounds: 8 });
    const half = trainSync({ ...fold, baseMargin }, {}, { rounds: 4 });
    const rest = trainSync({ ...fold, baseMargin }, {}, { rounds: 4, initial: half.booster });
    expect(Buffer.compare(rest.booster.toUbj(), whole.booster.toUbj())).toBe(0);
    const dart = { booster: 'dart', rate_drop: 0.5 } as const;
    const dropped = trainSync({ ...fold, baseMargin }, dart, { rounds: 4, initial: half.booster });
    expect(dropped.validationMargins).toEqual(
      dropped.booster.predictBinned(binned, fold.validationRows, 8, { baseMargin: baseMargin.slice(450) }),
    );
  });

  it('may be XGBoost’s: its margins stand in for bins', () => {
    const fixture = readFixture<XgboostFixture>('xgboost-3.2.0');
    const matrix = fixtureMatrix(fixture.rows);
    const initial = Booster.fromJson(fixture.json);
    const labels = Float32Array.from(fixture.margins, (margin) => (margin > 0 ? 1 : 0));
    const initialMargins = initial.predictMargin(matrix);
    const input = { binned: binMatrix(matrix), labels };
    const options = { rounds: 3, evaluateTraining: true, initial };
    expect(() => trainSync(input, {}, options)).toThrow(/initialMargins/);
    const { booster, history } = trainSync({ ...input, initialMargins }, {}, options);
    expect(booster.roundCount).toBe(9);
    expect(booster.attributes).toEqual(initial.attributes);
    const [first] = history.training ?? [];
    const margins = booster.slice(0, 7).predictMargin(matrix);
    const loss = margins.reduce((sum, m, i) => sum + Math.log1p(Math.exp(labels[i] === 1 ? -m : m)), 0);
    expect(first).toBeCloseTo(loss / matrix.rowCount, 6);
    const dart = { booster: 'dart' } as const;
    expect(() => trainSync({ ...input, initialMargins }, dart, options)).toThrow(/drops its trees/);
  });

  it('gives the same bytes beside the caller, with a schedule and a best round', async () => {
    const initial = trainSync(fold, { num_parallel_tree: 2, subsample: 0.7 }, { rounds: 3 }).booster;
    const rounds: number[] = [];
    const options: TrainingOptions = {
      rounds: 10,
      initial,
      earlyStoppingRounds: 5,
      learningRates: (round) => 0.1 + 0.01 * round,
      metric: ['auc', 'logloss'],
      onRound: ({ round }) => void rounds.push(round),
    };
    const there = await train(fold, {}, options);
    const here = trainSync(fold, {}, { ...options, onRound: () => undefined });
    expect(Buffer.compare(there.booster.toUbj(), here.booster.toUbj())).toBe(0);
    expect(there.history).toEqual(here.history);
    expect(rounds[0]).toBe(3);
  });

  it('must fit the data and the parameters', () => {
    const initial = trainSync(data, {}, { rounds: 2 }).booster;
    const regression = trainSync(data, { objective: 'reg:squarederror' }, { rounds: 1 }).booster;
    const names = { ...made.matrix, featureNames: made.matrix.featureNames.map((name) => `${name}!`) };
    const fewer = numericMatrix([new Float32Array(600)]);
    const numbers = { ...made.matrix, featureTypes: made.matrix.featureTypes.map(() => 'q' as const) };
    const attempts: [RegExp, () => unknown][] = [
      [/binary:logistic/, () => trainSync(data, {}, { rounds: 1, initial: regression })],
      [/column 1 is x0!/, () => trainSync({ ...data, binned: binMatrix(names) }, {}, { rounds: 1, initial })],
      [/the 1 columns/, () => trainSync({ ...data, binned: binMatrix(fewer) }, {}, { rounds: 1, initial })],
      [
        /column 5 is x4/,
        () => trainSync({ ...data, binned: binMatrix(numbers) }, {}, { rounds: 1, initial }),
      ],
      [
        /no cut/,
        () =>
          trainSync({ ...data, binned: binMatrix(made.matrix, { maxBin: 9 }) }, {}, { rounds: 1, initial }),
      ],
      [/a Booster/, () => trainSync(data, {}, { rounds: 1, initial: {} as Booster })],
      [
        /together with/,
        () => trainSync({ ...data, initialMargins: new Float32Array(600) }, {}, { rounds: 1 }),
      ],
      [
        /600 margins/,
        () => trainSync({ ...data, initialMargins: new Float32Array(6) }, {}, { rounds: 1, initial }),
      ],
    ];
    for (const [text, attempt] of attempts) {
      expect(attempt).toThrow(InvalidOption);
      expect(attempt).toThrow(text);
    }
  });

  it('must not tell categories apart that share a bin', () => {
    const codes = Float32Array.from({ length: 600 }, (_, i) => i % 300);
    const matrix = { rowCount: 600, columns: [codes], featureNames: ['c'], featureTypes: ['c'] as const };
    const labels = codes.map((code) => code % 2);
    const params = { max_cat_threshold: 300, min_child_weight: 0, max_depth: 2 };
    const fine = trainSync({ binned: binMatrix(matrix), labels }, params, { rounds: 3 }).booster;
    expect(findForeignCut(fine.trees, binMatrix(matrix))).toBeUndefined();
    const coarse = binMatrix(matrix, { maxBin: 20 });
    expect(findForeignCut(fine.trees, coarse)).toMatch(/no bin for each category in column "c"/);
    expect(() => fine.predictBinned(coarse)).toThrow(InvalidOption);
  });
});

describe('learning rates by round', () => {
  it('shrink each tree by their own', () => {
    const rates = [0.5, 0.25, 0.125];
    const { booster } = trainSync(data, {}, { rounds: 3, learningRates: rates });
    booster.trees.forEach((tree, t) => {
      const leaf = tree.lefts.indexOf(-1);
      expect(tree.thresholds[leaf] / tree.baseWeights[leaf]).toBeCloseTo(rates[t], 6);
    });
    const same = trainSync(data, {}, { rounds: 3, learningRates: (round) => rates[round] });
    expect(Buffer.compare(same.booster.toUbj(), booster.toUbj())).toBe(0);
  });

  it.each<[unknown, RegExp]>([
    [[0.1, 0.2], /each of the 3 rounds/],
    [[0.1, 0, 0.2], /round 1/],
    [() => NaN, /round 0/],
    [0.1, /a list of numbers/],
    ['fast!', /a list of numbers/],
  ])('%o is refused', (learningRates, text) => {
    const attempt = (): unknown => trainSync(data, {}, { rounds: 3, learningRates: learningRates as never });
    expect(attempt).toThrow(InvalidOption);
    expect(attempt).toThrow(text);
  });
});
