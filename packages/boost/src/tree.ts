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

/** Words of 32 bits that a node's set of categories takes: they are ascending, so the last one is the greatest. */
export function setWords(tree: Tree, node: number): number {
  const end = tree.categoryStarts[node + 1];
  return end > tree.categoryStarts[node] ? (tree.categories[end - 1] >> 5) + 1 : 0;
}

/** The depth of the deepest leaf; a tree of one leaf has depth 0. */
export function treeDepth(tree: Tree): number {
  const depths = new Int32Array(tree.lefts.length);
  let deepest = 0;
  // Children follow their parents.
  for (let node = 0; node < tree.lefts.length; node++) {
    const left = tree.lefts[node];
    if (left < 0) continue;
    depths.fill(depths[node] + 1, left, left + 2);
    deepest = Math.max(deepest, depths[left]);
  }
  return deepest;
}
