import { InvalidModel } from '@verdict/core';
import { integersAt, numbersAt, objectAt, stringAt } from './document.ts';
import type { DocumentObject } from './document.ts';
import type { Tree } from './tree.ts';

const MOST_NODES = 0x7ffffffe;
const MOST_CATEGORIES = 16777215;

/**
 * Reads one tree. Unless they already are, nodes are renumbered level by level, so that every right child follows
 * its left sibling and nodes that no path reaches are gone. Cycles, shared children and indices
 * out of bounds are refused.
 *
 * @throws InvalidModel
 */
export function readTree(source: DocumentObject, position: number, features: number): Tree {
  const path = `trees[${position}]`;
  const shape = objectAt(source, 'tree_param', path);
  const count = Number(stringAt(shape, 'num_nodes', `${path}.tree_param`));
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_NODES)) {
    throw new InvalidModel({ problem: `${path} says it has ${count} nodes.` });
  }
  if (Object.hasOwn(shape, 'size_leaf_vector')) {
    const size = stringAt(shape, 'size_leaf_vector', path);
    if (size !== '0' && size !== '1') {
      throw new InvalidModel({
        problem: `${path} has leaves of ${size.slice(0, 20)} values; only one is supported.`,
      });
    }
  }
  const lefts = integersAt(source, 'left_children', path, -1, count - 1, count);
  const rights = integersAt(source, 'right_children', path, -1, count - 1, count);
  const splits = integersAt(source, 'split_indices', path, 0, 0x7fffffff, count);
  const conditions = numbersAt(source, 'split_conditions', path, count);
  const defaults = integersAt(source, 'default_left', path, 0, 1, count);
  const gains = numbersAt(source, 'loss_changes', path, count);
  const covers = numbersAt(source, 'sum_hessian', path, count);
  const weights = numbersAt(source, 'base_weights', path, count);
  const sets = readSets(source, path, count);
  const order = breadthFirst(lefts, rights, path);
  const size = order.length;
  const tree = {
    features: new Int32Array(size),
    thresholds: new Float32Array(size),
    lefts: new Int32Array(size).fill(-1),
    defaultLefts: new Uint8Array(size),
    categorical: new Uint8Array(size),
    categoryStarts: new Int32Array(size + 1),
    gains: new Float32Array(size),
    covers: new Float32Array(size),
    baseWeights: new Float32Array(size),
  };
  const categories: number[] = [];
  const renumbered = new Int32Array(count);
  for (let node = 0; node < size; node++) renumbered[order[node]] = node;
  for (let node = 0; node < size; node++) {
    const old = order[node];
    tree.categoryStarts[node] = categories.length;
    tree.thresholds[node] = conditions[old];
    tree.gains[node] = gains[old];
    tree.covers[node] = covers[old];
    tree.baseWeights[node] = weights[old];
    const leaf = lefts[old] < 0;
    const set = leaf ? undefined : sets.get(old);
    const threshold = tree.thresholds[node];
    // Nodes with a set have no threshold: XGBoost writes whatever lies there, also NaN.
    if ((Number.isNaN(threshold) && set === undefined) || (leaf && !Number.isFinite(threshold))) {
      throw new InvalidModel({ problem: `${path}: node ${old} has the value ${conditions[old]}.` });
    }
    if (!(tree.covers[node] >= 0 && tree.covers[node] < Infinity)) {
      throw new InvalidModel({ problem: `${path}: node ${old} has the sum of hessians ${covers[old]}.` });
    }
    if (leaf) continue;
    if (splits[old] >= features) {
      throw new InvalidModel({
        problem: `${path}: node ${old} splits on column ${splits[old]} of ${features}.`,
      });
    }
    tree.features[node] = splits[old];
    tree.defaultLefts[node] = defaults[old];
    tree.lefts[node] = renumbered[lefts[old]];
    if (set === undefined) continue;
    tree.categorical[node] = 1;
    tree.thresholds[node] = 0;
    for (const code of set) categories.push(code);
  }
  tree.categoryStarts[size] = categories.length;
  return { ...tree, categories: Int32Array.from(categories) };
}

/** Categories per node, ascending and without repetition. */
function readSets(source: DocumentObject, path: string, count: number): Map<number, Int32Array> {
  const sets = new Map<number, Int32Array>();
  if (!Object.hasOwn(source, 'categories_nodes')) return sets;
  const nodes = integersAt(source, 'categories_nodes', path, 0, count - 1);
  const categories = integersAt(source, 'categories', path, 0, MOST_CATEGORIES);
  const starts = integersAt(source, 'categories_segments', path, 0, categories.length, nodes.length);
  const sizes = integersAt(source, 'categories_sizes', path, 0, categories.length, nodes.length);
  const types = integersAt(source, 'split_type', path, 0, 1, count);
  let listed = 0;
  nodes.forEach((node, i) => {
    const end = starts[i] + sizes[i];
    listed += sizes[i];
    // Segments may not overlap, so that a small file stays small in memory.
    if (end > categories.length || listed > categories.length || sets.has(node) || types[node] !== 1) {
      throw new InvalidModel({ problem: `${path}: the category set of node ${node} is inconsistent.` });
    }
    const sorted = categories.slice(starts[i], end).sort();
    sets.set(
      node,
      sorted.filter((code, at) => at === 0 || code !== sorted[at - 1]),
    );
  });
  types.forEach((type, node) => {
    if (type === 1 && !sets.has(node)) {
      throw new InvalidModel({ problem: `${path}: node ${node} is categorical and has no set.` });
    }
  });
  return sets;
}

/** Old node numbers in breadth-first order, or as they are if siblings follow each other and their parent. */
function breadthFirst(lefts: Int32Array, rights: Int32Array, path: string): ArrayLike<number> {
  const order = [0];
  const seen = new Uint8Array(lefts.length);
  seen[0] = 1;
  for (let i = 0; i < order.length; i++) {
    const left = lefts[order[i]];
    const right = rights[order[i]];
    if (left < 0 && right < 0) continue;
    for (const child of [left, right]) {
      if (child < 0 || seen[child] === 1) {
        throw new InvalidModel({ problem: `${path}: the children of node ${order[i]} are not a tree's.` });
      }
      seen[child] = 1;
      order.push(child);
    }
  }
  const ordered = lefts.every((left, node) => left < 0 || (left > node && rights[node] === left + 1));
  if (ordered && order.length === lefts.length) return lefts.map((_, node) => node);
  return order;
}
