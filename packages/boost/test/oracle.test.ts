import { describe, expect, it } from 'vitest';
import { resolveConstraints } from '../src/constraints.ts';
import { binMatrix, resolveParams, trainSync } from '../src/index.ts';
import type { ParamsInput } from '../src/index.ts';
import { makeData } from './support/made-data.ts';
import { bestGain, lawfulSide, lawless, logisticGradients, partRows, sumNode } from './support/oracle.ts';
import type { Law } from './support/oracle.ts';

/** Greatest deviations from the twin, each as a share of what rounding may cost. */
interface Deviations {
  splits: number;
  cover: number;
  weight: number;
  leaf: number;
  gain: number;
  /** How much better the twin's best split is. */
  missed: number;
  belowGamma: number;
  /** Columns that the node may not be split on, and sides in the wrong order. */
  unlawful: number;
  disorder: number;
}

/** Follows every tree in float64 and checks each split and leaf against the readable twin. */
function followTraining(
  data: Parameters<typeof makeData>[0],
  input: ParamsInput,
  weightAt: (row: number) => number = () => 1,
): Deviations {
  const { matrix, labels } = makeData(data);
  const weights = Float32Array.from(labels, (_, i) => weightAt(i));
  const binned = binMatrix(matrix, { maxBin: 64 });
  const params = resolveParams(input);
  const { directions: given } = resolveConstraints(params, binned);
  const directions = [...(given ?? [])];
  const groups = params.interaction_constraints?.map((group) => group.map(Number));
  const { booster } = trainSync({ binned, labels, weights }, input, { rounds: 4 });
  const margins = new Float64Array(labels.length).fill(booster.baseScore);
  const worst = {
    splits: 0,
    cover: 0,
    weight: 0,
    leaf: 0,
    gain: 0,
    missed: 0,
    belowGamma: 0,
    unlawful: 0,
    disorder: 0,
  };
  const note = (key: keyof Deviations, deviation: number, room: number): void => {
    worst[key] = Math.max(worst[key], deviation / room);
  };
  for (const tree of booster.trees) {
    const { g, h } = logisticGradients(margins, labels, weights);
    const nodes: number[][] = [Array.from(labels, (_, i) => i)];
    const laws: Law[] = [{ ...lawless, directions }];
    const paths: number[][] = [[]];
    for (let node = 0; node < tree.lefts.length; node++) {
      const sums = sumNode(nodes[node], g, h);
      const law = laws[node];
      const { weight: value } = lawfulSide(sums.g, sums.h, params, law);
      note('cover', Math.abs(tree.covers[node] - sums.h), 1e-5 * (1 + sums.h));
      note('weight', Math.abs(tree.baseWeights[node] - value), 1e-4);
      const left = tree.lefts[node];
      if (left < 0) {
        for (const row of nodes[node]) margins[row] += tree.thresholds[node];
        note('leaf', Math.abs(tree.thresholds[node] - params.learning_rate * value), 1e-4);
        continue;
      }
      worst.splits++;
      const [a, b] = partRows(binned, tree, node, nodes[node]);
      nodes[left] = a;
      nodes[left + 1] = b;
      const sides = [sumNode(a, g, h), sumNode(b, g, h), sums].map((side) =>
        lawfulSide(side.g, side.h, params, law),
      );
      const scores = sides.map(({ score }) => score);
      const feature = tree.features[node];
      const path = [...paths[node], feature];
      const middle = (sides[0].weight + sides[1].weight) / 2;
      const rising = directions[feature] ?? 0;
      const inherited = {
        ...law,
        allowed: (column: number): boolean =>
          groups === undefined ||
          path.includes(column) ||
          groups.some((group) => [...path, column].every((one) => group.includes(one))),
      };
      for (const side of [0, 1]) {
        // The side that must not be above the other stays below the middle.
        const below = rising !== 0 && rising > 0 === (side === 0);
        paths[left + side] = path;
        laws[left + side] = {
          ...inherited,
          ...(below && { upper: middle }),
          ...(rising !== 0 && !below && { lower: middle }),
        };
      }
      note('unlawful', law.allowed(feature) ? 0 : 2, 1);
      note('disorder', Math.max(0, rising * (sides[0].weight - sides[1].weight)), 1e-4);
      const gain = scores[0] + scores[1] - scores[2];
      // Gains are differences of scores, so the room for rounding grows with the scores.
      const room = 1e-4 * (1 + Math.abs(scores[0]) + Math.abs(scores[1]));
      note('gain', Math.abs(tree.gains[node] - gain), room);
      note('missed', bestGain(binned, sums, g, h, params, law) - gain, room);
      note('belowGamma', params.gamma - gain, room);
    }
  }
  return worst;
}

