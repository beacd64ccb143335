import { InvalidOption } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bagBoosters, binMatrix, blendBoosters, Booster, trainSync } from '../src/index.ts';
import type { ParamsInput } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
import { makeData } from './support/made-data.ts';

const made = makeData({ rows: 240, categories: [3, 17], missing: 0.1 });
const { matrix, labels } = made;
const binned = binMatrix(matrix);
const train = (params: ParamsInput, rounds: number): Booster =>
  trainSync({ binned, labels }, params, { rounds }).booster;

const members = [
  train({ max_depth: 4, subsample: 0.8 }, 12),
  train({ booster: 'dart', rate_drop: 0.4, max_depth: 3 }, 8),
  train({ num_parallel_tree: 7, learning_rate: 1, subsample: 0.6, colsample_bynode: 0.5 }, 1),
  train({ grow_policy: 'lossguide', max_leaves: 9, max_depth: 0, base_score: 0.1 }, 5),
];
const margins = members.map((booster) => booster.predictMargin(matrix));

/** The weighted sum of the members' margins, in double precision. */
function expected(weights: readonly number[], offset: number): Float64Array {
  return Float64Array.from({ length: matrix.rowCount }, (_, row) =>
    weights.reduce((sum, weight, b) => sum + weight * margins[b][row], offset),
  );
}

describe('a blend', () => {
  it('has the weighted sum of the margins of forests, dropped trees and plain ones', () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 4, maxLength: 4 }), number, (weights, offset) => {
        const blend = blendBoosters(members, weights, offset);
        expect(greatestDifference(blend.predictMargin(matrix), expected(weights, offset))).toBeLessThan(5e-5);
      }),
      { numRuns: 30 },
    );
  });

  it('has contributions that add up to it', () => {
    const weights = [0.5, 0.2, 0.2, 0.1];
    const blend = blendBoosters(members, weights, 0.25);
    const width = matrix.columns.length + 1;
    const contributions = blend.contributions(matrix);
    const own = members.map((booster) => booster.contributions(matrix));
    const sums = Float64Array.from({ length: matrix.rowCount }, (_, row) =>
      contributions.subarray(row * width, (row + 1) * width).reduce((sum, part) => sum + part, 0),
    );
    expect(greatestDifference(sums, blend.predictMargin(matrix))).toBeLessThan(1e-5);
    const mixed = contributions.map(
      (_, at) =>
        weights.reduce((sum, weight, b) => sum + weight * own[b][at], 0) +
        (at % width === width - 1 ? 0.25 : 0),
    );
    expect(greatestDifference(contributions, mixed)).toBeLessThan(2e-5);
  });

  it('keeps the rounds, leaves out what weighs nothing, and survives a file', () => {
    const blend = blendBoosters(members, [0.5, 0, 0.25, 0.25]);
    expect(blend.treeCount).toBe(12 + 7 + 5);
    expect(blend.roundCount).toBe(12 + 1 + 5);
    expect(blend.treeWeights).toBeUndefined();
    for (const back of [Booster.fromUbj(blend.toUbj()), Booster.fromJson(blend.toJson())]) {
      expect(back.predictMargin(matrix)).toStrictEqual(blend.predictMargin(matrix));
      expect([...back.roundStarts]).toStrictEqual([...blend.roundStarts]);
    }
    expect(blendBoosters(members, [0.5, 0, 0.25, 0.25]).toUbj()).toStrictEqual(blend.toUbj());
  });

  it('holds a start that no probability of 32 bits is near enough to', () => {
    for (const offset of [-40, -18, 9, 25]) {
      const blend = blendBoosters(members.slice(0, 1), [1], offset);
      expect(greatestDifference(blend.predictMargin(matrix), expected([1, 0, 0, 0], offset))).toBeLessThan(
        1e-5,
      );
      expect(blend.treeCount).toBe(13);
      expect(blend.roundCount).toBe(13);
    }
    expect(blendBoosters(members.slice(0, 1), [1], 0.5).treeCount).toBe(12);
    const regression = train({ objective: 'reg:squarederror' }, 3);
    const far = blendBoosters([regression], [1], 1e6);
    expect([far.treeCount, Math.abs(far.baseScore / (1e6 + regression.baseScore) - 1) < 1e-6]).toStrictEqual([
      3,
      true,
    ]);
  });

  it('may be of nothing but a start', () => {
    const blend = blendBoosters(members, [0, 0, 0, 0], 0.75);
    expect(blend.treeCount).toBe(0);
    expect(greatestDifference(blend.predictMargin(matrix), expected([0, 0, 0, 0], 0.75))).toBeLessThan(1e-6);
  });

  it('of equal weights is the bag, whose leaves are divided', () => {
    const three = members.slice(0, 3);
    const bag = bagBoosters(three);
    const blend = blendBoosters(three, [1 / 3, 1 / 3, 1 / 3]);
    expect(greatestDifference(bag.predictMargin(matrix), blend.predictMargin(matrix))).toBeLessThan(1e-6);
    const leaves = (booster: Booster): number[] =>
      booster.trees.flatMap((tree) => [...tree.thresholds].filter((_, node) => tree.lefts[node] < 0));
    const own = three.flatMap((booster) =>
      booster.trees.flatMap((tree, t) =>
        [...tree.thresholds]
          .filter((_, node) => tree.lefts[node] < 0)
          .map((leaf) => Math.fround(Math.fround(leaf * (booster.treeWeights?.[t] ?? 1)) / 3)),
      ),
    );
    expect(leaves(bag)).toStrictEqual(own);
  });

  it('refuses what cannot be added up', () => {
    const other = trainSync(
      { binned: binMatrix({ ...matrix, featureNames: ['a', 'b', 'c', 'd', 'e', 'f'] }), labels },
      {},
      { rounds: 1 },
    ).booster;
    const named = (texts: readonly string[]): Booster =>
      Booster.fromTrees(members[0].trees, {
        ...members[0],
        categoryNames: [undefined, undefined, undefined, undefined, texts, undefined],
      });
    const attempts = [
      () => blendBoosters([], []),
      () => blendBoosters(members, [1, 1]),
      () => blendBoosters(members, [1, 1, NaN, 1]),
      () => blendBoosters(members, [1, 1, 1e39, 1]),
      () => blendBoosters(members, [1, 1, 1, 1], Infinity),
      () => blendBoosters([members[0], other], [1, 1]),
      () => blendBoosters([members[0], train({ objective: 'reg:squarederror' }, 1)], [1, 1]),
      () => blendBoosters([named(['a', 'b', 'c']), members[0], named(['a', 'c', 'b'])], [1, 1, 1]),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(InvalidOption);
    expect(blendBoosters([named(['a', 'b']), named(['a', 'b'])], [1, 1]).treeCount).toBe(24);
  });

  it('refuses weights by which leaves would leave float32', () => {
    const large = trainSync(
      { binned, labels: labels.map((label) => label * 1e18) },
      { objective: 'reg:squarederror' },
      { rounds: 1 },
    ).booster;
    expect(() => blendBoosters([large], [3e38])).toThrow(/^weights: expected so small that the leaves stay/);
    expect(blendBoosters([large], [1e18]).predictMargin(matrix).every(Number.isFinite)).toBe(true);
  });
});
