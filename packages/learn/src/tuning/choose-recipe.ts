import { kindOf } from '../ensemble/index.ts';
import { rankTrials, searchTrials } from '../search/index.ts';
import type { SearchResult, Trial } from '../search/index.ts';
import { assignFolds, defaultRecipe, fitRecipe, share, splitsOf } from '../training/index.ts';
import type { CrossFit, FoldRows, FoldTables, Recipe, Rows } from '../training/index.ts';
import { makeSplits } from '../validation/index.ts';
import type { ValidationScheme } from '../validation/index.ts';
import { elapsed, remaining, shorten, timed } from './budget.ts';
import type { Budget } from './budget.ts';
import type { ChoiceInput } from './choice-input.ts';
import { chooseMaking, makingOf, tablesOf } from './choose-making.ts';
import { chooseMembers, growingOf, memberOf } from './choose-members.ts';
import type { FeatureRecord } from './feature-record.ts';
import type { Growing } from './finishing.ts';
import { FinishingEstimate } from './finishing-estimate.ts';
import { requireScheme } from './scheme-check.ts';
import type { SearchSummary, TrialSummary } from './search-summary.ts';
import type { CheckedTuning } from './tune-options.ts';

/** What a search on some rows has chosen for all rows. */
export interface Choice {
  readonly recipe: Recipe;
  /** What the recipe makes of the same rows, if that is known already. */
  readonly fit?: CrossFit;
  /** The recipe's features on the folds of the same rows. */
  readonly tables: FoldTables;
  /** Wall seconds that the budget must have room for after all choices. */
  readonly finishingSeconds: number;
  /** What plain training makes of the same rows. */
  readonly plain: CrossFit;
  readonly summary: Omit<SearchSummary, 'outOfFold'>;
}

/** Most members that time is set aside for before it is known how many there are. */
const EXPECTED_MEMBERS = 3;
/** Seconds of computing, of one thread, that choosing an ensemble takes before it is known how many. */
const CHOOSING = 0.65;
/** By so much of it what is chosen in the end may overrun, since estimates have moved since room was kept for it. */
const TOLERANCE = 0.3;
/** Of so many best trials one is likely to be the best in the end. */
const CONTENDERS = 3;
/** The first trial begins however little time there is. */
const LEAST_SECONDS = 0.1;

/**
 * Chooses how a model is made, on the given rows: engineered features, the features that are kept, the parameters of
 * the trees, and whether several kinds of trees are blended. Everything that looks at labels is fitted inside folds.
 */
