import { Random } from '@verdict/core';
import type { Params } from './params.ts';

/**
 * Draws the columns that a tree, a level and a node may split on: each draw is without replacement from the one
 * before. A draw depends on the seed and on its place in the tree, not on the order in which nodes are grown.
 */
export class ColumnSampler {
  readonly #params: Params;
  readonly #count: number;
  #position = 0;
  #tree: Int32Array;
  #levels = new Map<number, Int32Array>();

  constructor(params: Params, columnCount: number) {
    this.#params = params;
    this.#count = columnCount;
    this.#tree = Int32Array.from({ length: columnCount }, (_, f) => f);
  }

  /**
   * The columns of a tree, ascending.
   *
   * @param position of the tree in the booster, from 0
   */
  startTree(position: number): Int32Array {
    this.#position = position;
    this.#levels = new Map();
    if (this.#params.colsample_bytree < 1) {
      const all = Int32Array.from({ length: this.#count }, (_, f) => f);
      this.#tree = draw(all, this.#params.colsample_bytree, this.#random('tree'));
    }
    return this.#tree;
  }

  /** Positions within the tree's columns that a node may use; undefined stands for all of them. */
  forNode(depth: number, node: number): Int32Array | undefined {
    const { colsample_bylevel: byLevel, colsample_bynode: byNode } = this.#params;
    if (byLevel === 1 && byNode === 1) return undefined;
    let level = this.#levels.get(depth);
    if (level === undefined) {
      level = Int32Array.from({ length: this.#tree.length }, (_, slot) => slot);
      if (byLevel < 1) level = draw(level, byLevel, this.#random(`level/${depth}`));
      this.#levels.set(depth, level);
    }
    return byNode < 1 ? draw(level, byNode, this.#random(`node/${node}`)) : level;
  }

  #random(place: string): Random {
    return new Random(this.#params.seed, `columns/${this.#position}/${place}`);
  }
}

/** A share of the items, at least one, ascending. */
function draw(items: Int32Array, share: number, random: Random): Int32Array {
  const wanted = Math.max(1, Math.floor(share * items.length));
  const pool = items.slice();
  for (let i = 0; i < wanted; i++) {
    const j = i + random.integer(pool.length - i);
    const kept = pool[i];
    pool[i] = pool[j];
    pool[j] = kept;
  }
  return pool.subarray(0, wanted).sort();
}
