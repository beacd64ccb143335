import { InvalidModel } from '@verdict/core';
import type { Tree } from './tree.ts';

/** LightGBM takes every value this near to zero for zero. */
const ZERO = Math.fround(1e-35);
/** Codes above this are no exact float32 and cannot be told apart. */
const MOST_CATEGORY = 16777215;

/** How a missing value is treated by a numeric split: as zero, as zero is (by default), or by default. */
type MissingKind = 'none' | 'zero' | 'nan';
const missingKinds: readonly MissingKind[] = ['none', 'zero', 'nan'];

/** The fields of one `Tree=` block, by name. */
export type TreeFields = ReadonlyMap<string, string>;

/** Nodes and categories that splits around zero may still add to a model; shared by its trees. */
export interface Budget {
  left: number;
}

/** One tree of the file: splits 0 … and leaves, children below zero being leaves `~child`. */
interface Source {
  readonly path: string;
  readonly features: Int32Array;
  readonly thresholds: Float64Array;
  readonly kinds: Int32Array;
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  readonly values: Float64Array;
  readonly gains: Float64Array;
  readonly nodeValues: Float64Array;
  readonly nodeCounts: Float64Array;
  readonly leafCounts: Float64Array;
  readonly starts: Int32Array;
  readonly words: Float64Array;
}

/**
 * Makes a tree of a block of LightGBM's text.
 *
 * LightGBM compares `x <= t` in float64, this package `x < t` in float32. The threshold becomes the least float32
 * above t, which sends every float32 the same way. Sets of categories go left there and right here, so children of
 * such splits change places. Missing values that count as zero become a default direction. Where zero itself
 * counts as missing and would not go where the comparison sends it, the split becomes three, with copies
 * of both branches.
 *
 * @param features the number of columns
 * @param scale a factor for the leaves
 * @throws InvalidModel
 */
export function readLightGbmTree(
  fields: TreeFields,
  position: number,
  features: number,
  scale: number,
  budget: Budget,
): Tree {
  const source = readSource(fields, `Tree=${position}`, features);
  checkShape(source);
  return build(source, scale, budget);
}

function readSource(fields: TreeFields, path: string, features: number): Source {
  if ((fields.get('is_linear') ?? '0') !== '0') {
    throw new InvalidModel({
      problem: `${path} has linear models in its leaves, which are not supported.`,
      hint: 'Train it with linear_tree=false.',
    });
  }
  const leaves = count(fields, 'num_leaves', path);
  if (leaves < 1) throw new InvalidModel({ problem: `${path} has no leaves.` });
  const sets = count(fields, 'num_cat', path);
  const splits = leaves - 1;
  return {
    path,
    features: integers(fields, 'split_feature', path, splits, 0, features - 1),
    thresholds: numbers(fields, 'threshold', path, splits),
    kinds: integers(fields, 'decision_type', path, splits, 0, 11),
    lefts: integers(fields, 'left_child', path, splits, -leaves, splits - 1),
    rights: integers(fields, 'right_child', path, splits, -leaves, splits - 1),
    values: numbers(fields, 'leaf_value', path, leaves),
    gains: optional(fields, 'split_gain', path, splits),
    nodeValues: optional(fields, 'internal_value', path, splits),
    nodeCounts: optional(fields, 'internal_count', path, splits),
    leafCounts: optional(fields, 'leaf_count', path, leaves),
    starts:
      sets === 0
        ? new Int32Array(1)
        : integers(fields, 'cat_boundaries', path, sets + 1, 0, words(fields).length),
    words: sets === 0 ? new Float64Array(0) : numbers(fields, 'cat_threshold', path, words(fields).length),
  };
}

const words = (fields: TreeFields): readonly string[] => tokens(fields.get('cat_threshold'));

function tokens(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}

function count(fields: TreeFields, key: string, path: string): number {
  const text = fields.get(key) ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidModel({
    problem: `${path}: ${key} is not a count: ${JSON.stringify(text.slice(0, 40))}.`,
  });
}

function numbers(fields: TreeFields, key: string, path: string, length: number): Float64Array {
  const list = tokens(fields.get(key));
  if (list.length !== length) {
    throw new InvalidModel({ problem: `${path}: ${key} has ${list.length} entries instead of ${length}.` });
  }
  const read = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    // Number('') is 0.
    const value = list[i] === '' ? NaN : Number(list[i].replace(/inf$/, 'Infinity'));
    if (Number.isNaN(value)) {
      throw new InvalidModel({
        problem: `${path}: ${key} has ${JSON.stringify(list[i].slice(0, 40))}, which is not a number.`,
      });
    }
    read[i] = value;
  }
  return read;
}

