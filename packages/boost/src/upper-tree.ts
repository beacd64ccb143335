import type { Tree } from './tree.ts';

/** Exits of the part of a tree that is evaluated for many rows at once; more than this cost more than a walk does. */
const MOST_EXITS = 64;

/** The upper part of a tree, down to its exits: leaves, or nodes from which rows go on one by one. */
export interface UpperTree {
  /** Splits of the upper part, children before parents. */
  readonly splits: readonly number[];
  /** Nodes below it, from left to right. */
  readonly exits: readonly number[];
  /** Each node's position among the exits; -1 for all others. */
  readonly exitNumbers: Int32Array;
  /** Levels from the exits to the deepest leaf; 0 if all exits are leaves. */
  readonly levels: number;
}

/** Opens the nodes with the longest way down, until there are enough exits: what remains is as level as it can be. */
export function upperPart(tree: Tree): UpperTree {
  const { lefts } = tree;
  const heights = new Int32Array(lefts.length);
  for (let node = lefts.length - 1; node >= 0; node--) {
    const left = lefts[node];
    if (left >= 0) heights[node] = 1 + Math.max(heights[left], heights[left + 1]);
  }
  const byHeight: number[][] = Array.from({ length: heights[0] + 1 }, () => []);
  byHeight[heights[0]].push(0);
  const splits: number[] = [];
  let levels = heights[0];
  while (levels > 0 && splits.length < MOST_EXITS - 1) {
    const node = byHeight[levels].pop();
    if (node === undefined) levels--;
    else {
      splits.push(node);
      for (const child of [lefts[node], lefts[node] + 1]) byHeight[heights[child]].push(child);
    }
  }
  while (levels > 0 && byHeight[levels].length === 0) levels--;
  splits.sort((a, b) => b - a);
  return { splits, levels, ...numberExits(tree, splits) };
}

function numberExits(
  { lefts }: Tree,
  splits: readonly number[],
): { exits: number[]; exitNumbers: Int32Array } {
  const inner = new Uint8Array(lefts.length);
  for (const node of splits) inner[node] = 1;
  const exits: number[] = [];
  const exitNumbers = new Int32Array(lefts.length).fill(-1);
  const stack = [0];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (inner[node] === 1) stack.push(lefts[node] + 1, lefts[node]);
    else exitNumbers[node] = exits.push(node) - 1;
  }
  return { exits, exitNumbers };
}
