import { setWords, treeDepth } from './tree.ts';
import type { Tree } from './tree.ts';

const NODE_BYTES = 16;
const MISSING_LEFT = 0x80000000;
const CATEGORICAL = 0x40000000;
/** Greatest number of columns that a node's 30 bits can name. */
export const MOST_FEATURES = 0x3fffffff;

/**
 * All trees in one buffer, laid out for walking (see assembly/predict.ts): 16 bytes a node, children by position
 * in the whole forest, category sets as bits.
 */
export interface Forest {
  readonly buffer: ArrayBuffer;
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly sets: Uint32Array;
  /** Position of every tree's root. */
  readonly roots: Int32Array;
  /** Depth of every tree without categorical splits; -1 for the others, and for trees that are far from level. */
  readonly depths: Int32Array;
}

/** Lays trees out one after another. */
export function packForest(trees: readonly Tree[]): Forest {
  const roots = new Int32Array(trees.length);
  let nodes = 0;
  let words = 0;
  trees.forEach((tree, t) => {
    roots[t] = nodes;
    nodes += tree.lefts.length;
    for (let node = 0; node < tree.lefts.length; node++) words += setWords(tree, node);
  });
  const buffer = new ArrayBuffer(nodes * NODE_BYTES);
  const ints = new Int32Array(buffer);
  const floats = new Float32Array(buffer);
  const sets = new Uint32Array(words);
  let at = 0;
  let word = 0;
  trees.forEach((tree, t) => {
    for (let node = 0; node < tree.lefts.length; node++, at += 4) {
      const left = tree.lefts[node];
      if (left < 0) {
        ints[at + 2] = -1;
        floats[at + 3] = tree.thresholds[node];
        continue;
      }
      const categorical = tree.categorical[node] === 1;
      ints[at] =
        tree.features[node] |
        (tree.defaultLefts[node] === 1 ? MISSING_LEFT : 0) |
        (categorical ? CATEGORICAL : 0);
      ints[at + 2] = roots[t] + left;
      if (!categorical) {
        floats[at + 1] = tree.thresholds[node];
        continue;
      }
      const count = setWords(tree, node);
      ints[at + 1] = word;
      ints[at + 3] = count;
      for (let i = tree.categoryStarts[node]; i < tree.categoryStarts[node + 1]; i++) {
        const code = tree.categories[i];
        sets[word + (code >> 5)] |= 1 << (code & 31);
      }
      word += count;
    }
  });
  return { buffer, ints, floats, sets, roots, depths: Int32Array.from(trees, levelDepth) };
}

/** Walking all rows to the full depth pays only where most leaves lie near it. */
function levelDepth(tree: Tree): number {
  if (tree.categories.length > 0 || tree.categorical.includes(1)) return -1;
  const depth = treeDepth(tree);
  return depth <= 2 * Math.log2(tree.lefts.length + 1) ? depth : -1;
}

/** The position of the leaf that one row reaches from a root; all comparisons are in float32. */
export function walk(forest: Forest, root: number, row: Float32Array): number {
  const { ints, floats, sets } = forest;
  let node = root;
  for (;;) {
    const at = node * 4;
    const left = ints[at + 2];
    if (left < 0) return node;
    const packed = ints[at];
    const x = row[packed & MOST_FEATURES];
    let right: number;
    if (x !== x) right = packed < 0 ? 0 : 1;
    else if ((packed & CATEGORICAL) !== 0) right = contains(sets, ints[at + 1], ints[at + 3], x);
    else right = x < floats[at + 1] ? 0 : 1;
    node = left + right;
  }
}

function contains(sets: Uint32Array, first: number, words: number, value: number): number {
  if (!(value >= 0 && value < 16777216)) return 0;
  const category = Math.trunc(value);
  if (category >> 5 >= words) return 0;
  return (sets[first + (category >> 5)] >>> (category & 31)) & 1;
}
