import type { CodeColumn, Column, Dataset, NumberColumn } from '@verdict/core';
import { Booster } from '@verdict/boost';
import type { Bundle } from '../bundle/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import { permutationImportance } from '../metrics/index.ts';
import type { PermutationImportance } from '../metrics/index.ts';
import { createScorer } from '../scorer/index.ts';
import type { Scorer } from '../scorer/index.ts';

/** A model as plain data that crosses threads. */
export interface PortableModel {
  /** Tells models apart, those of earlier trainings by the same workers too. */
  readonly id: string;
  readonly plan: FeaturePlan;
  readonly trees: Uint8Array;
  readonly logistic: LogisticModel;
  readonly decision: Bundle['decision'];
}

/** Shuffle one column of some rows and see what it costs. */
export interface PermutationTask {
  readonly model: PortableModel;
  readonly dataset: Dataset;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly column: string;
  readonly repeats: number;
  readonly seed: number;
}

/** Explain a range of rows. */
export interface ContributionTask {
  readonly model: PortableModel;
  readonly dataset: Dataset;
}

/** The rise of log loss when one column is shuffled. */
export async function shuffleColumn(input: PermutationTask): Promise<PermutationImportance> {
  const { dataset, labels, weights, repeats, seed } = input;
  const scorer = scorerOf(input.model);
  const place = dataset.columns.findIndex(({ name }) => name === input.column);
  const columns = [...dataset.columns];
  const [importance] = await permutationImportance({
    rowCount: dataset.rowCount,
    columnCount: 1,
    labels,
    ...(weights === undefined ? {} : { weights }),
    metric: 'logLoss',
    repeats,
    seed,
    probabilities: scorer.scoreBatch(dataset).probabilities,
    predict: (_, permutation) => {
      columns[place] = reorder(dataset.columns[place], permutation);
      return scorer.scoreBatch({ rowCount: dataset.rowCount, columns }).probabilities;
    },
  });
  return importance;
}

/** Contributions of each of the user's columns, row by row, and the bias that they start from. */
export function contributionsOf(input: ContributionTask): {
  readonly columns: readonly string[];
  readonly contributions: Float64Array;
  readonly bias: number;
} {
  const { columns, contributions, bias } = scorerOf(input.model).explainBatch(input.dataset);
  return { columns, contributions, bias };
}

/** The last scorers that this worker has made: a training explains two models, in many tasks. */
const scorers = new Map<string, Scorer>();
const KEPT = 2;

function scorerOf({ id, plan, trees, logistic, decision }: PortableModel): Scorer {
  let scorer = scorers.get(id);
  if (scorer === undefined) {
    scorer = createScorer({ plan, booster: Booster.fromUbj(Uint8Array.from(trees)), logistic, decision });
    if (scorers.size === KEPT) scorers.delete([...scorers.keys()][0]);
    scorers.set(id, scorer);
  }
  return scorer;
}

function reorder(column: Column, permutation: Uint32Array): Column {
  return column.kind === 'number' ? reorderNumbers(column, permutation) : reorderCodes(column, permutation);
}

function reorderNumbers(column: NumberColumn, permutation: Uint32Array): NumberColumn {
  return { ...column, values: Float64Array.from(permutation, (row) => column.values[row]) };
}

function reorderCodes(column: CodeColumn, permutation: Uint32Array): CodeColumn {
  return { ...column, codes: Int32Array.from(permutation, (row) => column.codes[row]) };
}
