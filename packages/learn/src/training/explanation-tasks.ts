import { deserialize, serialize } from 'node:v8';
import type { Column, Dataset } from '@verdict/core';
import { Booster } from '@verdict/boost';
import type { ScoringModel } from '../bundle/index.ts';
import { foldedInteractions, interactionSizes, probabilitiesOver } from '../explaining/index.ts';
import { applyFeatures } from '../features/index.ts';
import { permutationImportance } from '../metrics/index.ts';
import type { PermutationImportance } from '../metrics/index.ts';
import { createScorer } from '../scorer/index.ts';
import type { Scorer } from '../scorer/index.ts';
import { share } from './shared-memory.ts';
import { ShuffledScores } from './shuffled-scores.ts';

/** A model in a form that crosses threads at no cost, however large it is. */
export interface PortableModel {
  /** Tells models apart, those of earlier trainings by the same workers too. */
  readonly id: string;
  /** On shared memory; only this program writes it, in the same run. */
  readonly bytes: Uint8Array;
}

/** Packs a model that has trees. */
export function packModel(
  id: string,
  { booster, ...rest }: ScoringModel & { booster: Booster },
): PortableModel {
  return { id, bytes: share(new Uint8Array(serialize({ ...rest, trees: booster.toUbj() }))) };
}

function unpackModel({ bytes }: PortableModel): ScoringModel {
  // `deserialize` does not read shared memory.
  const { trees, ...rest } = deserialize(Uint8Array.from(bytes));
  return { ...rest, booster: Booster.fromUbj(trees) };
}

/** Shuffle columns of some rows, one at a time, and see what it costs. */
export interface PermutationTask {
  readonly model: PortableModel;
  /** Always the same for a model. */
  readonly dataset: Dataset;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly columns: readonly { readonly name: string; readonly seed: number }[];
  readonly repeats: number;
}

/** Explain a range of rows. */
export interface ContributionTask {
  readonly model: PortableModel;
  readonly dataset: Dataset;
}

/** Score rows with one of their columns set to each value of a grid. */
export interface GridTask {
  readonly model: PortableModel;
  readonly dataset: Dataset;
  /** A column of the dataset's name, of as many rows as there are values to try. */
  readonly grid: Column;
}

/** The rise of log loss when a column is shuffled, for each of the columns. */
export async function shuffleColumns(input: PermutationTask): Promise<PermutationImportance[]> {
  const { dataset, labels, weights, repeats } = input;
  const scores = shuffledScores.of(
    input.model.id,
    () => new ShuffledScores(unpackModel(input.model), dataset),
  );
  const importance: PermutationImportance[] = [];
  for (const { name, seed } of input.columns) {
    const [one] = await permutationImportance({
      rowCount: dataset.rowCount,
      columnCount: 1,
      labels,
      ...(weights === undefined ? {} : { weights }),
      metric: 'logLoss',
      repeats,
      seed,
      probabilities: scores.probabilities,
      predict: (_, permutation) => scores.shuffled(name, permutation),
    });
    importance.push(one);
  }
  return importance;
}

/** Contributions of each of the user's columns, row by row, and the bias that they start from. */
export function contributionsOf(input: ContributionTask): {
  readonly columns: readonly string[];
  readonly contributions: Float64Array;
  readonly bias: number;
} {
  const scorer = scorerOf(input.model);
  const { columns, contributions, bias } = scorer.explainBatch(input.dataset);
  return { columns, contributions, bias };
}

/** Sizes of the interactions between the user's columns, added up over the rows. */
export function interactionSizesOf(input: ContributionTask): {
  readonly columns: readonly string[];
  readonly sums: Float64Array;
} {
  const model = modelOf(input.model);
  const folded = foldedInteractions(model, applyFeatures(model.plan, input.dataset));
  return { columns: folded.columns, sums: interactionSizes(folded) };
}

/** Probabilities of rows over a grid: rows x values. */
export function probabilitiesOverGrid(input: GridTask): Float64Array {
  return probabilitiesOver(scorerOf(input.model), input.dataset, input.grid);
}

/** The last thing of a kind that this worker has made: a training explains one model, in many tasks. */
class Latest<T> {
  #id: string | undefined;
  #value: T | undefined;

  of(id: string, make: () => T): T {
    if (this.#id !== id) {
      this.#value = make();
      this.#id = id;
    }
    return this.#value as T;
  }
}

const models = new Latest<ScoringModel>();
const scorers = new Latest<Scorer>();
const shuffledScores = new Latest<ShuffledScores>();

function modelOf(model: PortableModel): ScoringModel {
  return models.of(model.id, () => unpackModel(model));
}

function scorerOf(model: PortableModel): Scorer {
  return scorers.of(model.id, () => createScorer(modelOf(model)));
}
