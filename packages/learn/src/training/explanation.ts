import type { Dataset } from '@verdict/core';
import { findColumn, Random, takeRows } from '@verdict/core';
import type { Booster } from '@verdict/boost';
import type { FeaturePlan } from '../features/index.ts';
import type { PermutationImportance } from '../metrics/index.ts';
import { effectsOf, effectTaskCount, sumInteractions } from './effects.ts';
import type { Effects } from './effects.ts';
import type { PortableModel } from './explanation-tasks.ts';
import type { WorkPool } from './pool.ts';
import { drawRows, sampleSize } from './row-sample.ts';
import { shareDataset } from './shared-memory.ts';

/** How much the model leans on one of the user's columns. */
export interface ColumnImportance {
  readonly column: string;
  /** Mean loss reduction of a split on the column; XGBoost's `gain`. */
  readonly gain: number;
  /** Loss reduction of all splits on the column; XGBoost's `total_gain`. */
  readonly totalGain: number;
  /** Number of splits on the column, in all trees of the bag; XGBoost's `weight`. One on a feature of two columns is half a split on each. */
  readonly weight: number;
  /** Mean sum of hessians that a split on the column divides; XGBoost's `cover`. */
  readonly cover: number;
  /** Mean absolute contribution to the margin, over the explained rows, trees and regression together. */
  readonly shap: number;
  /** Rise of log loss when the column is shuffled; only of the 100 columns that move the scores most. */
  readonly permutation?: PermutationImportance;
}

/**
 * Contributions of a sample of rows, for the beeswarm: column by column, of the 100 columns that move the scores
 * most.
 */
export interface ContributionSample {
  readonly rows: number;
  readonly bias: number;
  readonly columns: readonly {
    readonly name: string;
    /** Contribution to the margin, row by row. */
    readonly contributions: readonly number[];
    /** The row's value as a rank from 0 to 1; a category's rank is that of its share of positives. Missing is null. */
    readonly ranks: readonly (number | null)[];
  }[];
}

export interface ExplanationInput {
  readonly pool: WorkPool;
  readonly seed: number;
  /** The model that ships, and the rows that it is explained on. */
  readonly shipping: PortableModel;
  readonly plan: FeaturePlan;
  readonly booster: Booster;
  readonly dataset: Dataset;
  readonly labels: Uint8Array;
  /** The model and the rows that importance is judged on. */
  readonly judged: PortableModel;
  readonly judgedDataset: Dataset;
  readonly judgedLabels: Uint8Array;
  readonly judgedWeights: Float64Array | undefined;
  /** No value that fewer rows have is told. */
  readonly minimumCount: number;
  readonly onTask: () => void;
}

const REPEATS = 5;
/** In wide tables only so many columns are shuffled. */
const MOST_SHUFFLED = 100;
/** Columns that a task shuffles. */
const SHUFFLED_AT_ONCE = 4;
/** Visits of a row to a tree that shuffling may cost: it decides how many rows are shuffled. */
const PERMUTATION_VISITS = 25_000_000;
/** The same for contributions, which cost about a hundred times as much a visit. */
const CONTRIBUTION_VISITS = 300_000;
const MOST_ROWS = 2000;
const FEWEST_ROWS = 200;
const CHUNK = 50;

/** How many rows are shuffled for permutation importance. */
function permutedRows(rowCount: number, columns: number, trees: number): number {
  const affordable = PERMUTATION_VISITS / (REPEATS * Math.max(1, columns * trees));
  return sampleSize(rowCount, affordable, FEWEST_ROWS, MOST_ROWS);
}

/** How many rows are explained. */
function explainedRows(rowCount: number, trees: number): number {
  return sampleSize(rowCount, CONTRIBUTION_VISITS / Math.max(1, trees), FEWEST_ROWS, MOST_ROWS);
}

/** How many tasks `explainModel` gives to its pool. */
export function explanationTaskCount(plan: FeaturePlan, rowCount: number, trees: number): number {
  const shuffled = Math.min(plan.inputs.length, MOST_SHUFFLED);
  return (
    Math.ceil(shuffled / SHUFFLED_AT_ONCE) +
    Math.ceil(explainedRows(rowCount, trees) / CHUNK) +
    effectTaskCount(plan, rowCount, trees)
  );
}

/** What explains a model. */
export interface ModelExplanation {
  readonly importance: ColumnImportance[];
  readonly sample: ContributionSample;
  readonly permutedRows: number;
  readonly effects: Effects;
}

