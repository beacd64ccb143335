import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { bagBoosters, binMatrix, Booster, trainSync } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
import { makeData } from './support/made-data.ts';

const made = makeData({ rows: 300, categories: [5], missing: 0.1 });
const binned = binMatrix(made.matrix);
const plain = trainSync({ binned, labels: made.labels }, { max_depth: 3 }, { rounds: 6 }).booster;
const weights = Float32Array.of(1, 0.25, 0, 1, 0.7, 2);
const parts = { ...plain, treeWeights: weights, roundStarts: Int32Array.of(0, 2, 5, 6) };
const weighted = Booster.fromTrees(plain.trees, parts);

describe('weights of trees', () => {
  it('multiply what each tree says, in margins and in contributions', () => {
    const margins = weighted.predictMargin(made.matrix);
    const alone = plain.trees.map((_, t) =>
      plain.slice(t, t + 1).predictMargin(made.matrix, { baseMargin: new Float32Array(300) }),
    );
    const expected = Float64Array.from(margins, (_, row) =>
      alone.reduce((sum, tree, t) => sum + weights[t] * tree[row], plain.baseScore),
    );
    expect(greatestDifference(margins, expected)).toBeLessThan(1e-5);
    expect(weighted.predictBinned(binned)).toStrictEqual(margins);
    const width = made.matrix.columns.length + 1;
    const contributions = weighted.contributions(made.matrix);
    const sums = margins.map((_, row) =>
      contributions.subarray(row * width, (row + 1) * width).reduce((sum, part) => sum + part, 0),
    );
    expect(greatestDifference(margins, sums)).toBeLessThan(1e-5);
    expect(weighted.predictLeaves(made.matrix)).toStrictEqual(plain.predictLeaves(made.matrix));
  });

  it('stay with the trees of a slice, and go into the leaves of a bag', () => {
    const [first, rest] = [weighted.slice(0, 1), weighted.slice(1, 3)];
    expect(rest.treeWeights).toStrictEqual(weights.slice(2));
    const margins = rest.predictMargin(made.matrix, { baseMargin: first.predictMargin(made.matrix) });
    expect(margins).toStrictEqual(weighted.predictMargin(made.matrix));
    const bag = bagBoosters([weighted, weighted]);
    expect(bag.treeWeights).toBeUndefined();
    expect([...bag.roundStarts]).toStrictEqual([0, 2, 5, 6, 8, 11, 12]);
    expect(greatestDifference(bag.predictMargin(made.matrix), margins)).toBeLessThan(1e-5);
  });
});

describe('rounds of several trees', () => {
  it('are what slices and staged predictions count', () => {
    expect([weighted.roundCount, weighted.treeCount]).toStrictEqual([3, 6]);
    const two = weighted.slice(1, 3);
    expect([two.roundCount, two.treeCount, ...two.roundStarts]).toStrictEqual([2, 4, 0, 3, 4]);
    expect(weighted.predictBinned(binned, undefined, 2)).toStrictEqual(
      weighted.slice(0, 2).predictMargin(made.matrix),
    );
    expect(() => weighted.slice(0, 4)).toThrow(/0 … 3/);
    expect(() => weighted.predictBinned(binned, undefined, 4)).toThrow(InvalidOption);
  });
});

describe('the objective', () => {
  it('says what a margin and a start mean', () => {
    const start = (objective: 'binary:logitraw' | 'reg:logistic' | 'reg:squarederror'): Booster =>
      Booster.fromTrees(plain.trees, { ...plain, baseOutput: 0.25, objective });
    const regression = start('reg:squarederror');
    const raw = start('binary:logitraw');
    const logistic = start('reg:logistic');
    expect([regression.baseScore, raw.baseScore]).toStrictEqual([0.25, 0.25]);
    expect(logistic.baseScore).toBe(Math.fround(-Math.log(3)));
    expect(regression.predict(made.matrix)).toStrictEqual(regression.predictMargin(made.matrix));
    expect(raw.predict(made.matrix)).toStrictEqual(raw.predictMargin(made.matrix));
    expect(logistic.predict(made.matrix)).toStrictEqual(logistic.predictProbability(made.matrix));
    expect(raw.predictProbability(made.matrix)).not.toStrictEqual(raw.predict(made.matrix));
    expect(regression.slice(0, 2).objective).toBe('reg:squarederror');
    expect(() => regression.predictProbability(made.matrix)).toThrow(InvalidOption);
    expect(() => bagBoosters([regression, raw])).toThrow(InvalidOption);
    const bag = bagBoosters([regression, regression]);
    expect([bag.objective, bag.baseScore]).toStrictEqual(['reg:squarederror', 0.25]);
    expect(Booster.fromUbj(regression.toUbj()).baseOutput).toBe(0.25);
    expect(Booster.fromJson(raw.toJson()).objective).toBe('binary:logitraw');
  });
});
