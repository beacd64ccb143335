import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, resolveParams, trainSync } from '../src/index.ts';
import type { ParamsInput } from '../src/index.ts';
import { chooseDropped, normalise } from '../src/dart.ts';
import { findMetric } from '../src/metrics.ts';
import { greatestDifference } from './support/fixtures.ts';
import { makeData, range } from './support/made-data.ts';
import { logisticGradients, sumNode, weightOf } from './support/oracle.ts';

const made = makeData({ rows: 700, categories: [4, 12], missing: 0.1 });
const binned = binMatrix(made.matrix);
const fold = { binned, labels: made.labels, rows: range(500), validationRows: range(200, 500) };
const held = made.labels.slice(500);

describe('the trees that DART drops', () => {
  const weights = Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0.1));
  const counts = (input: ParamsInput): number[][] => {
    const params = resolveParams({ booster: 'dart', ...input });
    return Array.from({ length: 400 }, (_, round) => chooseDropped(weights, params, round));
  };
  const meanOf = (lists: readonly (readonly number[])[]): number =>
    lists.reduce((sum, list) => sum + list.length, 0) / lists.length;

  it('are as many as the rate says, drawn by seed and round', () => {
    const uniform = counts({ rate_drop: 0.2 });
    expect(Math.abs(meanOf(uniform) - 8)).toBeLessThan(0.4);
    expect(counts({ rate_drop: 0.2 })).toEqual(uniform);
    expect(counts({ rate_drop: 0.2, seed: 1 })).not.toEqual(uniform);
    expect(uniform.every((list) => list.every((tree, i) => i === 0 || list[i - 1] < tree))).toBe(true);
    expect(meanOf(counts({ rate_drop: 1 }))).toBe(40);
    expect(meanOf(counts({ rate_drop: 0 }))).toBe(0);
  });

  it('are the heavier ones where draws are weighted', () => {
    const heavy = counts({ rate_drop: 0.1, sample_type: 'weighted' });
    // 10 of 13 parts of the weight are those of the first ten trees.
    const first = meanOf(heavy.map((list) => list.filter((tree) => tree < 10)));
    expect(Math.abs(first - (0.1 * 40 * 10) / 13)).toBeLessThan(0.3);
    expect(Math.abs(meanOf(heavy) - 4)).toBeLessThan(0.3);
  });

  it('are none in rounds that are skipped, and at least one in others if that is asked for', () => {
    const skipped = counts({ rate_drop: 1, skip_drop: 0.25 }).filter((list) => list.length === 0).length;
    expect(Math.abs(skipped / 400 - 0.25)).toBeLessThan(0.06);
    const one = counts({ rate_drop: 0, one_drop: 1 });
    expect(one.every((list) => list.length === 1)).toBe(true);
    expect(new Set(one.flat()).size).toBe(40);
    const heavy = counts({ rate_drop: 0, one_drop: true, sample_type: 'weighted' });
    expect(Math.abs(heavy.flat().filter((tree) => tree < 10).length / 400 - 10 / 13)).toBeLessThan(0.07);
    expect(chooseDropped([], resolveParams({ booster: 'dart', one_drop: 1 }), 0)).toEqual([]);
  });

  it('share their weight with the new tree', () => {
    for (const type of ['tree', 'forest'] as const) {
      const { fresh, dropped } = normalise(3, 0.3, type);
      const [f, d] = type === 'tree' ? [1 / 3.3, 3 / 3.3] : [1 / 1.3, 1 / 1.3];
      expect([fresh, dropped]).toEqual([Math.fround(f), Math.fround(d)]);
    }
  });
});

