import { gaussLegendre } from './quadrature.ts';
import type { Tree } from './tree.ts';

/** Points that the kernel handles at once; they are exact for paths of twice as many features. */
const LANES = 8;

/** What the contributions need beside the forest (see assembly/shap.ts). */
export interface ShapTable {
  /** 32 bytes a node. */
  readonly edges: ArrayBuffer;
  /** Eights of points for each tree. */
  readonly chunks: Int32Array;
  readonly quadrature: Float64Array;
  readonly largestTree: number;
  /** Each tree's mean leaf value, weighted by the training rows' hessians. */
  readonly expectations: Float64Array;
}

/** Prepares the shares and the links between splits on the same feature. */
export function buildShapTable(trees: readonly Tree[]): ShapTable {
  const nodes = trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
  const edges = new ArrayBuffer(nodes * 32);
  const doubles = new Float64Array(edges);
  const ints = new Int32Array(edges);
  const chunks = new Int32Array(trees.length);
  let largestTree = 0;
  const expectations = new Float64Array(trees.length);
  let root = 0;
  trees.forEach((tree, t) => {
    const most = linkEdges(tree, root, doubles, ints);
    chunks[t] = Math.max(1, Math.ceil(most / (2 * LANES)));
    largestTree = Math.max(largestTree, tree.lefts.length);
    expectations[t] = meanLeaf(tree, root, doubles);
    root += tree.lefts.length;
  });
  const mostChunks = chunks.reduce((most, value) => Math.max(most, value), 1);
  return { edges, chunks, quadrature: layOut(mostChunks), largestTree, expectations };
}

/** Fills a tree's part of the table; returns the most different features on a path. */
function linkEdges(tree: Tree, root: number, doubles: Float64Array, ints: Int32Array): number {
  const distinct = new Int32Array(tree.lefts.length);
  // The lower node of the last edge on each feature, along the path to the node at hand.
  const latest = new Map<number, number>();
  const stack = [0];
  let most = 0;
  ints[root * 8 + 4] = -1;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top < 0) {
      const [feature, edge] = [stack.pop() ?? 0, stack.pop() ?? -1];
      if (edge < 0) latest.delete(feature);
      else latest.set(feature, edge);
      continue;
    }
    // An edge is entered through the pair (feature, node), which the root lacks.
    const node = top;
    if (node > 0) {
      const feature = stack.pop() ?? 0;
      stack.push(latest.get(feature) ?? -1, feature, -1);
      latest.set(feature, node);
    }
    const left = tree.lefts[node];
    if (left < 0) {
      most = Math.max(most, distinct[node]);
      continue;
    }
    const feature = tree.features[node];
    ints[(root + node) * 8 + 6] = feature;
    const previous = latest.get(feature) ?? -1;
    if (previous >= 0) ints[(root + previous) * 8 + 5] = 1;
    const total = tree.covers[left] + tree.covers[left + 1];
    for (let child = left; child < left + 2; child++) {
      distinct[child] = distinct[node] + (previous < 0 ? 1 : 0);
      // Shares are of the children's sum, so that they add up to 1 in a file whose covers do not.
      const share = total > 0 ? tree.covers[child] / total : 0.5;
      const at = root + child;
      doubles[at * 4] = previous < 0 ? share : share * doubles[(root + previous) * 4];
      doubles[at * 4 + 1] = share;
      ints[at * 8 + 4] = previous;
      stack.push(feature, child);
    }
  }
  return most;
}

function meanLeaf(tree: Tree, root: number, doubles: Float64Array): number {
  const means = new Float64Array(tree.lefts.length);
  for (let node = means.length - 1; node >= 0; node--) {
    const left = tree.lefts[node];
    means[node] =
      left < 0
        ? tree.thresholds[node]
        : means[left] * doubles[(root + left) * 4 + 1] + means[left + 1] * doubles[(root + left + 1) * 4 + 1];
  }
  return means[0];
}

/** The rules of 8, 16, 24 … points, each in chunks of eight points and eight weights. */
function layOut(mostChunks: number): Float64Array {
  const table = new Float64Array(mostChunks * (mostChunks + 1) * LANES);
  let at = 0;
  for (let k = 1; k <= mostChunks; k++) {
    const { points, weights } = gaussLegendre(k * LANES);
    for (let chunk = 0; chunk < k; chunk++) {
      table.set(points.subarray(chunk * LANES, (chunk + 1) * LANES), at);
      table.set(weights.subarray(chunk * LANES, (chunk + 1) * LANES), at + LANES);
      at += 2 * LANES;
    }
  }
  return table;
}
