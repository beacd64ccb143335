/**
 * One regression tree as flat arrays, node by node; node 0 is the root and every right child follows its left
 * sibling. Arrays are never changed after the tree is made.
 */
export interface Tree {
  /** Column of a split; 0 for a leaf. */
  readonly features: Int32Array;
  /** A numeric split sends `x < threshold` left (in float32); the value of a leaf, learning rate applied. */
  readonly thresholds: Float32Array;
  /** Left child, or -1 for a leaf. */
  readonly lefts: Int32Array;
  /** 1 where a missing value goes left. */
  readonly defaultLefts: Uint8Array;
  /** 1 where the split is by a set of categories. */
  readonly categorical: Uint8Array;
  /** Where a node's categories begin in `categories`; one more entry for the end. */
  readonly categoryStarts: Int32Array;
  /** Ascending codes of the categories that go right, node after node. */
  readonly categories: Int32Array;
  /** Gain of the split; 0 for a leaf. */
  readonly gains: Float32Array;
  /** Sum of hessians of the training rows. */
  readonly covers: Float32Array;
  /** Best value of the node if it were a leaf, before the learning rate. */
  readonly baseWeights: Float32Array;
}

/** A tree of one leaf. */
export function leafTree(value: number, cover: number, baseWeight: number): Tree {
  return {
    features: new Int32Array(1),
    thresholds: Float32Array.of(value),
    lefts: Int32Array.of(-1),
    defaultLefts: new Uint8Array(1),
    categorical: new Uint8Array(1),
    categoryStarts: new Int32Array(2),
    categories: new Int32Array(0),
    gains: new Float32Array(1),
    covers: Float32Array.of(cover),
    baseWeights: Float32Array.of(baseWeight),
  };
}

/** The depth of the deepest leaf; a tree of one leaf has depth 0. */
export function treeDepth(tree: Tree): number {
  const depths = new Int32Array(tree.lefts.length);
  let deepest = 0;
  for (let node = 0; node < tree.lefts.length; node++) {
    const left = tree.lefts[node];
    if (left < 0) {
      deepest = Math.max(deepest, depths[node]);
      continue;
    }
    depths[left] = depths[node] + 1;
    depths[left + 1] = depths[node] + 1;
  }
  return deepest;
}
