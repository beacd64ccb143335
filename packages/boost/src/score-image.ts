import { packForest } from './forest.ts';
import { ImageWriter } from './image-writer.ts';
import { groupTrees, placeOf } from './rank-groups.ts';
import type { RankGroup } from './rank-groups.ts';
import { buildRankTable } from './rank-table.ts';
import type { Tree } from './tree.ts';
import { upperPart } from './upper-tree.ts';

/** Bytes of the columns of one block of rows that should stay near the processor. */
const COLUMN_BYTES = 128 * 1024;
const MOST_ROWS = 512;
/** Rows that the kernel evaluates together. */
const CHUNK_ROWS = 64;
/** A slot for each node of the largest upper part (127), and 64 node numbers. */
export const SLOT_BYTES = 128 * CHUNK_ROWS + 4 * CHUNK_ROWS;

/** A forest in the form in which blocks of rows are scored (see assembly/score.ts). */
export interface ScoreImage {
  readonly bytes: Uint8Array;
  /** The features that any split looks at, ascending: the block's values come in this order. */
  readonly features: Int32Array;
  readonly blockRows: number;
  /** Byte columns of a block. */
  readonly columns: number;
  /** True if trees are evaluated by the ranks of values; false if they are walked by floats. */
  readonly ranked: boolean;
}

/**
 * Lays a forest out for scoring blocks of rows.
 *
 * @param ranked whether to number thresholds: blocks are scored about four times as fast, but laying out takes
 *   about as long as scoring ten thousand rows without
 */
export function buildScoreImage(trees: readonly Tree[], ranked: boolean): ScoreImage {
  const { groups, byFloats } = ranked ? groupTrees(trees) : walkedOnly(trees);
  const features = usedFeatures(trees);
  const nodes = trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
  const columns = groups.reduce((most, group) => Math.max(most, 2 * group.columns.length), 0);
  let blockRows = MOST_ROWS;
  while (blockRows > CHUNK_ROWS && blockRows * Math.max(columns, 2 * features.length) > COLUMN_BYTES) {
    blockRows /= 2;
  }
  const image = new ImageWriter(4096 + nodes * 24);
  const places = new Int32Array((features.at(-1) ?? -1) + 1);
  features.forEach((feature, place) => (places[feature] = place));
  const head = image.reserve(16);
  const zeros = image.reserve(256);
  const groupsAt = image.reserve(groups.length * 16);
  const offsetsAt = image.reserve(trees.length * 4);
  image.ints.set([groups.length, blockRows, groupsAt, offsetsAt], head / 4);
  let answers = 0;
  groups.forEach((group, g) => {
    const columnsAt = image.reserve(group.columns.length * 16);
    image.ints.set([group.begin, group.end, columnsAt, group.columns.length], groupsAt / 4 + g * 4);
    group.columns.forEach(({ feature, categorical, values }, c) => {
      const table = image.add(buildRankTable(values));
      image.ints.set([places[feature], categorical ? 1 : 0, table, 2 * c], columnsAt / 4 + c * 4);
    });
    const layout = { image, zeros, blockRows, columns, own: byKey(group) };
    for (let t = group.begin; t < group.end; t++) {
      const tree = trees[t];
      const walked = byFloats[t] === 1;
      const at = walked ? addWalkedTree(image, tree, places, blockRows) : addRankedTree(layout, tree);
      image.ints[offsetsAt / 4 + t] = at;
      if (!walked) answers = Math.max(answers, image.ints[at / 4 + 3]);
    }
  });
  return { bytes: image.finish(), features, blockRows, columns: columns + answers, ranked };
}

function walkedOnly(trees: readonly Tree[]): { groups: RankGroup[]; byFloats: Uint8Array } {
  return {
    groups: [{ begin: 0, end: trees.length, columns: [] }],
    byFloats: new Uint8Array(trees.length).fill(1),
  };
}

/** The features that any split looks at, ascending. */
export function usedFeatures(trees: readonly Tree[]): Int32Array {
  const used = new Set<number>();
  for (const { lefts, features } of trees) {
    for (let node = 0; node < lefts.length; node++) if (lefts[node] >= 0) used.add(features[node]);
  }
  return Int32Array.from(used).sort();
}

/** A group's columns by twice the feature, plus 1 for categories. */
interface Columns {
  /** Number of the first of the two byte columns. */
  readonly numbers: Int32Array;
  readonly values: readonly Float32Array[];
}

function byKey(group: RankGroup): Columns {
  const last = group.columns.at(-1);
  const numbers = new Int32Array(last === undefined ? 0 : 2 * last.feature + 2);
  const values: Float32Array[] = [];
  group.columns.forEach((column, c) => {
    const key = column.feature * 2 + (column.categorical ? 1 : 0);
    numbers[key] = 2 * c;
    values[key] = column.values;
  });
  return { numbers, values };
}

interface Layout {
  readonly image: ImageWriter;
  /** 256 zero bytes: a set without members. */
  readonly zeros: number;
  readonly blockRows: number;
  /** Byte columns of the features; those of answers by category follow. */
  readonly columns: number;
  readonly own: Columns;
}

/** Where the byte column of a split by number is. */
function columnOf({ own, blockRows }: Layout, tree: Tree, node: number): number {
  return (own.numbers[tree.features[node] * 2] + (tree.defaultLefts[node] === 1 ? 0 : 1)) * blockRows;
}

/** The number of its threshold, less 128. */
function rankOf({ own }: Layout, tree: Tree, node: number): number {
  return placeOf(own.values[tree.features[node] * 2], tree.thresholds[node]) - 128;
}

/** Where the bytes of the classes of a split by category are. */
function classesOf({ own, blockRows }: Layout, tree: Tree, node: number): number {
  return own.numbers[tree.features[node] * 2 + 1] * blockRows;
}