/** The greatest deviation, which stays below 1; infinite if there were too few splits to tell. */
function largest(worst: Deviations, leastSplits: number): number {
  const { splits, ...deviations } = worst;
  return splits < leastSplits ? Infinity : Math.max(...Object.values(deviations));
}

describe('split search against the readable twin', () => {
  it('finds the best numeric cuts', () => {
    expect(largest(followTraining({ rows: 600 }, { max_depth: 4 }), 20)).toBeLessThan(1);
  });

  it('finds the best side for missing values', () => {
    expect(largest(followTraining({ rows: 600, missing: 0.2 }, { max_depth: 4 }), 20)).toBeLessThan(1);
  });

  it('finds the best category against the rest and the best set of categories', () => {
    const data = { rows: 800, numeric: 1, categories: [3, 9, 30], missing: 0.1 };
    expect(largest(followTraining(data, { max_depth: 4 }), 20)).toBeLessThan(1);
  });

  it('finds the best of short sets from either end, also where they outweigh the rest', () => {
    const data = { rows: 800, numeric: 1, categories: [9, 30], missing: 0.1, skewed: true };
    for (const limit of [1, 2, 5]) {
      expect(
        largest(followTraining(data, { max_depth: 4, min_child_weight: 0, max_cat_threshold: limit }), 20),
      ).toBeLessThan(1);
    }
  });

  it('obeys L1, L2, gamma, least weights and bounded steps', () => {
    const input = {
      max_depth: 5,
      alpha: 0.7,
      lambda: 2.5,
      gamma: 0.5,
      min_child_weight: 4,
      max_delta_step: 0.3,
    };
    expect(largest(followTraining({ rows: 700, categories: [6], missing: 0.1 }, input), 10)).toBeLessThan(1);
  });

  it('stays exact with weights across six orders of magnitude', () => {
    const input = { max_depth: 4, min_child_weight: 0, lambda: 0.01 };
    expect(
      largest(
        followTraining({ rows: 900, missing: 0.1 }, input, (i) => 10 ** (((i * 37) % 61) / 10 - 3)),
        20,
      ),
    ).toBeLessThan(1);
  });

  it('finds the best split that monotone constraints allow, and bounds what lies below', () => {
    const data = { rows: 900, numeric: 4, categories: [3, 9], missing: 0.1 };
    const monotone_constraints = [1, -1, 1, 0, 0, 0];
    expect(largest(followTraining(data, { max_depth: 5, monotone_constraints }), 40)).toBeLessThan(1);
    const strict = {
      max_depth: 5,
      monotone_constraints: [-1, 1, -1, 0, 0, 0],
      alpha: 0.3,
      max_delta_step: 0.5,
    };
    expect(largest(followTraining(data, strict), 20)).toBeLessThan(1);
  });

  it('finds the best split of the columns that interaction constraints allow', () => {
    const data = { rows: 900, numeric: 4, categories: [3, 9], missing: 0.1 };
    const interaction_constraints = [
      [0, 1, 4],
      [1, 2],
      [3, 5],
    ];
    expect(largest(followTraining(data, { max_depth: 5, interaction_constraints }), 40)).toBeLessThan(1);
    const both = { max_depth: 5, interaction_constraints, monotone_constraints: [1, 1, 0, -1, 0, 0] };
    expect(largest(followTraining(data, both), 40)).toBeLessThan(1);
  });

  it('grows by leaves as well', () => {
    const input = { grow_policy: 'lossguide', max_depth: 0, max_leaves: 9 } as const;
    const worst = followTraining({ rows: 600 }, input);
    expect(largest(worst, 4 * 8)).toBeLessThan(1);
    expect(worst.splits).toBe(4 * 8);
  });
});
