import { Interrupted, VerdictError } from '@verdict/core';
import { kindOf } from '../ensemble/index.ts';
import type { EngineeredFeature } from '../features/index.ts';
import { Deadline, rankTrials, searchTrials } from '../search/index.ts';
import type { SearchResult, Trial } from '../search/index.ts';
import { chooseCount } from '../selection/index.ts';
import type { CountChoice } from '../selection/index.ts';
import {
  assignFolds,
  defaultRecipe,
  fitMembers,
  fitRecipe,
  foldTables,
  share,
  splitsOf,
} from '../training/index.ts';
import type { CrossFit, FitSettings, FoldRows, FoldTables, Recipe, Rows } from '../training/index.ts';
import { makeSplits } from '../validation/index.ts';
import { elapsed, remaining, shorten, startPace, timed } from './budget.ts';
import type { Budget } from './budget.ts';
import { chooseMembers, memberOf } from './choose-members.ts';
import { chooseFeatures } from './feature-stage.ts';
import type { FeatureChoice } from './feature-stage.ts';
import { defaultTrialSeconds, finishingSeconds, shareTogether, warmSeconds } from './finishing.ts';
import type { Pace } from './finishing.ts';
import { requireScheme } from './scheme-check.ts';
import type { SearchSummary, TrialSummary } from './search-summary.ts';
import type { CheckedTuning, TuneOptions } from './tune-options.ts';

/** What a search on some rows has chosen for all rows. */
export interface Choice {
  readonly recipe: Recipe;
  /** What plain training makes of the same rows. */
  readonly plain: CrossFit;
  readonly summary: Omit<SearchSummary, 'outOfFold'>;
}

export interface ChoiceInput {
  readonly rows: Rows;
  readonly settings: FitSettings;
  readonly tuning: CheckedTuning;
  readonly budget: Budget;
  /** Seconds of computing at the end of the budget that are for what comes after the fits. */
  readonly afterwards: number;
  readonly journal?: TuneOptions['journal'];
  readonly signal?: AbortSignal | undefined;
  readonly onTrial?: TuneOptions['onTrial'];
}

/** The share of the time that may go to engineered features. */
const FEATURE_SHARE = 1 / 3;
/** The share of what is then left that may go to selection. */
const SELECTION_SHARE = 1 / 2;
/** Most members that time is set aside for before it is known how many there are. */
const EXPECTED_MEMBERS = 3;
/** The first trial begins however little time there is. */
const LEAST_SECONDS = 0.1;

/**
 * Chooses how a model is made, on the given rows: engineered features, the features that are kept, the parameters of
 * the trees, and whether several kinds of trees are blended. Everything that looks at labels is fitted inside folds.
 */
export async function chooseRecipe(input: ChoiceInput): Promise<Choice> {
  const { rows, settings, tuning, budget } = input;
  const fit = (some: Rows, recipe: Recipe): Promise<CrossFit> =>
    fitRecipe(some, settings, () => undefined, recipe);
  const plain = defaultRecipe(rows.dataset.rowCount);
  const { threads } = settings.pool;
  const paceNow = startPace(budget, threads);
  const { result: base, seconds: baseSeconds } = await timed(budget, () => fit(rows, plain));
  const fitSeconds = warmSeconds(baseSeconds, paceNow()) * shareTogether(settings.options.folds, threads);
  const pace = (): Pace => ({ fitSeconds, pace: paceNow(), threads });

  const featureBudget = shorten(budget, reserveFor(input, 1, pace()), FEATURE_SHARE);
  const features: FeatureChoice =
    tuning.engineering === 'none'
      ? { engineered: [], families: [], fit: base }
      : await chooseFeatures({
          rows,
          base,
          baseSeconds,
          fit,
          grow: (engineered) => growTrees(input, engineered),
          budget: featureBudget,
        });
  const folds = assignFolds(rows, settings.options);
  // What a selection leaves gets a fit of its own, for the regression.
  const selectionBudget = shorten(budget, reserveFor(input, 1, pace()) + fitSeconds, SELECTION_SHARE);
  const selection = await chooseKept(input, features.engineered, folds, selectionBudget);
  const making = {
    ...(features.engineered.length === 0 ? {} : { engineered: features.engineered }),
    ...(selection === undefined ? {} : { keep: selection.kept }),
  };
  const tables = await tablesOf(input, making, trialSplits(input, folds));
  const fitOfKept = selection === undefined ? 0 : fitSeconds;
  const reserves = Array.from(
    { length: tuning.ensemble ? EXPECTED_MEMBERS : 1 },
    (_, others) => reserveFor(input, 1 + others, pace()) + fitOfKept,
  );
  // Where time is short, trials go before members: no more is set aside for these than for the search.
  const affordable = reserves.filter((seconds) => seconds <= remaining(budget) / 2);
  const found = await runSearch(input, tables, affordable.at(-1) ?? reserves[0]);
  const linear = selection === undefined ? features.fit : await fit(rows, { ...plain, ...making });
  const { members, ensemble } = chooseMembers(input, found, linear.linearMargins, folds, pace());
  const byNumber = new Map(found.trials.map((trial) => [trial.number, trial]));
  return {
    plain: base,
    recipe: {
      ...making,
      // Without a complete trial, what plain training does is the best that is known.
      members:
        members.length === 0
          ? plain.members
          : members.map(({ trial, weight }) => memberOf(byNumber.get(trial)!, weight)),
    },
    summary: {
      strategy: tuning.strategy,
      metric: found.metric,
      ...(tuning.scheme === undefined ? {} : { scheme: tuning.scheme }),
      trials: found.trials.map(summaryOf),
      ranking: found.ranking,
      families: features.families,
      engineered: features.fit.plan.outputs
        .map(({ name }) => name)
        .filter((name) => !base.plan.outputs.some((output) => output.name === name))
        .filter((name) => selection === undefined || selection.kept.includes(name)),
      ...(selection === undefined ? {} : { selection }),
      ...(tuning.select === 'none' || selection !== undefined ? {} : { selectionSkipped: tuning.select }),
      ...(ensemble === undefined ? {} : { ensemble }),
      members:
        members.length === 0
          ? plain.members.map(({ params, rounds, weight }) => ({
              kind: kindOf({ params, rounds }),
              weight,
              rounds,
              params: { ...params },
            }))
          : members.map(({ trial, weight }) => {
              const { configuration, rounds } = byNumber.get(trial)!;
              return { trial, kind: kindOf(configuration), weight, rounds, params: configuration.params };
            }),
      ended: endOf(tuning, found),
    },
  };
}

