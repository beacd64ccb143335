import type { CrossFit, Recipe, TrainedModel, TrainingTable } from '../training/index.ts';
import { fitRecipe, makeModel } from '../training/index.ts';
import { gapOf } from '../validation/index.ts';
import type { Budget } from './budget.ts';
import { shorten } from './budget.ts';
import { chooseRecipe } from './choose-recipe.ts';
import { chosenBySearch } from './chosen-by-search.ts';
import { measureSlowness } from './machine-speed.ts';
import { scoreOutOfFold } from './model-score.ts';
import { searchNested } from './nested.ts';
import type { SearchSummary } from './search-summary.ts';
import { checkTuning } from './tune-options.ts';
import type { TuneOptions } from './tune-options.ts';

/** A model that was searched for, and how. */
export interface TunedModel extends TrainedModel {
  readonly search: SearchSummary;
}

/**
 * Searches for the best model of a yes/no column, then judges and explains it as `trainModel` does.
 *
 * Everything is chosen on the rows that do not judge: engineered features, features to keep, parameters, the
 * ensemble. The model that ships is made by what was chosen, of all rows. With `trials` the result depends on the
 * data, the options and the seed alone; with a budget also on how fast the machine is.
 *
 * @throws InvalidOption, InsufficientData, Interrupted
 */
export async function tuneModel(table: TrainingTable, options: TuneOptions = {}): Promise<TunedModel> {
  const tuning = checkTuning(options);
  const now = options.now ?? (() => performance.now());
  const started = options.started ?? now();
  const seconds = tuning.budget;
  const { cpu = processSeconds } = options;
  // A second of a given clock of computing is what that says.
  const slowness = seconds === undefined || options.cpu !== undefined ? 1 : measureSlowness();
  const budget: Budget = { now, started, seconds, cpu, slowness };
  const { afterwards = 0, journal, signal, onTrial } = options;
  const { promise: chosen, resolve, reject } = Promise.withResolvers<Recipe>();
  // Whoever waits hears of a failure; it must not count as one that nobody has heard of while nobody waits yet.
  chosen.catch(() => undefined);
  const gap = gapOf(tuning.scheme);
  let summary: SearchSummary | undefined;
  const trained = await makeModel(table, { calibration: 'auto', ...options, gap }, (settings) => {
    const { outerFolds } = tuning;
    let rowsToFit = 0;
    return {
      tasks: () => 1,
      async fit(rows, chooses, onTask) {
        rowsToFit += rows.labels.length;
        if (!chooses) {
          const fit = await fitRecipe(rows, settings, () => undefined, await chosen);
          onTask();
          return fit;
        }
        try {
          const common = { settings, tuning, signal };
          const choice = await chooseRecipe({
            ...common,
            rows,
            budget,
            share: 1 / (outerFolds + 1),
            fits: () => rowsToFit / rows.labels.length,
            explains: options.explain !== false,
            afterwards,
            journal,
            onTrial,
          });
          const nested =
            outerFolds === 0
              ? undefined
              : await searchNested({
                  rows,
                  settings,
                  outerFolds,
                  gap,
                  metric: tuning.metric,
                  choose: (own, fold) =>
                    chooseRecipe({
                      ...common,
                      rows: own,
                      budget: shorten(budget, choice.finishingSeconds),
                      share: 1 / (outerFolds - fold),
                      fits: () => 1,
                      explains: false,
                      afterwards: 0,
                    }),
                });
          const { recipe, tables } = choice;
          resolve(recipe);
          const fit = choice.fit ?? (await fitRecipe(rows, settings, () => undefined, recipe, tables));
          onTask();
          const score = (made: CrossFit): number =>
            scoreOutOfFold(tuning.metric, made, rows, settings.options);
          summary = {
            ...choice.summary,
            outOfFold: { chosen: score(fit), plain: score(choice.plain) },
            ...(nested === undefined ? {} : { nested: nested.outcome }),
          };
          // Windows of time leave the earliest rows unjudged.
          const complete = nested !== undefined && !nested.probabilities.some(Number.isNaN);
          return complete ? { ...fit, outer: nested } : fit;
        } catch (error) {
          reject(error);
          throw error;
        }
      },
      searched: () => chosenBySearch(summary!),
    };
  });
  return { ...trained, search: summary! };
}

function processSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
