import { ImageWriter } from './image-writer.ts';
import type { Kernels } from './kernels.ts';
import { setWords, treeDepth } from './tree.ts';
import type { Tree } from './tree.ts';
import { Workspace } from './workspace.ts';

const NODE_BYTES = 16;
const SET_BYTES = 16;
const GROUP_BYTES = 40;
/** Trees that the kernel walks side by side. */
const GROUP = 8;
const MISSING_LEFT = 0x80000000;
/** Larger forests are left to JavaScript: a copy of them would take much memory, and they wait for memory anyway. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A forest in a memory of its own, where a kernel finds the margin of one row (see assembly/row.ts). */
export class RowWalker {
  readonly #kernels: Kernels;
  readonly #image: number;
  readonly #at: number;
  readonly #row: Float32Array;

  private constructor(workspace: Workspace, image: Uint8Array, width: number) {
    this.#kernels = workspace.kernels;
    this.#image = workspace.reserve(image.length);
    this.#at = workspace.reserve(4 * width);
    workspace.bytes(this.#image, image.length).set(image);
    this.#row = workspace.floats(this.#at, width).fill(0);
  }

  /**
   * @param features the number of values that a row has
   * @returns undefined if the forest is too large for that
   * @throws OutOfResources if there is no memory for it
   */
  static open(trees: readonly Tree[], features: number): RowWalker | undefined {
    const nodes = trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
    if (nodes * NODE_BYTES > MOST_BYTES) return undefined;
    const { image, width } = layOut(trees, features);
    if (image.length > MOST_BYTES) return undefined;
    return new RowWalker(Workspace.create(image.length + 4 * width + 64), image, width);
  }

  /** The start and the leaves of all trees, added in float32 and in order. */
  margin(row: Float32Array, start: number): number {
    this.#row.set(row);
    return this.#kernels.walkRow(this.#image, this.#at, start);
  }
}

function layOut(trees: readonly Tree[], features: number): { image: Uint8Array; width: number } {
  const sets = new SetList();
  const nodes = trees.reduce((sum, tree) => sum + tree.lefts.length, 1);
  const groups = Math.ceil(trees.length / GROUP);
  const image = new ImageWriter(4096 + nodes * NODE_BYTES + groups * GROUP_BYTES);
  const head = image.reserve(24);
  const groupsAt = image.reserve(groups * GROUP_BYTES);
  const nodesAt = image.reserve(nodes * NODE_BYTES);
  // The last node is a leaf of 0: it fills the last group up.
  const filler = (nodes - 1) * NODE_BYTES;
  const zero = 4 * features;
  const { ints, floats } = image;
  const leaf = (at: number, self: number, value: number): void => {
    ints.set([zero, 0, self], at);
    floats[at + 1] = 1;
    floats[at + 3] = value;
  };
  leaf((nodesAt + filler) / 4, filler, -0);
  const roots: number[] = [];
  let root = 0;
  for (const tree of trees) {
    roots.push(root);
    for (let node = 0; node < tree.lefts.length; node++) {
      const self = root + node * NODE_BYTES;
      const at = (nodesAt + self) / 4;
      if (tree.lefts[node] < 0) {
        leaf(at, self, tree.thresholds[node]);
        continue;
      }
      const categorical = tree.categorical[node] === 1;
      const value = categorical ? features + 1 + sets.place(tree, node) : tree.features[node];
      ints[at] = (4 * value) | (tree.defaultLefts[node] === 1 ? MISSING_LEFT : 0);
      floats[at + 1] = categorical ? 0.5 : tree.thresholds[node];
      ints[at + 2] = root + tree.lefts[node] * NODE_BYTES;
    }
    root += tree.lefts.length * NODE_BYTES;
  }
  for (let group = 0; group < groups; group++) {
    const first = group * GROUP;
    const own = trees.slice(first, first + GROUP);
    const at = (groupsAt + group * GROUP_BYTES) / 4;
    ints[at] = Math.max(...own.map(treeDepth));
    for (let i = 0; i < GROUP; i++) ints[at + 1 + i] = roots[first + i] ?? filler;
  }
  const setsAt = sets.write(image);
  image.ints.set([sets.count, setsAt, groups, groupsAt, nodesAt, 4 * (features + 1)], head / 4);
  return { image: image.finish(), width: features + 1 + sets.count };
}

/** The different sets of categories that splits of a feature ask for. */
class SetList {
  readonly #places = new Map<string, number>();
  readonly #sets: { readonly feature: number; readonly words: Int32Array }[] = [];

  get count(): number {
    return this.#sets.length;
  }

  /** The place of a node's set among all. */
  place(tree: Tree, node: number): number {
    const words = new Int32Array(setWords(tree, node));
    for (let i = tree.categoryStarts[node]; i < tree.categoryStarts[node + 1]; i++) {
      words[tree.categories[i] >> 5] |= 1 << (tree.categories[i] & 31);
    }
    const key = `${tree.features[node]}:${words.join()}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#sets.length);
    return this.#sets.push({ feature: tree.features[node], words }) - 1;
  }

  /** Offset of the sets' records; the bits come behind them. */
  write(image: ImageWriter): number {
    const records = image.reserve(this.count * SET_BYTES);
    this.#sets.forEach(({ feature, words }, i) => {
      const first = image.add(new Uint8Array(words.buffer));
      image.ints.set([4 * feature, first, words.length], (records + i * SET_BYTES) / 4);
    });
    return records;
  }
}
