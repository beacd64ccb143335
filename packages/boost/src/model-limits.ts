import { InvalidModel } from '@verdict/core';
import { setWords, treeDepth } from './tree.ts';
import type { Tree } from './tree.ts';

/** Words of category sets that a model may have in all: 64 MB as bits. */
const MOST_SET_WORDS = 1 << 24;

/** Different features on one path: the cost of exact contributions grows with their square. */
const MOST_PATH_FEATURES = 4096;

/** What a small file must not make of itself when it is used; checked tree by tree while a model is read. */
export class ModelLimits {
  #words = 0;

  /**
   * The tree, if the model is still within the limits.
   *
   * @throws InvalidModel
   */
  check(tree: Tree): Tree {
    for (let node = 0; node < tree.lefts.length; node++) this.#words += setWords(tree, node);
    if (this.#words > MOST_SET_WORDS) {
      throw new InvalidModel({
        problem: 'The category sets are too large: their codes are too many, or too high.',
        hint: 'Train it with categories that are numbered from 0 without gaps.',
      });
    }
    if (treeDepth(tree) > MOST_PATH_FEATURES && new Set(tree.features).size > MOST_PATH_FEATURES) {
      throw new InvalidModel({
        problem: `A tree is ${treeDepth(tree)} splits deep, on more than ${MOST_PATH_FEATURES} features.`,
        hint: 'Train it with a bound on the depth (max_depth).',
      });
    }
    return tree;
  }
}