export async function chooseRecipe(input: ChoiceInput): Promise<Choice> {
  const { rows, settings, tuning, budget } = input;
  const taken = new WeakMap<CrossFit, number>();
  const fit = async (some: Rows, recipe: Recipe, made?: FoldTables): Promise<CrossFit> => {
    const { result, seconds } = await timed(budget, () =>
      fitRecipe(some, settings, () => undefined, recipe, made),
    );
    taken.set(result, seconds);
    return result;
  };
  const plain = defaultRecipe(rows.dataset.rowCount);
  const finishing = new FinishingEstimate(input);
  const base = await fit(rows, plain);
  const baseSeconds = taken.get(base)!;
  finishing.learnFirst(baseSeconds);

  const folds = assignFolds(rows, settings.options);
  const { fitSeconds } = finishing;
  const begun = { base, baseSeconds, fitSeconds, fit, folds, reserve: () => finishing.ofDefault(1) };
  const { record, fit: wide } = await chooseMaking(input, begun);
  const { selection } = record;
  if (wide !== base) finishing.learn(taken.get(wide)!);
  const { length: width } = wide.plan.outputs;
  if (selection !== undefined && width > 0) finishing.narrow(selection.kept.length / width);
  const making = makingOf(record);
  const { result: tables, seconds: tableSeconds } = await timed(budget, () =>
    tablesOf(input, making, splitsOf(folds)),
  );
  finishing.know(tables.labelled);
  if (making.selection !== undefined) finishing.rank(tableSeconds);
  const trialTables =
    tuning.scheme === undefined ? tables : await tablesOf(input, making, schemeSplits(input, tuning.scheme));
  const fitOfKept = making.selection === undefined ? 0 : finishing.fitSeconds;
  let choosing = tuning.ensemble ? finishing.wall(CHOOSING) : 0;
  const reserves = Array.from(
    { length: tuning.ensemble ? EXPECTED_MEMBERS : 1 },
    // It is chosen twice: when the search might end, and when it has.
    (_, others) => finishing.ofDefault(1 + others) + fitOfKept + 2 * choosing,
  );
  // Where time is short, trials go before members: no more is set aside for these than for the search.
  const affordable = reserves.filter((seconds) => seconds <= remaining(budget) / 2);
  // Choosing looks at many blends, and must find the same of each: how long it takes, and what is left, is asked once.
  const choose = (
    trials: SearchResult,
    { linearMargins }: CrossFit,
    spare: number,
  ): ReturnType<typeof chooseMembers> => {
    const begin = elapsed(budget);
    const room = remaining(budget) - choosing - spare;
    const secondsOf = finishing.now();
    const chosen = chooseMembers(input, trials, linearMargins, folds, (members) => secondsOf(members) < room);
    if (chosen.ensemble !== undefined) choosing = elapsed(budget) - begin;
    return chosen;
  };
  const first = shorten(budget, affordable.at(-1) ?? reserves[0], input.share);
  // What was set aside goes back to the search as far as what is best so far does not need it. A single model may yet
  // give way to a slower one. Choosing once more takes as long again, and must not find that what is best has no room.
  const extension = (found: SearchResult): number => {
    const { members, ensemble } = choose(found, wide, choosing + fitOfKept);
    const secondsOf = finishing.now();
    const needed =
      ensemble?.kept === true
        ? secondsOf(growingsOf(found, members))
        : Math.max(
            finishing.ofDefault(1),
            ...contendersOf(found).map((trial) => secondsOf([growingOf(trial)])),
          );
    const last = shorten(budget, needed + fitOfKept + choosing, input.share);
    return Math.max(0, remaining(last) - remaining(first));
  };
  const found = await runSearch(
    input,
    trialTables,
    first,
    record,
    affordable.length > 1 ? extension : undefined,
  );
  const linear = making.selection === undefined ? wide : await fit(rows, { ...plain, ...making }, tables);
  const { members, ensemble } = choose(found, linear, -finishing.wall(TOLERANCE));
  const byNumber = new Map(found.trials.map((trial) => [trial.number, trial]));
  return {
    plain: base,
    tables,
    ...(members.length === 0 ? { fit: linear } : {}),
    finishingSeconds: finishing.now()(growingsOf(found, members)),
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
      families: record.families,
      engineered: wide.plan.outputs
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

/** The trials of some numbers. */
function trialsOf({ trials }: SearchResult, numbers: readonly number[]): Trial[] {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  return numbers.map((number) => byNumber.get(number)!);
}

/** What growing the trees of some members took. */
function growingsOf(found: SearchResult, members: readonly { readonly trial: number }[]): Growing[] {
  return trialsOf(
    found,
    members.map(({ trial }) => trial),
  ).map(growingOf);
}

/** The best complete trials. */
function contendersOf(found: SearchResult): Trial[] {
  return trialsOf(found, found.ranking)
    .filter(({ status }) => status === 'complete')
    .slice(0, CONTENDERS);
}

/** How trials are parted into rows that train and rows that judge, where a scheme says it. */
function schemeSplits({ rows, settings }: ChoiceInput, scheme: ValidationScheme): FoldRows[] {
  requireScheme(rows, scheme);
  return makeSplits(rows, scheme, settings.options.seed).map(({ train, test }) => ({
    rows: share(train),
    validationRows: share(test),
  }));
}

/** Tries configurations on the folds. */
async function runSearch(
  input: ChoiceInput,
  tables: FoldTables,
  span: Budget,
  record: FeatureRecord,
  extension: ((found: SearchResult) => number) | undefined,
): Promise<SearchResult> {
  const { rows, settings, tuning, budget, journal, signal, onTrial } = input;
  const { strategy, grid, space, trials, metric } = tuning;
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
    ...(span.seconds === undefined
      ? {}
      : {
          budgetSeconds: Math.max(LEAST_SECONDS, remaining(span)),
          ...(extension && {
            extension: (found) => extension({ trials: found, ranking: rankTrials(found, metric), metric }),
          }),
        }),
    ...(journal === undefined ? {} : { journal: { ...journal, note: record } }),
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
