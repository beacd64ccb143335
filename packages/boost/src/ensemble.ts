import { Booster } from './booster.ts';
import type { BoosterParts } from './booster.ts';
import type { Tree } from './tree.ts';

/** The rounds of a job as they come, behind those of the booster that it continues. */
export class Ensemble {
  readonly #trees: Tree[];
  readonly #weights: number[];
  readonly #roundStarts: number[];

  /** @param initial the booster to continue; default none */
  constructor(initial?: Booster) {
    this.#trees = [...(initial?.trees ?? [])];
    this.#weights = Array.from(this.#trees, (_, t) => initial?.treeWeights?.[t] ?? 1);
    this.#roundStarts = [...(initial?.roundStarts ?? [0])];
  }

  get roundCount(): number {
    return this.#roundStarts.length - 1;
  }

  get trees(): readonly Tree[] {
    return this.#trees;
  }

  /** Float32 weights of the trees. */
  get weights(): readonly number[] {
    return this.#weights;
  }

  /** @param weight of each of the new trees */
  addRound(trees: readonly Tree[], weight: number): void {
    this.#trees.push(...trees);
    for (let i = 0; i < trees.length; i++) this.#weights.push(weight);
    this.#roundStarts.push(this.#trees.length);
  }

  /** Multiplies the weight of a tree, in float32. */
  scale(tree: number, factor: number): void {
    this.#weights[tree] = Math.fround(this.#weights[tree] * factor);
  }

  /**
   * The first rounds as a booster.
   *
   * @param weights of its trees, default those of now
   */
  toBooster(
    rounds: number,
    parts: Omit<BoosterParts, 'treeWeights' | 'roundStarts'>,
    weights: readonly number[] = this.#weights,
  ): Booster {
    const count = this.#roundStarts[rounds];
    const kept = weights.slice(0, count);
    return Booster.fromTrees(this.#trees.slice(0, count), {
      ...parts,
      treeWeights: kept.every((weight) => weight === 1) ? undefined : Float32Array.from(kept),
      roundStarts: Int32Array.from(this.#roundStarts.slice(0, rounds + 1)),
    });
  }
}
