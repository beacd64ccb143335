import { packForest } from './forest.ts';
import { ImageWriter } from './image-writer.ts';
import { usedFeatures } from './score-image.ts';
import { buildShapTable } from './shap-table.ts';
import { treeDepth } from './tree.ts';
import type { Tree } from './tree.ts';

/** A forest in the form in which blocks of rows are explained (see assembly/shap.ts). */
export interface ShapImage {
  readonly bytes: Uint8Array;
  /** The features that any split looks at, ascending: the block's values come in this order. */
  readonly features: Int32Array;
  readonly nodes: number;
  readonly largestTree: number;
  /** Levels of the deepest tree. */
  readonly depth: number;
  /** Each tree's mean leaf value, weighted by the training rows' hessians. */
  readonly expectations: Float64Array;
}

/** Lays a forest out for explaining blocks of that many rows. */
export function buildShapImage(trees: readonly Tree[], blockRows: number): ShapImage {
  const features = usedFeatures(trees);
  const firstValues = new Int32Array((features.at(-1) ?? -1) + 1);
  features.forEach((feature, place) => (firstValues[feature] = place * blockRows));
  const forest = packForest(
    trees.map((tree) => ({
      ...tree,
      features: tree.features.map((feature, node) => (tree.lefts[node] < 0 ? 0 : firstValues[feature])),
    })),
  );
  const { edges, chunks, quadrature, largestTree, expectations } = buildShapTable(trees);
  const nodes = forest.ints.length / 4;
  const image = new ImageWriter(forest.buffer.byteLength + forest.sets.byteLength + edges.byteLength + 65536);
  const head = image.reserve(64);
  const parts = [
    new Uint8Array(forest.buffer),
    new Uint8Array(forest.sets.buffer),
    new Uint8Array(edges),
    new Uint8Array(Int32Array.from([...forest.roots, nodes]).buffer),
    new Uint8Array(chunks.buffer),
    new Uint8Array(quadrature.buffer),
  ];
  // Adding may move the image: what it is then is asked for afterwards.
  const places = parts.map((part) => image.add(part));
  image.ints.set(places, head / 4);
  const depth = trees.reduce((most, tree) => Math.max(most, treeDepth(tree)), 0);
  return { bytes: image.finish(), features, nodes, largestTree, depth, expectations };
}
