import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { ParamsInput, Tree } from '../src/index.ts';
import { numericMatrix, range } from './support/made-data.ts';

const COLUMNS = 16;
const TREES = 60;
const rows = 6000;
const random = new Random(5, 'sampling');
const values = Float32Array.from({ length: rows }, () => random.integer(200));
/** One column sixteen times: of equal columns the first wins, so a node splits on the first that it may use. */
const copies = {
  binned: binMatrix(numericMatrix(Array.from({ length: COLUMNS }, () => values))),
  labels: values.map((value) => (value * 7919) % 101),
};

/** A split of a tree: what it is on tells the smallest column of those drawn for its node. */
interface Split {
  readonly tree: string;
  readonly level: string;
  readonly node: string;
  readonly feature: number;
}

function splitsOf(trees: readonly Tree[]): Split[] {
  return trees.flatMap(({ lefts, features }, t) => {
    const depths = new Int32Array(lefts.length);
    const splits: Split[] = [];
    // Children follow their parents.
    lefts.forEach((left, node) => {
      if (left < 0) return;
      depths.fill(depths[node] + 1, left, left + 2);
      const level = `${t}/${depths[node]}`;
      splits.push({ tree: `${t}`, level, node: `${t}:${node}`, feature: features[node] });
    });
    return splits;
  });
}

/** The features that are split on, by tree, level or node. */
function featuresBy(splits: readonly Split[], kind: 'tree' | 'level' | 'node'): Map<string, Set<number>> {
  const groups = Map.groupBy(splits, (split) => split[kind]);
  return new Map([...groups].map(([key, group]) => [key, new Set(group.map(({ feature }) => feature))]));
}

const sizes = (groups: ReadonlyMap<string, ReadonlySet<number>>): number[] =>
  Array.from(groups.values(), (features) => features.size);

function expectShare(found: number, share: number, of: number): void {
  // Five deviations of a draw of each by itself.
  expect(Math.abs(found / of - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / of));
}

const growths: readonly (readonly [string, ParamsInput])[] = [
  ['by depth', { max_depth: 6 }],
  ['level by level up to so many leaves', { max_depth: 0, max_leaves: 50 }],
  ['the best leaf first', { grow_policy: 'lossguide', max_depth: 0, max_leaves: 50 }],
];

describe.each(growths)('columns of trees grown %s', (_, growth) => {
  const grow = (params: ParamsInput): Split[] => {
    const all: ParamsInput = { objective: 'reg:squarederror', learning_rate: 0.1, ...growth, ...params };
    return splitsOf(trainSync(copies, all, { rounds: TREES }).booster.trees);
  };

  it('are all there unless told otherwise', () => {
    expect(new Set(grow({}).map(({ feature }) => feature))).toStrictEqual(new Set([0]));
  });

  it.each([
    ['tree', 'colsample_bytree', 0.5],
    ['tree', 'colsample_bytree', 0.25],
    ['level', 'colsample_bylevel', 0.5],
    ['level', 'colsample_bylevel', 0.25],
    ['node', 'colsample_bynode', 0.5],
    ['node', 'colsample_bynode', 0.25],
  ] as const)('are drawn anew for each %s by %s %d', (kind, name, share) => {
    const splits = grow({ [name]: share });
    const groups = featuresBy(splits, kind);
    expect(new Set(sizes(groups))).toStrictEqual(new Set([1]));
    const firsts = Array.from(groups.values(), ([feature]) => feature);
    expectShare(firsts.filter((feature) => feature === 0).length, share, firsts.length);
    // The smallest of so many columns leaves room for the others above it.
    expect(Math.max(...firsts)).toBeLessThanOrEqual(COLUMNS * (1 - share));
    // Others for the next tree: those of its root, too.
    const roots = splits.filter(({ node }) => node.endsWith(':0'));
    expect(new Set(roots.map(({ feature }) => feature)).size).toBeGreaterThan(2);
    // Within a tree, levels differ, and within a level nodes, if they are what is drawn for.
    expect(Math.max(...sizes(featuresBy(splits, 'tree'))) > 1).toBe(kind !== 'tree');
    expect(Math.max(...sizes(featuresBy(splits, 'level'))) > 1).toBe(kind === 'node');
    expect(grow({ [name]: share })).toStrictEqual(splits);
    expect(grow({ [name]: share, seed: 9 })).not.toStrictEqual(splits);
  });

  it("are a node's from the level's, and the level's from the tree's", () => {
    const splits = grow({ colsample_bytree: 0.5, colsample_bylevel: 0.5, colsample_bynode: 0.5 });
    // Two columns for a node, of four for a level, of eight for a tree: the last of these are never the smallest.
    const levels = sizes(featuresBy(splits, 'level'));
    const trees = sizes(featuresBy(splits, 'tree'));
    expect(Math.max(...levels)).toBe(3);
    expect(Math.max(...trees)).toBeGreaterThan(4);
    expect(Math.max(...trees)).toBeLessThanOrEqual(7);
    expect(new Set(splits.map(({ feature }) => feature)).size).toBeGreaterThan(8);
  });
});

