import { Booster } from './booster.ts';
import type { BoosterParts } from './booster.ts';
import type { Tree } from './tree.ts';

/** What a round does to the weights of earlier trees. */
export interface Rescaling {
  readonly trees: readonly number[];
  readonly factor: number;
}

const none: Rescaling = { trees: [], factor: 1 };

/** The rounds of a job as they come, behind those of the booster that it continues. */
export class Ensemble {
  readonly #trees: Tree[];
  readonly #weights: number[];
  /** What trees weighed when they came, and what each round of this job did to them. */
  readonly #firstWeights: number[];
  readonly #rescalings: Rescaling[] = [];
  readonly #initialRounds: number;
  readonly #roundStarts: number[];

  /** @param initial the booster to continue; default none */
  constructor(initial?: Booster) {
    this.#trees = [...(initial?.trees ?? [])];
    this.#weights = Array.from(this.#trees, (_, t) => initial?.treeWeights?.[t] ?? 1);
    this.#firstWeights = [...this.#weights];
    this.#roundStarts = [...(initial?.roundStarts ?? [0])];
    this.#initialRounds = this.roundCount;
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

  /**
   * @param weight of each of the new trees
   * @param rescaling of earlier trees; default none
   */
  addRound(trees: readonly Tree[], weight: number, rescaling: Rescaling = none): void {
    this.#trees.push(...trees);
    for (let i = 0; i < trees.length; i++) {
      this.#weights.push(weight);
      this.#firstWeights.push(weight);
    }
    this.#roundStarts.push(this.#trees.length);
    this.#rescalings.push(rescaling);
    rescale(this.#weights, rescaling);
  }

  /** The first rounds as a booster: with the weights that their trees had when there were no more. */
  toBooster(rounds: number, parts: Omit<BoosterParts, 'treeWeights' | 'roundStarts'>): Booster {
    const count = this.#roundStarts[rounds];
    const weights = this.#firstWeights.slice(0, count);
    for (const rescaling of this.#rescalings.slice(0, Math.max(0, rounds - this.#initialRounds))) {
      rescale(weights, rescaling);
    }
    return Booster.fromTrees(this.#trees.slice(0, count), {
      ...parts,
      treeWeights: weights.every((weight) => weight === 1) ? undefined : Float32Array.from(weights),
      roundStarts: Int32Array.from(this.#roundStarts.slice(0, rounds + 1)),
    });
  }
}

/** Multiplies the weights of some trees, in float32. */
function rescale(weights: number[], { trees, factor }: Rescaling): void {
  for (const tree of trees) weights[tree] = Math.fround(weights[tree] * factor);
}