/** Wall seconds from the end of the search to that of the whole work. */
function reserveFor({ afterwards }: ChoiceInput, members: number, pace: Pace): number {
  const expected = new Array<number>(members).fill(defaultTrialSeconds(pace));
  return finishingSeconds(pace, expected) + afterwards * pace.pace;
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
  engineered: FeatureChoice['engineered'],
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
      labels,
      ...(weights === undefined ? {} : { weights }),
      splits: tables.folds.map(({ rows: training, validationRows, matrix }) => ({
        rows: training,
        validationRows,
        ...(tables.labelled ? { matrix } : {}),
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

/** How trials are parted into rows that train and rows that judge. */
function trialSplits({ rows, settings, tuning }: ChoiceInput, folds: Uint8Array): FoldRows[] {
  const { scheme } = tuning;
  if (scheme === undefined) return splitsOf(folds);
  requireScheme(rows, scheme);
  return makeSplits(rows, scheme, settings.options.seed).map(({ train, test }) => ({
    rows: share(train),
    validationRows: share(test),
  }));
}

/** The table as each split sees it. */
async function tablesOf(
  { rows, settings }: ChoiceInput,
  making: Pick<Recipe, 'engineered' | 'keep'>,
  splits: readonly FoldRows[],
): Promise<FoldTables> {
  const { dataset, labels, weights, groups } = rows;
  const { schema, minimumCount, options } = settings;
  return foldTables({
    dataset,
    schema,
    labels,
    weights,
    groups,
    recipe: making,
    splits,
    minimumCount,
    seed: options.seed,
  });
}

/** Tries configurations on the folds. */
async function runSearch(input: ChoiceInput, tables: FoldTables, reserve: number): Promise<SearchResult> {
  const { rows, settings, tuning, budget, journal, signal, onTrial } = input;
  const { strategy, grid, space, trials, metric } = tuning;
  const span = shorten(budget, reserve);
  const seen: Trial[] = [];
  return searchTrials({
    data: {
      labels: share(rows.labels),
      ...(rows.weights === undefined ? {} : { weights: share(Float32Array.from(rows.weights)) }),
      folds: tables.folds.map(({ binned, rows: training, validationRows }) => ({
        binned,
        rows: training,
        validationRows,
      })),
    },
    pool: settings.pool,
    strategy,
    metric,
    seed: settings.options.seed,
    now: budget.now,
    ...(grid === undefined ? {} : { grid }),
    ...(space === undefined ? {} : { space }),
    ...(trials === undefined ? {} : { trials }),
    // One trial begins in any case, and stops when there is no time left.
    ...(span.seconds === undefined ? {} : { budgetSeconds: Math.max(LEAST_SECONDS, remaining(span)) }),
    ...(journal === undefined ? {} : { journal }),
    ...(signal === undefined ? {} : { signal }),
    onTrial(trial) {
      seen.push(trial);
      const places = new Map(seen.map((one) => [one.number, one]));
      onTrial?.(trial, {
        metric,
        ranking: rankTrials(seen, metric).map((number) => places.get(number)!),
        elapsedSeconds: elapsed(budget),
        budgetSeconds: budget.seconds,
        trials,
      });
    },
  });
}

/** A trial without its predictions and its way there. */
function summaryOf({ oof: _oof, curve: _curve, ...trial }: Trial): TrialSummary {
  return trial;
}

/** Why the search ended. */
function endOf({ strategy, trials }: CheckedTuning, found: SearchResult): SearchSummary['ended'] {
  if (trials !== undefined && found.trials.length >= trials) return 'trials';
  return strategy === 'grid' && found.trials.every(({ status }) => status !== 'stopped') ? 'grid' : 'budget';
}
