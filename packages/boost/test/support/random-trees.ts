import { Random } from '@verdict/core';
import type { Tree } from '../../src/index.ts';

export interface RandomForest {
  readonly trees: number;
  readonly features: number;
  /** Features from this one on are split by category. */
  readonly numeric: number;
  /** Splits of each tree. */
  readonly splits: number;
  /** Thresholds are drawn from so many values, from -1 to 1; categories are below `codes`. */
  readonly thresholds: number;
  readonly codes?: number;
  /** How likely the newest leaf is split next, which makes chains. */
  readonly chain?: number;
}

/** Trees of random shape and random splits, of every kind that a file can hold. */
export function randomForest(options: RandomForest, seed: number): Tree[] {
  const random = new Random(seed, 'trees');
  return Array.from({ length: options.trees }, () => randomTree(options, random));
}

function randomTree(options: RandomForest, random: Random): Tree {
  const { features, numeric, splits, thresholds, codes = 9, chain = 0 } = options;
  const nodes = 2 * splits + 1;
  const tree = {
    features: new Int32Array(nodes),
    thresholds: Float32Array.from({ length: nodes }, () => random.normal()),
    lefts: new Int32Array(nodes).fill(-1),
    defaultLefts: new Uint8Array(nodes),
    categorical: new Uint8Array(nodes),
    categoryStarts: new Int32Array(nodes + 1),
    gains: new Float32Array(nodes),
    covers: new Float32Array(nodes),
    baseWeights: new Float32Array(nodes),
  };
  const leaves = [0];
  const sets = new Map<number, number[]>();
  tree.covers[0] = 64;
  for (let next = 1; next < nodes; next += 2) {
    const at = random.float() < chain ? leaves.length - 1 : random.integer(leaves.length);
    const [node] = leaves.splice(at, 1);
    const feature = random.integer(features);
    tree.features[node] = feature;
    tree.lefts[node] = next;
    tree.defaultLefts[node] = random.integer(2);
    tree.thresholds[node] = thresholdOf(random, thresholds);
    if (feature >= numeric) {
      tree.categorical[node] = 1;
      tree.thresholds[node] = 0;
      const set = Array.from({ length: codes }, (_, code) => code).filter(() => random.integer(3) === 0);
      sets.set(node, set);
    }
    const share = 0.1 + 0.8 * random.float();
    tree.covers[next] = tree.covers[node] * share;
    tree.covers[next + 1] = tree.covers[node] - tree.covers[next];
    leaves.push(next, next + 1);
  }
  const categories: number[] = [];
  for (let node = 0; node < nodes; node++) {
    categories.push(...(sets.get(node) ?? []));
    tree.categoryStarts[node + 1] = categories.length;
  }
  return { ...tree, categories: Int32Array.from(categories) };
}

function thresholdOf(random: Random, count: number): number {
  const drawn = random.integer(count + 4);
  const special = [Infinity, -Infinity, -0, 3e38][drawn - count];
  return special ?? (2 * drawn) / count - 1;
}

/** Cells at, between and beyond the thresholds and categories of `randomForest`, with gaps and infinities. */
export function randomCells(options: RandomForest, rows: number, seed: number): Float32Array[] {
  const random = new Random(seed, 'cells');
  const { features, numeric, thresholds, codes = 9 } = options;
  const odd = [NaN, Infinity, -Infinity, 3.4e38, -3.4e38, -0, 0, 1e-45, -0.5, 2 ** 24, 0.75];
  return Array.from({ length: features }, (_, f) =>
    Float32Array.from({ length: rows }, () => {
      const kind = random.integer(10);
      if (kind === 0) return NaN;
      if (kind === 1) return odd[random.integer(odd.length)];
      if (f >= numeric) return random.integer(codes + 3) + (kind === 2 ? 0.5 : 0);
      const at = (2 * random.integer(thresholds)) / thresholds - 1;
      return kind < 5 ? at : at + random.normal() / 50;
    }),
  );
}
