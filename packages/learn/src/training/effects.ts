import type { Booster } from '@verdict/boost';
import type { Column, Dataset } from '@verdict/core';
import { findColumn, Random, takeRows } from '@verdict/core';
import {
  gridOf,
  interactionMatrix,
  partialDependenceOf,
  potentialInteraction,
  settable,
  showColumn,
} from '../explaining/index.ts';
import type { Dependence, InteractionMatrix, PartialDependence, ShownColumn } from '../explaining/index.ts';
import type { FeatureInput, FeaturePlan } from '../features/index.ts';
import type { PortableModel } from './explanation-tasks.ts';
import type { WorkPool } from './pool.ts';
import { drawRows, sampleSize } from './row-sample.ts';
import { shareDataset } from './shared-memory.ts';

/** How the columns that move the scores most do so: alone, together, and over their values. */
export interface Effects {
  /** Left out where the plan makes more features than exact interactions can be computed for. */
  readonly interactions?: InteractionMatrix;
  readonly dependence: readonly Dependence[];
  readonly partialDependence: readonly PartialDependence[];
}

/** What the effects are computed from. */
export interface EffectsInput {
  readonly pool: WorkPool;
  readonly seed: number;
  readonly shipping: PortableModel;
  readonly plan: FeaturePlan;
  readonly booster: Booster;
  readonly dataset: Dataset;
  /** No value that fewer rows have is told. */
  readonly minimumCount: number;
  readonly onTask: () => void;
}

/** Contributions that are known already. */
export interface ExplainedRows {
  readonly rows: Uint32Array;
  /** Columns by mean absolute contribution, largest first. */
  readonly foremost: readonly string[];
  contributions(column: string): readonly number[];
  /** Ranks of the rows' values from 0 to 1; null is missing. */
  ranks(column: string): readonly (number | null)[];
}

/** Sizes of the interactions between all columns, added up over rows. */
export interface InteractionSums {
  readonly columns: readonly string[];
  readonly sums: Float64Array;
  readonly rows: number;
}

/** Columns that are looked at one by one. */
const MOST_COLUMNS = 4;
/** Columns of the interaction matrix. */
const MATRIX_COLUMNS = 12;
/** A row's interactions are as many numbers as the square of the features. */
const MOST_FEATURES = 200;
/** Visits of a row to a tree that interactions may cost: three times as dear as those of contributions. */
const INTERACTION_VISITS = 75_000;
const FEWEST_INTERACTING = 50;
const MOST_INTERACTING = 300;
const CHUNK = 25;
/** Visits of a row to a tree, or cells to encode, that partial dependence may cost. */
const GRID_VISITS = 15_000_000;
const FEWEST_CURVES = 50;
const MOST_CURVES = 300;
const GRID = { maximumBins: 20, maximumLevels: 12 };
const DEPENDENCE = { maximumBins: 100, maximumLevels: 12 };

function interactingRows(plan: FeaturePlan, rowCount: number, trees: number): number {
  if (plan.outputs.length > MOST_FEATURES) return 0;
  const affordable = INTERACTION_VISITS / Math.max(1, trees);
  return sampleSize(rowCount, affordable, FEWEST_INTERACTING, MOST_INTERACTING);
}

/** How many tasks the effects give to the pool. */
export function effectTaskCount(plan: FeaturePlan, rowCount: number, trees: number): number {
  const chunks = Math.ceil(interactingRows(plan, rowCount, trees) / CHUNK);
  return chunks + Math.min(MOST_COLUMNS, plan.inputs.length);
}

/** The interactions of a sample of rows; undefined where they are too dear. */
export async function sumInteractions(input: EffectsInput): Promise<InteractionSums | undefined> {
  const { pool, seed, shipping, plan, booster, dataset, onTask } = input;
  const count = interactingRows(plan, dataset.rowCount, booster.treeCount);
  if (count === 0) return undefined;
  const rows = drawRows(dataset.rowCount, count, new Random(seed, 'interacting rows'));
  const chunks = await Promise.all(
    Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) =>
      pool
        .run('interact', {
          model: shipping,
          dataset: takeRows(dataset, rows.slice(i * CHUNK, (i + 1) * CHUNK)),
        })
        .then((result) => {
          onTask();
          return result;
        }),
    ),
  );
  const [first, ...others] = chunks;
  for (const { sums } of others) sums.forEach((value, i) => (first.sums[i] += value));
  return { ...first, rows: rows.length };
}