describe('rows', () => {
  const BLOCKS = 40;
  const blockRows = 500;
  const count = BLOCKS * blockRows;
  const blocks = Float32Array.from({ length: count }, (_, row) => Math.floor(row / blockRows));
  const data = { binned: binMatrix(numericMatrix([blocks])), labels: blocks.map((b) => (b * 7919) % 101) };
  /** A leaf for each block of rows, so that its cover tells how many of them were drawn: a hessian is 1. */
  const params: ParamsInput = {
    objective: 'reg:squarederror',
    grow_policy: 'lossguide',
    max_depth: 0,
    max_leaves: BLOCKS,
    min_child_weight: 0,
    learning_rate: 0.1,
  };

  /** How many rows of each block a tree learnt from. */
  function drawnRows({ lefts, thresholds, covers }: Tree): number[] {
    return Array.from({ length: BLOCKS }, (_, block) => {
      let node = 0;
      while (lefts[node] >= 0) node = lefts[node] + (block < thresholds[node] ? 0 : 1);
      return Math.round(covers[node]);
    });
  }

  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

  it('are all there unless told otherwise', () => {
    const { trees } = trainSync(data, params, { rounds: 3 }).booster;
    for (const tree of trees) expect(new Set(drawnRows(tree))).toStrictEqual(new Set([blockRows]));
  });

  it.each<[number, ParamsInput]>([
    [0.1, {}],
    [0.5, {}],
    [0.93, { grow_policy: 'depthwise' }],
    [0.3, { num_parallel_tree: 4 }],
  ])('are drawn anew for each tree, that share of them: %d, %j', (subsample, more) => {
    const { trees } = trainSync(data, { ...params, ...more, subsample }, { rounds: 8 }).booster;
    const draws = trees.map(drawnRows);
    for (const [t, draw] of draws.entries()) {
      expect(Math.round(trees[t].covers[0])).toBe(sum(draw));
      expectShare(sum(draw), subsample, count);
      for (const drawn of draw) expectShare(drawn, subsample, blockRows);
    }
    expect(new Set(draws.map(String)).size).toBe(trees.length);
    const other = trainSync(data, { ...params, ...more, subsample, seed: 9 }, { rounds: 1 }).booster;
    expect(drawnRows(other.trees[0])).not.toStrictEqual(draws[0]);
  });

  it('are drawn from those of the fold, and none of the others', () => {
    const fold = { ...data, rows: range(count / 2, count / 4) };
    const { trees } = trainSync(fold, { ...params, subsample: 0.4 }, { rounds: 3 }).booster;
    for (const tree of trees) expectShare(tree.covers[0], 0.4, count / 2);
  });

  it('weigh a quarter each at the start of a logistic model', () => {
    const labels = data.labels.map((label) => (label > 50 ? 1 : 0));
    const logistic: ParamsInput = { subsample: 0.5, base_score: 0.5 };
    const { trees } = trainSync({ ...data, labels }, logistic, { rounds: 1 }).booster;
    expectShare(4 * trees[0].covers[0], 0.5, count);
  });
});
