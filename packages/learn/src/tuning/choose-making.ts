import { ColumnMissing, Interrupted, InvalidModel, InvalidOption, VerdictError } from '@verdict/core';
import type { EngineeredFeature } from '../features/index.ts';
import { Deadline, Journal } from '../search/index.ts';
import { chooseCount } from '../selection/index.ts';
import type { CountChoice } from '../selection/index.ts';
import { assignFolds, defaultRecipe, fitMembers, recipeTables, share, splitsOf } from '../training/index.ts';
import type { CrossFit, FoldRows, FoldTables, Recipe, Rows } from '../training/index.ts';
import { remaining, shorten } from './budget.ts';
import type { Budget } from './budget.ts';
import type { ChoiceInput } from './choice-input.ts';
import { chooseFeatures } from './feature-stage.ts';
import { parseFeatureRecord } from './feature-record.ts';
import type { FeatureRecord } from './feature-record.ts';

/** What is known when features are chosen. */
export interface Begun {
  /** The plain fit, and the seconds that it took. */
  readonly base: CrossFit;
  readonly baseSeconds: number;
  /** Seconds of one more of its kind. */
  readonly fitSeconds: number;
  readonly fit: (rows: Rows, recipe: Recipe) => Promise<CrossFit>;
  readonly folds: Uint8Array;
  /** Seconds that must be left in the end. */
  readonly reserve: () => number;
}

/** The share of the time that may go to engineered features. */
const FEATURE_SHARE = 1 / 3;
/** The share of what is then left that may go to selection. */
const SELECTION_SHARE = 1 / 2;

/** How the table is made that trees see. */
export type Making = Pick<Recipe, 'engineered' | 'selection'>;

/** A selection that drops nothing is none. */
export function makingOf({ engineered, selection }: FeatureRecord): Making {
  return {
    ...(engineered.length === 0 ? {} : { engineered }),
    ...(selection === undefined || selection.dropped.length === 0 ? {} : { selection }),
  };
}

/**
 * Chooses engineered features and the features that are kept; a search that goes on keeps those that it was begun with.
 *
 * @returns with the fit by the default recipe that has all engineered features
 */
export async function chooseMaking(
  input: ChoiceInput,
  begun: Begun,
): Promise<{ readonly record: FeatureRecord; readonly fit: CrossFit }> {
  const { journal } = input;
  const note = journal?.resume === true ? Journal.noteOf(journal.file) : undefined;
  if (journal !== undefined && note !== undefined) {
    const record = parseFeatureRecord(note, input.tuning);
    return { record, fit: await fitAgain(input, begun, record, journal.file) };
  }
  const { rows, tuning, budget, share: part } = input;
  const { base, baseSeconds, fitSeconds, fit, folds, reserve } = begun;
  const features =
    tuning.engineering === 'none'
      ? { engineered: [], families: [], fit: base }
      : await chooseFeatures({
          rows,
          base,
          baseSeconds,
          fit,
          grow: (engineered) => growTrees(input, engineered),
          budget: shorten(budget, reserve(), FEATURE_SHARE * part),
        });
  const { engineered, families } = features;
  // What a selection leaves gets a fit of its own, for the regression.
  const span = shorten(budget, reserve() + fitSeconds, SELECTION_SHARE * part);
  const selection = await chooseKept(input, engineered, folds, span);
  return {
    record: {
      engineering: tuning.engineering,
      select: tuning.select,
      engineered,
      families,
      ...(selection === undefined ? {} : { selection }),
    },
    fit: features.fit,
  };
}

/** The fit with the features of a journal, which may name what is not there. */
async function fitAgain(
  { rows }: ChoiceInput,
  { base, fit }: Begun,
  { engineered, selection }: FeatureRecord,
  file: string,
): Promise<CrossFit> {
  const refuse = (cause?: unknown): never => {
    throw new InvalidModel({
      file,
      problem: 'line 1: the search was begun with features that this table has not.',
      hint: 'Give the same table and options as for the search that was interrupted, or start over without --resume.',
      cause,
    });
  };
  let made = base;
  if (engineered.length > 0) {
    try {
      made = await fit(rows, { ...defaultRecipe(rows.dataset.rowCount), engineered });
    } catch (error) {
      if (error instanceof InvalidOption || error instanceof ColumnMissing) refuse(error);
      throw error;
    }
  }
  if (selection !== undefined) {
    const { kept, dropped } = selection;
    const named = new Set([...kept, ...dropped.map(({ name }) => name)]);
    const { outputs } = made.plan;
    if (named.size !== outputs.length || outputs.some(({ name }) => !named.has(name))) refuse();
  }
  return made;
}

/** Trees of the default recipe with engineered features, without the regression beside them. */
async function growTrees(
  input: ChoiceInput,
  engineered: readonly EngineeredFeature[],
): Promise<Pick<CrossFit, 'plan' | 'trees'>> {
  const { rows, settings } = input;
  const { labels, weights } = rows;
  const tables = await tablesOf(input, { engineered }, splitsOf(assignFolds(rows, settings.options)));
  const { booster } = await fitMembers({
    tables,
    labels: share(labels),
    weights: weights === undefined ? undefined : share(Float32Array.from(weights)),
    recipe: defaultRecipe(labels.length),
    seed: settings.options.seed,
    pool: settings.pool,
    onTask: () => undefined,
  });
  return { plan: tables.plan, trees: booster };
}

/** The features that are kept, if some are to be left out and the time suffices to find out which. */
async function chooseKept(
  input: ChoiceInput,
  engineered: readonly EngineeredFeature[],
  folds: Uint8Array,
  budget: Budget,
): Promise<CountChoice | undefined> {
  const { rows, settings, tuning } = input;
  if (tuning.select === 'none') return undefined;
  const { labels, weights } = rows;
  const deadline = new Deadline(budget.now, remaining(budget));
  try {
    const tables = await tablesOf(input, { engineered }, splitsOf(folds));
    return await chooseCount({
      method: tuning.select,
      matrix: tables.matrix,
      binned: tables.binned,
      labels,
      ...(weights === undefined ? {} : { weights }),
      splits: tables.folds.map(({ rows: training, validationRows, matrix, binned }) => ({
        rows: training,
        validationRows,
        ...(tables.labelled ? { matrix, binned } : {}),
      })),
      seed: settings.options.seed,
      pool: settings.pool,
      stop: deadline.stop,
    });
  } catch (error) {
    // The caller's own signal is not the end of the time.
    if (!deadline.isOver || input.signal?.aborted === true || !isInterruption(error)) throw error;
    return undefined;
  } finally {
    deadline.end();
  }
}

/** Of this thread or of a worker, whose errors have the code alone. */
function isInterruption(error: unknown): boolean {
  return error instanceof VerdictError && error.code === new Interrupted().code;
}

/** The table as each split sees it. */
export async function tablesOf(
  { rows, settings }: ChoiceInput,
  making: Making,
  splits: readonly FoldRows[],
): Promise<FoldTables> {
  const { dataset, labels, weights, groups } = rows;
  const { schema, minimumCount, options, pool } = settings;
  return recipeTables({
    dataset,
    schema,
    labels,
    weights,
    groups,
    recipe: making,
    splits,
    minimumCount,
    seed: options.seed,
    pool,
  });
}