/** The classes that go right, as 256 bits. */
function classSet({ own }: Layout, tree: Tree, node: number): Uint8Array {
  const values = own.values[tree.features[node] * 2 + 1];
  const set = new Uint8Array(32);
  if (tree.defaultLefts[node] === 0) set[0] = 1 << 1;
  for (let i = tree.categoryStarts[node]; i < tree.categoryStarts[node + 1]; i++) {
    const code = placeOf(values, tree.categories[i]) + 2;
    set[code >> 3] |= 1 << (code & 7);
  }
  return set;
}

function addRankedTree(layout: Layout, tree: Tree): number {
  const { image, blockRows } = layout;
  const upper = upperPart(tree);
  const { splits, exits, exitNumbers, levels } = upper;
  const { lefts } = tree;
  const isPair = (node: number): boolean =>
    exitNumbers[lefts[node]] >= 0 && exitNumbers[lefts[node] + 1] >= 0;
  const pairs = splits.filter(isPair);
  const inner = splits.filter((node) => !isPair(node));
  const single = inner.flatMap((node) => [lefts[node], lefts[node] + 1]).filter((n) => exitNumbers[n] >= 0);
  if (splits.length === 0) single.push(0);
  const answers = splits.filter((node) => tree.categorical[node] === 1);
  const tree0 = image.reserve(48);
  let at = image.reserve(answers.length * 44 + pairs.length * 8 + single.length * 4 + inner.length * 12);
  const answerOf = new Map<number, number>();
  answers.forEach((node, i) => {
    const column = classesOf(layout, tree, node);
    const answer = (layout.columns + i) * blockRows;
    image.ints.set([column, column + blockRows, answer], at / 4);
    image.bytes.set(classSet(layout, tree, node), at + 12);
    answerOf.set(node, answer);
    at += 44;
  });
  // An answer is 0 for rows that go right, else -1.
  const putSplit = (node: number, k: number): void => {
    const answer = tree.categorical[node] === 1 ? answerOf.get(node) : undefined;
    image.ints[at / 4] = answer ?? columnOf(layout, tree, node);
    image.bytes[at + k] = answer === undefined ? rankOf(layout, tree, node) : -1;
  };
  const slots = new Int32Array(lefts.length);
  let slot = 0;
  for (const list of [pairs, single, inner]) for (const node of list) slots[node] = CHUNK_ROWS * slot++;
  for (const node of pairs) {
    putSplit(node, 4);
    image.bytes[at + 5] = exitNumbers[lefts[node]];
    at += 8;
  }
  for (const node of single) {
    image.bytes[at] = exitNumbers[node];
    at += 4;
  }
  for (const node of inner) {
    putSplit(node, 8);
    image.ints[at / 4 + 1] = slots[lefts[node]] | (slots[lefts[node] + 1] << 16);
    at += 12;
  }
  const entriesAt = image.reserve(exits.length * 4);
  image.ints.set(exits, entriesAt / 4);
  const values = levels === 0 ? Float32Array.from(exits, (node) => tree.thresholds[node]) : tree.thresholds;
  const valuesAt = image.reserve(values.length * 4);
  image.floats.set(values, valuesAt / 4);
  const lower = levels === 0 ? { offset: 0, mixed: false } : addLowerNodes(layout, tree, splits);
  image.ints.set([pairs.length, inner.length, single.length, answers.length, levels], tree0 / 4);
  const offsets = [entriesAt, valuesAt, lower.offset].map((offset) => offset - tree0);
  image.ints.set([...offsets, lower.mixed ? 1 : 0], tree0 / 4 + 5);
  return tree0;
}

/** All nodes for walking by ranks, by number: 8 bytes each, or 16 if some lower split is by category. */
function addLowerNodes(
  layout: Layout,
  tree: Tree,
  splits: readonly number[],
): { offset: number; mixed: boolean } {
  const { image, zeros, blockRows } = layout;
  const { lefts, categorical } = tree;
  const upper = new Uint8Array(lefts.length);
  for (const node of splits) upper[node] = 1;
  const mixed = categorical.some((value, node) => value === 1 && upper[node] === 0);
  const words = mixed ? 4 : 2;
  const offset = image.reserve(lefts.length * words * 4);
  for (let node = 0, at = offset / 4; node < lefts.length; node++, at += words) {
    if (upper[node] === 1) continue;
    let column = 0;
    let child = lefts[node];
    let k = 127;
    let set = zeros;
    if (child < 0) child = node;
    else if (categorical[node] === 0) {
      column = columnOf(layout, tree, node);
      k = rankOf(layout, tree, node);
    } else {
      column = classesOf(layout, tree, node);
      set = image.add(classSet(layout, tree, node));
    }
    image.ints[at] = column;
    image.ints[at + 1] = (child << 8) | (k & 0xff);
    if (!mixed) continue;
    image.ints[at + 2] = column + blockRows;
    image.ints[at + 3] = set;
  }
  return { offset, mixed };
}

/** A tree as `packForest` lays it out, its features replaced by the places of their first values. */
function addWalkedTree(image: ImageWriter, tree: Tree, places: Int32Array, blockRows: number): number {
  const features = tree.features.map((feature, node) =>
    tree.lefts[node] < 0 ? 0 : places[feature] * blockRows,
  );
  const { buffer, sets, depths } = packForest([{ ...tree, features }]);
  const at = image.reserve(48);
  const nodes = image.add(new Uint8Array(buffer));
  const setsAt = image.add(new Uint8Array(sets.buffer));
  image.ints.set([0, 0, depths[0], nodes - at, -1, setsAt - at], at / 4);
  return at;
}
