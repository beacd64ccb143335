import type { Tree } from './tree.ts';

/** Most different thresholds of a feature that a byte can rank a value among. */
const MOST_THRESHOLDS = 255;
/** Most listed categories of a feature that fit a byte beside "missing" and "not listed". */
const MOST_CODES = 254;
/** A node number and a threshold's number share 32 bits in the image. */
const MOST_NODES = 1 << 23;

/** A feature's thresholds, or the categories that its splits list: a group's own, ascending. */
export interface RankColumn {
  readonly feature: number;
  readonly categorical: boolean;
  readonly values: Float32Array;
}

/** Consecutive trees between which no feature has more different thresholds than a byte can number. */
export interface RankGroup {
  readonly begin: number;
  readonly end: number;
  readonly columns: readonly RankColumn[];
}

/** Groups, and the trees that cannot be evaluated by bytes. */
export interface RankGroups {
  readonly groups: readonly RankGroup[];
  /** 1 for trees that must be walked by floats: too many thresholds in one tree, or one that is not a number. */
  readonly byFloats: Uint8Array;
}

/** Thresholds and categories seen so far, by column: twice the feature, plus 1 for categories. */
type Seen = Map<number, Set<number>>;

/** Parts a forest into groups, greedily, in the order of the trees. */
export function groupTrees(trees: readonly Tree[]): RankGroups {
  const byFloats = new Uint8Array(trees.length);
  const groups: RankGroup[] = [];
  let seen: Seen = new Map();
  let begin = 0;
  trees.forEach((tree, t) => {
    if (!isSuited(tree)) byFloats[t] = 1;
    else if (!addTree(tree, seen)) {
      const fresh: Seen = new Map();
      if (!addTree(tree, fresh)) byFloats[t] = 1;
      else {
        groups.push({ begin, end: t, columns: columnsOf(seen) });
        [begin, seen] = [t, fresh];
      }
    }
  });
  if (trees.length > begin) groups.push({ begin, end: trees.length, columns: columnsOf(seen) });
  return { groups, byFloats };
}

function isSuited(tree: Tree): boolean {
  if (tree.lefts.length > MOST_NODES) return false;
  return !tree.thresholds.some((value, node) => Number.isNaN(value) && tree.lefts[node] >= 0);
}

/** Adds what a tree compares with; leaves everything as it was and returns false if that is too much. */
function addTree(tree: Tree, seen: Seen): boolean {
  const sets: Set<number>[] = [];
  const values: number[] = [];
  let fits = true;
  const add = (set: Set<number>, value: number, most: number): void => {
    if (set.has(value)) return;
    set.add(value);
    sets.push(set);
    values.push(value);
    if (set.size > most) fits = false;
  };
  for (let node = 0; node < tree.lefts.length; node++) {
    if (tree.lefts[node] < 0) continue;
    const categorical = tree.categorical[node];
    const key = tree.features[node] * 2 + categorical;
    let set = seen.get(key);
    if (set === undefined) seen.set(key, (set = new Set()));
    if (categorical === 0) add(set, tree.thresholds[node], MOST_THRESHOLDS);
    else {
      for (let i = tree.categoryStarts[node]; i < tree.categoryStarts[node + 1]; i++) {
        add(set, tree.categories[i], MOST_CODES);
      }
    }
  }
  if (!fits) sets.forEach((set, i) => set.delete(values[i]));
  return fits;
}

function columnsOf(seen: Seen): RankColumn[] {
  return [...seen.entries()]
    .sort(([a], [b]) => a - b)
    .map(([key, set]) => ({
      feature: key >> 1,
      categorical: (key & 1) === 1,
      values: Float32Array.from(set).sort(),
    }));
}

/** The position of a value in an ascending array that holds it. */
export function placeOf(values: Float32Array, value: number): number {
  let low = 0;
  for (let high = values.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