/** Importance of every column, contributions of a sample of rows, and effects; all drawn from the seed. */
export async function explainModel(input: ExplanationInput): Promise<ModelExplanation> {
  const { pool, seed, shipping, plan, booster, onTask } = input;
  const names = [...new Set(plan.outputs.flatMap(({ sources }) => sources))];

  const explained = explainedRows(input.dataset.rowCount, booster.treeCount);
  const rows = drawRows(input.dataset.rowCount, explained, new Random(seed, 'explained rows'));
  const chunks = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) =>
    pool
      .run('contribute', {
        model: shipping,
        dataset: takeRows(input.dataset, rows.slice(i * CHUNK, (i + 1) * CHUNK)),
      })
      .then((result) => {
        onTask();
        return result;
      }),
  );
  const [contributions, interactions] = await Promise.all([Promise.all(chunks), sumInteractions(input)]);

  // Every chunk has the same columns: those of the plan.
  const places = new Map(contributions[0]?.columns.map((name, place) => [name, place]));
  const width = places.size;
  const sums = new Float64Array(width);
  for (const chunk of contributions)
    chunk.contributions.forEach((value, i) => (sums[i % width] += Math.abs(value)));
  const shap = new Map(names.map((name) => [name, sums[places.get(name)!] / Math.max(1, rows.length)]));
  const foremost = names.toSorted((a, b) => shap.get(b)! - shap.get(a)!).slice(0, MOST_SHUFFLED);

  const shuffled = permutedRows(input.judgedDataset.rowCount, foremost.length, booster.treeCount);
  const judgedRows = drawRows(input.judgedDataset.rowCount, shuffled, new Random(seed, 'permuted rows'));
  const judgedWeights = input.judgedWeights;
  const task = {
    model: input.judged,
    dataset: shareDataset(takeRows(input.judgedDataset, judgedRows)),
    labels: Uint8Array.from(judgedRows, (row) => input.judgedLabels[row]),
    weights: judgedWeights && Float64Array.from(judgedRows, (row) => judgedWeights[row]),
    repeats: REPEATS,
  };
  const order = new Map(names.map((name, i) => [name, i]));
  const permutations = Array.from({ length: Math.ceil(foremost.length / SHUFFLED_AT_ONCE) }, (_, i) => {
    const columns = foremost.slice(i * SHUFFLED_AT_ONCE, (i + 1) * SHUFFLED_AT_ONCE).map((name) => ({
      name,
      seed: new Random(seed, 'permutation').fork(order.get(name)!).uint32(),
    }));
    return pool.run('permute', { ...task, columns }).then((result) => {
      onTask();
      return result;
    });
  });

  const contributionsTo = (name: string): number[] =>
    contributions.flatMap((chunk) =>
      Array.from(
        { length: chunk.contributions.length / width },
        (_, row) => chunk.contributions[row * width + places.get(name)!],
      ),
    );
  const ranks = new Map(foremost.map((name) => [name, valueRanks(input.dataset, input.labels, name, rows)]));
  const [permuted, effects] = await Promise.all([
    Promise.all(permutations),
    effectsOf(
      input,
      { rows, foremost, contributions: contributionsTo, ranks: (name) => ranks.get(name)! },
      interactions,
    ),
  ]);
  const permutation = new Map(permuted.flat().map((importance, i) => [foremost[i], importance]));
  const splits = splitStatistics(booster, plan);
  const importance = names.map((column) => ({
    column,
    ...(splits.get(column) ?? { gain: 0, totalGain: 0, weight: 0, cover: 0 }),
    shap: shap.get(column) ?? 0,
    ...(permutation.has(column) ? { permutation: permutation.get(column)! } : {}),
  }));
  return {
    importance,
    permutedRows: shuffled,
    effects,
    sample: {
      rows: rows.length,
      bias: contributions[0]?.bias ?? 0,
      columns: names
        .filter((name) => permutation.has(name))
        .map((name) => ({
          name,
          contributions: contributionsTo(name),
          ranks: ranks.get(name)!,
        })),
    },
  };
}

type SplitStatistics = Pick<ColumnImportance, 'gain' | 'totalGain' | 'weight' | 'cover'>;

/** What the trees' features add up to for each of the user's columns; those of two columns in equal shares. */
function splitStatistics(booster: Booster, plan: FeaturePlan): Map<string, SplitStatistics> {
  const weights = booster.importance('weight');
  const gains = booster.importance('total_gain');
  const covers = booster.importance('total_cover');
  const sums = new Map<string, { totalGain: number; weight: number; totalCover: number }>();
  for (const { name, sources } of plan.outputs) {
    for (const source of sources) {
      const sum = sums.get(source) ?? { totalGain: 0, weight: 0, totalCover: 0 };
      sum.weight += (weights.get(name) ?? 0) / sources.length;
      sum.totalGain += (gains.get(name) ?? 0) / sources.length;
      sum.totalCover += (covers.get(name) ?? 0) / sources.length;
      sums.set(source, sum);
    }
  }
  return new Map(
    [...sums].map(([source, { totalGain, weight, totalCover }]) => [
      source,
      {
        totalGain,
        weight,
        gain: weight > 0 ? totalGain / weight : 0,
        cover: weight > 0 ? totalCover / weight : 0,
      },
    ]),
  );
}

/** Each row's value as a rank from 0 to 1 among the given rows; ties share the mean rank. */
function valueRanks(
  dataset: Dataset,
  labels: Uint8Array,
  name: string,
  rows: Uint32Array,
): (number | null)[] {
  const column = findColumn(dataset, name);
  if (column === undefined) return Array.from(rows, () => null);
  const values =
    column.kind === 'number'
      ? Float64Array.from(rows, (row) => column.values[row])
      : Float64Array.from(rows, levelShares(column.codes, column.levels.length, labels));
  const order = Uint32Array.from(values.keys())
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number | null>(rows.length).fill(null);
  const last = Math.max(1, order.length - 1);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end - 1) / 2 / last;
    start = end;
  }
  return ranks;
}

/** Maps a row to the share of positives among the rows with its level. */
function levelShares(codes: Int32Array, levels: number, labels: Uint8Array): (row: number) => number {
  const positives = new Float64Array(levels);
  const counts = new Float64Array(levels);
  codes.forEach((code, row) => {
    if (code < 0) return;
    counts[code]++;
    positives[code] += labels[row];
  });
  return (row) => (codes[row] < 0 ? Number.NaN : positives[codes[row]] / counts[codes[row]]);
}