describe('DART', () => {
  const params = { booster: 'dart', rate_drop: 0.3, max_depth: 3 } as const;

  it('learns each tree at the margins without the dropped ones, weighted as it says', () => {
    for (const extra of [{}, { normalize_type: 'forest', one_drop: 1, sample_type: 'weighted' }] as const) {
      const input = { ...params, ...extra };
      const resolved = resolveParams(input);
      const { booster } = trainSync({ binned, labels: made.labels }, input, { rounds: 12 });
      const leaves = booster.predictLeaves(made.matrix);
      const valueOf = (row: number, t: number): number => booster.trees[t].thresholds[leaves[row * 12 + t]];
      const weights: number[] = [];
      let worst = 0;
      let drops = 0;
      for (let t = 0; t < 12; t++) {
        const dropped = chooseDropped(weights, resolved, t);
        drops += dropped.length;
        const margins = Float64Array.from(made.labels, (_, row) =>
          weights.reduce(
            (sum, w, tree) => (dropped.includes(tree) ? sum : sum + w * valueOf(row, tree)),
            booster.baseScore,
          ),
        );
        const { g, h } = logisticGradients(margins, made.labels, new Float32Array(700).fill(1));
        const byLeaf = Map.groupBy(range(700), (row) => leaves[row * 12 + t]);
        for (const [leaf, rows] of byLeaf) {
          const sums = sumNode(rows, g, h);
          const expected = resolved.learning_rate * weightOf(sums.g, sums.h, resolved);
          worst = Math.max(worst, Math.abs(expected - booster.trees[t].thresholds[leaf]));
        }
        const normal =
          dropped.length === 0
            ? { fresh: 1, dropped: 1 }
            : normalise(dropped.length, resolved.learning_rate, resolved.normalize_type);
        for (const tree of dropped) weights[tree] = Math.fround(weights[tree] * normal.dropped);
        weights.push(normal.fresh);
      }
      expect(drops).toBeGreaterThan(10);
      expect(worst).toBeLessThan(1e-5);
      expect([...(booster.treeWeights ?? [])]).toEqual(weights);
    }
  });

  it('evaluates the weighted trees, and answers with them', () => {
    const { booster, history, validationMargins } = trainSync(fold, params, { rounds: 15 });
    const margins = booster.predictBinned(binned, fold.validationRows);
    expect(validationMargins).toEqual(margins);
    const loss = findMetric('logloss').evaluate(margins, held, undefined);
    expect(history.validation?.at(-1)).toBeCloseTo(loss, 5);
    const again = Booster.fromUbj(booster.toUbj());
    expect(again.treeWeights).toEqual(booster.treeWeights);
    expect(again.predictMargin(made.matrix)).toEqual(booster.predictMargin(made.matrix));
  });

  it('keeps the weights of the best round with early stopping', () => {
    const options = { rounds: 80, earlyStoppingRounds: 10 };
    const { booster, bestIteration, history, validationMargins } = trainSync(
      fold,
      { ...params, learning_rate: 0.6 },
      options,
    );
    expect(history.validation?.length).toBe(bestIteration + 11);
    expect(booster.treeCount).toBe(bestIteration + 1);
    const margins = booster.predictBinned(binned, fold.validationRows);
    expect(validationMargins).toEqual(margins);
    const loss = findMetric('logloss').evaluate(margins, held, undefined);
    expect(history.validation?.[bestIteration]).toBeCloseTo(loss, 5);
  });

  it('that drops nothing is ordinary boosting', () => {
    const [dart, plain] = [{ booster: 'dart' } as const, {}].map((input) =>
      trainSync(fold, { ...input, subsample: 0.8 }, { rounds: 6 }),
    );
    expect(Buffer.compare(dart.booster.toUbj(), plain.booster.toUbj())).toBe(0);
  });

  it('explains margins with the weights', () => {
    const { booster } = trainSync(fold, params, { rounds: 10 });
    const width = made.matrix.columns.length + 1;
    const contributions = booster.contributions(made.matrix);
    const sums = Float64Array.from(made.labels, (_, row) =>
      contributions.subarray(row * width, (row + 1) * width).reduce((sum, part) => sum + part, 0),
    );
    expect(greatestDifference(sums, booster.predictMargin(made.matrix))).toBeLessThan(1e-5);
  });

  it('leaves its parameters to itself', () => {
    expect(() => trainSync(fold, { rate_drop: 0.1 }, { rounds: 1 })).toThrow(/unless booster is dart/);
    const wrong = [
      { rate_drop: 1.1 },
      { skip_drop: -1 },
      { one_drop: 2 },
      { sample_type: 'x' },
      { booster: 'gblinear' },
    ];
    for (const one of wrong) {
      const attempt = (): unknown =>
        trainSync(fold, { booster: 'dart', ...one } as ParamsInput, { rounds: 1 });
      expect(attempt).toThrow(InvalidOption);
    }
  });
});