/** Dependence and partial dependence of the foremost columns, and the interactions among them. */
export async function effectsOf(
  input: EffectsInput,
  explained: ExplainedRows,
  interactions: InteractionSums | undefined,
): Promise<Effects> {
  const columns = explained.foremost.slice(0, MOST_COLUMNS);
  const partialDependence = await partialDependences(input, columns);
  return {
    ...(interactions === undefined
      ? {}
      : {
          interactions: interactionMatrix(
            interactions.columns,
            interactions.sums,
            interactions.rows,
            explained.foremost.slice(0, MATRIX_COLUMNS),
          ),
        }),
    dependence: columns.map((column) => dependenceOf(input, column, explained, interactions)),
    partialDependence,
  };
}

function inputOf({ plan, dataset }: EffectsInput, name: string): { input: FeatureInput; column: Column } {
  const input = plan.inputs.find((one) => one.name === name)!;
  return {
    input,
    // An optional column that the table does not have is all missing.
    column: findColumn(dataset, name) ?? {
      kind: 'code',
      name,
      levels: [],
      codes: new Int32Array(dataset.rowCount).fill(-1),
    },
  };
}

function dependenceOf(
  input: EffectsInput,
  name: string,
  explained: ExplainedRows,
  interactions: InteractionSums | undefined,
): Dependence {
  const shown = (column: string): ShownColumn => {
    const found = inputOf(input, column);
    const options = { minimumCount: input.minimumCount, ...DEPENDENCE };
    return showColumn(found.input, found.column, explained.rows, options);
  };
  const strengths =
    interactions === undefined
      ? approximateStrengths(name, explained)
      : exactStrengths(name, explained, interactions);
  const strongest = strengths.reduce((best, one) => (one.strength > best.strength ? one : best), {
    column: name,
    strength: 0,
  });
  return {
    ...shown(name),
    contributions: explained.contributions(name),
    ...(strongest.strength > 0
      ? {
          by: {
            ...shown(strongest.column),
            foundBy: interactions === undefined ? 'approximation' : 'interactions',
          },
        }
      : {}),
  };
}

interface Strength {
  readonly column: string;
  readonly strength: number;
}

function exactStrengths(
  name: string,
  { foremost }: ExplainedRows,
  { columns, sums }: InteractionSums,
): Strength[] {
  const line = columns.indexOf(name) * columns.length;
  const strength = new Map(columns.map((column, place) => [column, sums[line + place]]));
  return others(foremost, name).map((column) => ({ column, strength: strength.get(column) ?? 0 }));
}

function approximateStrengths(name: string, { foremost, contributions, ranks }: ExplainedRows): Strength[] {
  const own = ranks(name);
  const moved = contributions(name);
  return others(foremost, name).map((column) => ({
    column,
    strength: potentialInteraction(moved, own, ranks(column)),
  }));
}

function others(columns: readonly string[], name: string): string[] {
  return columns.filter((column) => column !== name);
}

async function partialDependences(
  input: EffectsInput,
  columns: readonly string[],
): Promise<PartialDependence[]> {
  const { pool, seed, shipping, plan, booster, dataset, minimumCount, onTask } = input;
  const read = new Set(plan.inputs.map(({ name }) => name));
  const visits = (booster.treeCount + plan.outputs.length) * GRID.maximumBins * Math.max(1, columns.length);
  const count = sampleSize(dataset.rowCount, GRID_VISITS / visits, FEWEST_CURVES, MOST_CURVES);
  const rows = drawRows(dataset.rowCount, count, new Random(seed, 'partial dependence'));
  const sample = shareDataset(
    takeRows({ ...dataset, columns: dataset.columns.filter(({ name }) => read.has(name)) }, rows),
  );
  return Promise.all(
    columns.map(async (name) => {
      const { input: described, column } = inputOf(input, name);
      const shown = showColumn(described, column, new Uint32Array(), { minimumCount, ...GRID });
      const scale = settable(shown.scale);
      const missing = shown.missing >= minimumCount && shown.missing > 0;
      const grid = gridOf(described, column.kind, scale, missing);
      const probabilities = await pool.run('overGrid', { model: shipping, dataset: sample, grid });
      onTask();
      return partialDependenceOf(name, scale, missing, probabilities);
    }),
  );
}
