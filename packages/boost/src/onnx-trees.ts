import { attribute, floatTensor, wholeTensor } from './onnx-parts.ts';
import type { ProtoMessage } from './protobuf.ts';
import type { Tree } from './tree.ts';

/** ONNX's numbers for kinds of splits. */
const BRANCH_LT = 1;
const BRANCH_MEMBER = 6;
/** Splits and leaves of all trees, as the operator TreeEnsemble wants them. */
export interface EnsembleLayout {
  /** Splits where trees begin. */
  readonly roots: readonly number[];
  readonly features: readonly number[];
  readonly modes: readonly number[];
  readonly splits: readonly number[];
  /** Where a split leads if it holds, or not: a split, or a leaf where the flag says so. */
  readonly trues: readonly number[];
  readonly trueLeaves: readonly number[];
  readonly falses: readonly number[];
  readonly falseLeaves: readonly number[];
  /** 1 where a missing value counts as if the split held. */
  readonly missingTrues: readonly number[];
  /** Categories of splits by sets, with a NaN after each set. */
  readonly members: readonly number[];
  readonly leaves: readonly number[];
}

/**
 * Lays trees out as splits and leaves. Numeric splits hold where the value goes left, splits by sets where it goes
 * right. A tree of one leaf becomes a split with equal leaves, for the operator knows no other.
 */
export function layOutNodes(trees: readonly Tree[]): EnsembleLayout {
  const layout = {
    roots: new Array<number>(),
    features: new Array<number>(),
    modes: new Array<number>(),
    splits: new Array<number>(),
    trues: new Array<number>(),
    trueLeaves: new Array<number>(),
    falses: new Array<number>(),
    falseLeaves: new Array<number>(),
    missingTrues: new Array<number>(),
    members: new Array<number>(),
    leaves: new Array<number>(),
  };
  const lone = (value: number): void => {
    layout.roots.push(layout.features.length);
    layout.features.push(0);
    layout.modes.push(BRANCH_LT);
    layout.splits.push(0);
    layout.trues.push(layout.leaves.length);
    layout.trueLeaves.push(1);
    layout.falses.push(layout.leaves.length + 1);
    layout.falseLeaves.push(1);
    layout.missingTrues.push(0);
    layout.leaves.push(value, value);
  };
  if (trees.length === 0) lone(0);
  for (const tree of trees) {
    if (tree.lefts[0] < 0) {
      lone(tree.thresholds[0]);
      continue;
    }
    // Splits keep the order of the tree's nodes, and so do leaves.
    const positions = new Int32Array(tree.lefts.length);
    let splits = layout.features.length;
    let leaves = layout.leaves.length;
    layout.roots.push(splits);
    for (let node = 0; node < positions.length; node++)
      positions[node] = tree.lefts[node] < 0 ? leaves++ : splits++;
    for (let node = 0; node < positions.length; node++) {
      const left = tree.lefts[node];
      if (left < 0) {
        layout.leaves.push(tree.thresholds[node]);
        continue;
      }
      const set = tree.categorical[node] === 1;
      const [yes, no] = set ? [left + 1, left] : [left, left + 1];
      layout.features.push(tree.features[node]);
      const [begin, end] = [tree.categoryStarts[node], tree.categoryStarts[node + 1]];
      // A set of no categories is a comparison that never holds: ONNX knows no empty set.
      layout.modes.push(begin < end ? BRANCH_MEMBER : BRANCH_LT);
      layout.splits.push(!set ? tree.thresholds[node] : begin < end ? 0 : -Infinity);
      layout.trues.push(positions[yes]);
      layout.trueLeaves.push(tree.lefts[yes] < 0 ? 1 : 0);
      layout.falses.push(positions[no]);
      layout.falseLeaves.push(tree.lefts[no] < 0 ? 1 : 0);
      layout.missingTrues.push(set ? 1 - tree.defaultLefts[node] : tree.defaultLefts[node]);
      for (let i = begin; i < end; i++) layout.members.push(tree.categories[i]);
      if (begin < end) layout.members.push(NaN);
    }
  }
  return layout;
}

/** The attributes of the operator TreeEnsemble (ai.onnx.ml 5). */
export function treeEnsembleAttributes(layout: EnsembleLayout): ProtoMessage[] {
  const { modes, leaves, members } = layout;
  const attributes = [
    attribute('aggregate_function', { whole: 1 }),
    wholes('leaf_targetids', new Uint8Array(leaves.length)),
    floats('leaf_weights', leaves),
    attribute('n_targets', { whole: 1 }),
    wholes('nodes_falseleafs', layout.falseLeaves),
    wholes('nodes_falsenodeids', layout.falses),
    wholes('nodes_featureids', layout.features),
    wholes('nodes_missing_value_tracks_true', layout.missingTrues),
    attribute('nodes_modes', { tensor: wholeTensor('nodes_modes', [modes.length], modes, 'uint8') }),
    floats('nodes_splits', layout.splits),
    wholes('nodes_trueleafs', layout.trueLeaves),
    wholes('nodes_truenodeids', layout.trues),
    attribute('post_transform', { whole: 0 }),
    wholes('tree_roots', layout.roots),
  ];
  if (members.length > 0) attributes.push(floats('membership_values', members));
  return attributes;
}

function floats(name: string, values: readonly number[]): ProtoMessage {
  return attribute(name, { tensor: floatTensor(name, [values.length], Float32Array.from(values)) });
}

function wholes(name: string, values: ArrayLike<number>): ProtoMessage {
  return attribute(name, { wholes: values });
}