/** Numbers that only inform: zeros where the file has none. */
function optional(fields: TreeFields, key: string, path: string, length: number): Float64Array {
  const absent = tokens(fields.get(key)).length === 0;
  return absent ? new Float64Array(length) : numbers(fields, key, path, length);
}

function integers(
  fields: TreeFields,
  key: string,
  path: string,
  length: number,
  low: number,
  high: number,
): Int32Array {
  const read = numbers(fields, key, path, length);
  const wrong = read.findIndex((value) => !(Number.isInteger(value) && value >= low && value <= high));
  if (wrong < 0) return Int32Array.from(read);
  throw new InvalidModel({
    problem: `${path}: ${key} has ${read[wrong]}, not a whole number from ${low} to ${high}.`,
  });
}

/** Every split and leaf must be reached exactly once, and hold what a walk needs. */
function checkShape(source: Source): void {
  const { path, lefts, rights, kinds, thresholds, values, starts, nodeCounts, leafCounts } = source;
  for (const value of values) {
    if (!Number.isFinite(value))
      throw new InvalidModel({ problem: `${path} has a leaf with the value ${value}.` });
  }
  for (const value of [...nodeCounts, ...leafCounts]) {
    if (!(value >= 0 && value < 1e15))
      throw new InvalidModel({ problem: `${path} has a node of ${value} rows.` });
  }
  if (starts.some((start, i) => i > 0 && start < starts[i - 1])) {
    throw new InvalidModel({ problem: `${path}: cat_boundaries do not ascend.` });
  }
  const seen = new Uint8Array(lefts.length + values.length);
  const queue = [lefts.length === 0 ? -1 : 0];
  for (const node of queue) {
    const at = node < 0 ? lefts.length + ~node : node;
    if (seen[at] === 1) throw new InvalidModel({ problem: `${path}: its nodes are not those of a tree.` });
    seen[at] = 1;
    if (node < 0) continue;
    const set = thresholds[node];
    const categorical = (kinds[node] & 1) === 1;
    if (categorical && !(Number.isInteger(set) && set >= 0 && set + 1 < starts.length)) {
      throw new InvalidModel({ problem: `${path}: split ${node} has no set of categories.` });
    }
    if (!categorical && set === Infinity) {
      throw new InvalidModel({ problem: `${path}: split ${node} has an infinite threshold.` });
    }
    queue.push(lefts[node], rights[node]);
  }
}

/** A node to be made: a split or leaf of the source, `stage` 1 or 2 being the extra splits around zero. */
interface Job {
  readonly node: number;
  readonly stage: 0 | 1 | 2;
  /** The part of the training rows, of those that reached the node in the source. */
  readonly share: number;
}

/** What a job asks for: a split (with what follows on either side), or a leaf. */
interface Step {
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly left: Job;
  readonly right: Job;
}

function build(source: Source, scale: number, budget: Budget): Tree {
  const jobs: Job[] = [{ node: source.lefts.length === 0 ? -1 : 0, stage: 0, share: 1 }];
  const lefts: number[] = [];
  const defaultLefts: number[] = [];
  const thresholds: number[] = [];
  const categoryStarts: number[] = [];
  const categories: number[] = [];
  let copied = 0;
  for (let at = 0; at < jobs.length; at++) {
    const { node } = jobs[at];
    categoryStarts.push(categories.length);
    if (node < 0) {
      lefts.push(-1);
      defaultLefts.push(0);
      thresholds.push(source.values[~node] * scale);
      continue;
    }
    if ((source.kinds[node] & 1) === 1) addCategories(source, node, categories);
    const step = stepOf(source, jobs[at]);
    lefts.push(jobs.length);
    defaultLefts.push(step.missingLeft ? 1 : 0);
    thresholds.push(step.threshold);
    jobs.push(step.left, step.right);
    // What the file itself spells out is bounded by its length; copies are not.
    copied =
      Math.max(0, jobs.length - source.lefts.length - source.values.length) +
      Math.max(0, categories.length - source.words.length * 32);
    if (copied > budget.left) {
      throw new InvalidModel({
        problem: `${source.path}: zero_as_missing makes the trees too large here.`,
        hint: 'Train the model with zero_as_missing=false, after replacing zeros by missing values.',
      });
    }
  }
  budget.left -= copied;
  categoryStarts.push(categories.length);
  const inner = (pick: (node: number) => number): number[] =>
    jobs.map(({ node }) => (node < 0 ? 0 : pick(node)));
  const tree = {
    features: Int32Array.from(inner((node) => source.features[node])),
    thresholds: Float32Array.from(thresholds),
    lefts: Int32Array.from(lefts),
    defaultLefts: Uint8Array.from(defaultLefts),
    categorical: Uint8Array.from(inner((node) => source.kinds[node] & 1)),
    categoryStarts: Int32Array.from(categoryStarts),
    categories: Int32Array.from(categories),
    gains: Float32Array.from(jobs, ({ node, stage }) => (node < 0 || stage > 0 ? 0 : source.gains[node])),
    covers: Float32Array.from(jobs, (job) => rowsOf(source, job)),
    baseWeights: Float32Array.from(
      jobs,
      ({ node }) => (node < 0 ? source.values[~node] : source.nodeValues[node]) * scale,
    ),
  };
  if (!tree.thresholds.every((value, node) => tree.lefts[node] >= 0 || Number.isFinite(value))) {
    throw new InvalidModel({ problem: `${source.path} has a leaf that is too large for a float32.` });
  }
  return tree;
}

