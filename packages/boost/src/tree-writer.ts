import type { DocumentObject } from './document.ts';
import type { Tree } from './tree.ts';

const NO_PARENT = 2147483647;

/** A tree as XGBoost's document has it. */
export function writeTree(tree: Tree, position: number, features: string): DocumentObject {
  const count = tree.lefts.length;
  const parents = new Int32Array(count);
  parents[0] = NO_PARENT;
  const nodes: number[] = [];
  for (let node = 0; node < count; node++) {
    const left = tree.lefts[node];
    if (left >= 0) parents.fill(node, left, left + 2);
    if (tree.categorical[node] === 1) nodes.push(node);
  }
  const starts = nodes.map((node) => tree.categoryStarts[node]);
  const sizes = nodes.map((node) => tree.categoryStarts[node + 1] - tree.categoryStarts[node]);
  return {
    base_weights: tree.baseWeights,
    categories: tree.categories,
    categories_nodes: Int32Array.from(nodes),
    categories_segments: BigInt64Array.from(starts, BigInt),
    categories_sizes: BigInt64Array.from(sizes, BigInt),
    default_left: tree.defaultLefts,
    id: position,
    left_children: tree.lefts,
    loss_changes: tree.gains,
    parents,
    right_children: tree.lefts.map((left) => (left < 0 ? -1 : left + 1)),
    split_conditions: tree.thresholds,
    split_indices: tree.features,
    split_type: tree.categorical,
    sum_hessian: tree.covers,
    tree_param: {
      num_deleted: '0',
      num_feature: features,
      num_nodes: String(count),
      size_leaf_vector: '1',
    },
  };
}