describe('several trees in a round', () => {
  it('are averaged: without sampling they are one tree over and over', () => {
    const one = trainSync(fold, { learning_rate: 1 }, { rounds: 1 });
    const four = trainSync(fold, { learning_rate: 1, num_parallel_tree: 4 }, { rounds: 1 });
    expect(four.booster.treeCount).toBe(4);
    expect(four.booster.roundCount).toBe(1);
    for (const tree of four.booster.trees) expect(tree).toEqual(four.booster.trees[0]);
    expect(greatestDifference(four.validationMargins ?? [], one.validationMargins ?? [NaN])).toBeLessThan(
      1e-6,
    );
  });

  it('differ in the rows and columns that they draw', () => {
    const forest = {
      num_parallel_tree: 10,
      subsample: 0.6,
      colsample_bynode: 0.5,
      learning_rate: 1,
      max_depth: 8,
    };
    const { booster } = trainSync(fold, forest, { rounds: 1 });
    const shapes = new Set(booster.trees.map((tree) => tree.features.join()));
    expect(shapes.size).toBe(10);
    // A forest is better than its trees.
    const loss = (margins: Float32Array): number => findMetric('logloss').evaluate(margins, held, undefined);
    const whole = loss(booster.predictBinned(binned, fold.validationRows));
    const single = { ...forest, num_parallel_tree: 1 };
    expect(loss(trainSync(fold, single, { rounds: 1 }).validationMargins ?? held)).toBeGreaterThan(whole);
  });

  it('are one round for early stopping, slices and best iterations', () => {
    const params = { num_parallel_tree: 3, subsample: 0.7, learning_rate: 0.6 };
    const { booster, bestIteration, history, validationMargins } = trainSync(fold, params, {
      rounds: 60,
      earlyStoppingRounds: 4,
    });
    expect(history.validation?.length).toBe(bestIteration + 5);
    expect([booster.roundCount, booster.treeCount]).toEqual([bestIteration + 1, 3 * (bestIteration + 1)]);
    expect(booster.bestIteration).toBe(bestIteration);
    expect(booster.predictBinned(binned, fold.validationRows)).toEqual(validationMargins);
    const two = booster.slice(0, 2);
    expect([two.treeCount, two.predictBinned(binned).length]).toEqual([6, 700]);
    const losses = history.validation ?? [];
    const early = findMetric('logloss').evaluate(
      two.predictBinned(binned, fold.validationRows),
      held,
      undefined,
    );
    expect(losses[1]).toBeCloseTo(early, 6);
    const read = Booster.fromUbj(booster.toUbj());
    expect(read.roundStarts).toEqual(booster.roundStarts);
  });

  it('can be dropped one by one', () => {
    const params = { booster: 'dart', rate_drop: 0.3, num_parallel_tree: 2, subsample: 0.7 } as const;
    const { booster, validationMargins } = trainSync(fold, params, { rounds: 8 });
    expect([booster.roundCount, booster.treeCount, booster.treeWeights?.length]).toEqual([8, 16, 16]);
    expect(new Set(booster.treeWeights).size).toBeGreaterThan(3);
    expect(booster.predictBinned(binned, fold.validationRows)).toEqual(validationMargins);
  });
});
