import type { Tree } from './tree.ts';

/**
 * The trees with their leaves times their weights (DART's `weight_drop`), in float32: what prediction and
 * contributions add up.
 *
 * @param weights one for each tree; undefined if all are 1
 */
export function weighTrees(trees: readonly Tree[], weights: Float32Array | undefined): readonly Tree[] {
  if (weights === undefined) return trees;
  return trees.map((tree, t) => {
    if (weights[t] === 1) return tree;
    const thresholds = tree.thresholds.map((value, node) =>
      tree.lefts[node] < 0 ? value * weights[t] : value,
    );
    return { ...tree, thresholds };
  });
}