/** LightGBM's bitset as ascending codes. */
function addCategories(source: Source, node: number, categories: number[]): void {
  const { starts, words: sets, thresholds, path } = source;
  const first = starts[thresholds[node]];
  const end = starts[thresholds[node] + 1];
  for (let word = first; word < end; word++) {
    const bits = sets[word];
    if (!(Number.isInteger(bits) && bits >= 0 && bits <= 0xffffffff)) {
      throw new InvalidModel({
        problem: `${path}: cat_threshold has ${bits}, which is not a word of 32 bits.`,
      });
    }
    for (let bit = 0, rest = bits | 0; rest !== 0; bit++, rest >>>= 1) {
      if ((rest & 1) === 0) continue;
      const code = (word - first) * 32 + bit;
      if (code > MOST_CATEGORY) {
        throw new InvalidModel({
          problem: `${path}: split ${node} lists the category ${code}; categories up to ${MOST_CATEGORY} are supported.`,
        });
      }
      categories.push(code);
    }
  }
}

/** One split of the tree that is made. */
function stepOf(source: Source, { node, stage, share }: Job): Step {
  const kind = source.kinds[node];
  const left: Job = { node: source.lefts[node], stage: 0, share };
  const right: Job = { node: source.rights[node], stage: 0, share };
  if ((kind & 1) === 1) return { threshold: 0, missingLeft: true, left: right, right: left };
  const t = source.thresholds[node];
  const threshold = leastAbove(t);
  const missing = missingKinds[kind >> 2];
  if (missing === 'none') return { threshold, missingLeft: t >= 0, left, right };
  const missingLeft = (kind & 2) !== 0;
  if (missing === 'nan') return { threshold, missingLeft, left, right };
  // Zero is missing too: where it belongs beside the threshold anyway, one comparison says both.
  if (Math.abs(t) <= ZERO) return { threshold: missingLeft ? above(ZERO) : -ZERO, missingLeft, left, right };
  if (t > 0 === missingLeft) return { threshold, missingLeft, left, right };
  const home = { ...(missingLeft ? left : right), share: share / 2 };
  const other = { ...(missingLeft ? right : left), share: share / 2 };
  const next = (to: 1 | 2): Job => ({ node, stage: to, share });
  if (stage === 0) {
    return {
      threshold,
      missingLeft,
      left: missingLeft ? home : next(1),
      right: missingLeft ? next(1) : home,
    };
  }
  if (stage === 1) return { threshold: -ZERO, missingLeft: true, left: other, right: next(2) };
  return { threshold: above(ZERO), missingLeft: true, left: home, right: other };
}

/** Training rows of a node that is made; copies share those of the node that they are made of. */
function rowsOf(source: Source, { node, stage, share }: Job): number {
  const rows = (of: number): number => (of < 0 ? source.leafCounts[~of] : source.nodeCounts[of]);
  if (stage === 0) return rows(node) * share;
  const missingLeft = (source.kinds[node] & 2) !== 0;
  const home = rows(missingLeft ? source.lefts[node] : source.rights[node]);
  const other = rows(missingLeft ? source.rights[node] : source.lefts[node]);
  return share * (stage === 1 ? other + home / 2 : (other + home) / 2);
}

/** The threshold of `x < threshold` that parts all float32 as `x <= t` does, after LightGBM's rounding to zero. */
function leastAbove(t: number): number {
  if (Math.abs(t) <= ZERO) return t >= 0 ? above(ZERO) : -ZERO;
  const rounded = Math.fround(t);
  return rounded > t ? rounded : above(rounded);
}

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** The next float32; not for zero, NaN or Infinity. */
function above(value: number): number {
  floats[0] = value;
  bits[0] += value > 0 ? 1 : -1;
  return floats[0];
}
