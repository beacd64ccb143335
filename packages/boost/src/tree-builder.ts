import type { ColumnBins } from './matrix.ts';
import type { WeightBounds } from './monotone.ts';
import type { Params } from './params.ts';
import { leafScore, leafWeight } from './scoring.ts';
import type { Tree } from './tree.ts';

const LARGEST = 3.4028234663852886e38;

/** The value, or the nearest one that a float32 can hold: absurd gradients must not make a model that no file can. */
const held = (value: number): number => Math.max(-LARGEST, Math.min(LARGEST, value));

/** Collects the nodes of a growing tree and, at the end, its values from the true gradients. */
export class TreeBuilder {
  #features: number[] = [0];
  #thresholds: number[] = [0];
  #lefts: number[] = [-1];
  #defaultLefts: number[] = [0];
  #sets: (Int32Array | undefined)[] = [undefined];

  get nodeCount(): number {
    return this.#lefts.length;
  }

  isLeaf(node: number): boolean {
    return this.#lefts[node] < 0;
  }

  /** The left child of a split, -1 for a leaf. */
  leftOf(node: number): number {
    return this.#lefts[node];
  }

  /** Gives the nodes new numbers: `order` lists the old ones. Siblings stay neighbours. */
  renumber(order: readonly number[]): void {
    const numbers = new Int32Array(order.length);
    order.forEach((node, number) => (numbers[node] = number));
    const lefts = this.#lefts;
    this.#lefts = order.map((node) => (lefts[node] < 0 ? -1 : numbers[lefts[node]]));
    this.#features = order.map((node) => this.#features[node]);
    this.#thresholds = order.map((node) => this.#thresholds[node]);
    this.#defaultLefts = order.map((node) => this.#defaultLefts[node]);
    this.#sets = order.map((node) => this.#sets[node]);
  }

  /**
   * Turns a leaf into a split and returns its left child; the right child follows it.
   *
   * @param table tells 1 for each bin that goes left; asked for categories only
   */
  split(
    node: number,
    feature: number,
    column: ColumnBins,
    categorical: boolean,
    bin: number,
    table: () => Uint8Array,
    defaultLeft: boolean,
  ): number {
    const left = this.#lefts.length;
    this.#features[node] = feature;
    this.#lefts[node] = left;
    this.#defaultLefts[node] = defaultLeft ? 1 : 0;
    if (categorical) this.#sets[node] = listedCodes(column, table());
    else this.#thresholds[node] = column.cuts[bin];
    for (let child = 0; child < 2; child++) {
      this.#features.push(0);
      this.#thresholds.push(0);
      this.#lefts.push(-1);
      this.#defaultLefts.push(0);
      this.#sets.push(undefined);
    }
    return left;
  }

  /**
   * @param sums gradient and hessian sums per node, filled in for leaves; inner nodes are added up here
   * @param bounds least and greatest weight per node, before the learning rate; default no bounds
   */
  finish(sums: Float64Array, params: Params, learningRate: number, bounds?: readonly WeightBounds[]): Tree {
    const count = this.#lefts.length;
    const thresholds = Float32Array.from(this.#thresholds);
    const covers = new Float32Array(count);
    const gains = new Float32Array(count);
    const baseWeights = new Float32Array(count);
    const scores = new Float64Array(count);
    const starts = new Int32Array(count + 1);
    const categorical = new Uint8Array(count);
    for (let node = count - 1; node >= 0; node--) {
      const left = this.#lefts[node];
      if (left >= 0) {
        sums[node * 2] = sums[left * 2] + sums[left * 2 + 2];
        sums[node * 2 + 1] = sums[left * 2 + 1] + sums[left * 2 + 3];
      }
      const g = sums[node * 2];
      const h = sums[node * 2 + 1];
      // A root that may not weigh as little as this stays without effect, as in XGBoost.
      let weight = count === 1 && h < params.min_child_weight ? 0 : leafWeight(g, h, params);
      if (bounds !== undefined) {
        weight = Math.max(bounds[node].lower, Math.min(bounds[node].upper, weight));
      }
      scores[node] = leafScore(g, h, weight, params);
      covers[node] = held(h);
      baseWeights[node] = held(weight);
      if (left < 0) thresholds[node] = held(learningRate * weight);
      else gains[node] = held(Math.max(scores[left] + scores[left + 1] - scores[node], 0));
    }
    const categories: number[] = [];
    for (let node = 0; node < count; node++) {
      starts[node] = categories.length;
      const set = this.#sets[node];
      if (set === undefined) continue;
      categorical[node] = 1;
      for (const code of set) categories.push(code);
    }
    starts[count] = categories.length;
    return {
      features: Int32Array.from(this.#features),
      thresholds,
      lefts: Int32Array.from(this.#lefts),
      defaultLefts: Uint8Array.from(this.#defaultLefts),
      categorical,
      categoryStarts: starts,
      categories: Int32Array.from(categories),
      gains,
      covers,
      baseWeights,
    };
  }
}

/** Codes of the bins that go right, ascending. */
function listedCodes(column: ColumnBins, table: Uint8Array): Int32Array {
  const codes: number[] = [];
  for (let bin = 0; bin < column.valueBins; bin++) {
    if (table[bin] === 1) continue;
    for (let i = column.codeStarts[bin]; i < column.codeStarts[bin + 1]; i++) codes.push(column.codes[i]);
  }
  return Int32Array.from(codes).sort();
}
