import { InvalidOption } from '@verdict/core';
import { parseMetric, strategies } from '../search/index.ts';
import type { Grid, SearchMetric, SearchSpace, Strategy, Trial } from '../search/index.ts';
import type { SelectionMethod } from '../selection/index.ts';
import type { ValidationScheme } from '../validation/index.ts';
import type { ModelOptions } from '../training/index.ts';

/** How a model is searched for; the rest as in a plain training. */
export interface TuneOptions extends ModelOptions {
  /** Default `tpe`. */
  readonly strategy?: Strategy;
  /** Parameters and the values to try of each (`readGrid`); of strategy `grid`, which needs it. */
  readonly grid?: Grid;
  /** Where `random`, `halving` and `tpe` look; default the space that docs/search.md describes. */
  readonly space?: SearchSpace;
  /** Number of trials; then the result is the same whatever the speed and the threads. Default: as many as fit. */
  readonly trials?: number;
  /** Seconds of wall time for all of the work, from `started` on; default 300 without `trials`. */
  readonly budget?: number;
  /** What trials are ranked by; default log loss. */
  readonly metric?: SearchMetric;
  /** `auto` tries engineered features and keeps those that pay out of fold; default `auto`. */
  readonly engineering?: 'auto' | 'none';
  /** How features are ranked, if some are to be left out; default `none`. */
  readonly select?: SelectionMethod | 'none';
  /** Blend several learners where that is proven to be better; default true. */
  readonly ensemble?: boolean;
  /** How trials are validated; default the folds of the model that ships. */
  readonly scheme?: ValidationScheme;
  /** Repeat all choices in so many outer folds, to say how optimistic they are; default 0, none. */
  readonly outerFolds?: number;
  /** Where finished trials are written down. */
  readonly journal?: { readonly file: string; readonly resume: boolean };
  /** Milliseconds of a clock that only goes forward; default that of the process. */
  readonly now?: () => number;
  /**
   * Seconds of computing that the process has used, all threads together; default that of the process, and with a
   * budget the speed of the machine is measured.
   */
  readonly cpu?: () => number;
  /** When the budget began, by that clock; default: when the search is called. */
  readonly started?: number;
  /**
   * Seconds of computing, of all threads together, that the caller needs after the model is made, such as for drawing;
   * on an AMD EPYC of 2025. What they take of wall time on this machine is estimated and taken from the budget.
   */
  readonly afterwards?: number;
  /** Called after every trial. */
  readonly onTrial?: (trial: Trial, progress: SearchProgress) => void;
}

/** How far a search has come, for a leaderboard. */
export interface SearchProgress {
  readonly metric: SearchMetric;
  /** All trials so far, best first; incomplete ones come last. */
  readonly ranking: readonly Trial[];
  readonly elapsedSeconds: number;
  readonly budgetSeconds: number | undefined;
  readonly trials: number | undefined;
}

/** Options of a search with defaults filled in. */
export interface CheckedTuning {
  readonly strategy: Strategy;
  readonly grid: TuneOptions['grid'];
  readonly space: TuneOptions['space'];
  readonly trials: number | undefined;
  readonly budget: number | undefined;
  readonly metric: SearchMetric;
  readonly engineering: 'auto' | 'none';
  readonly select: SelectionMethod | 'none';
  readonly ensemble: boolean;
  readonly scheme: ValidationScheme | undefined;
  readonly outerFolds: number;
}

const DEFAULT_BUDGET = 300;
const MOST_TRIALS = 100_000;
const MOST_OUTER_FOLDS = 20;

/** Fills in defaults and checks bounds; throws InvalidOption. */
export function checkTuning(options: TuneOptions): CheckedTuning {
  const { strategy = 'tpe', grid, trials, outerFolds = 0 } = options;
  if (!strategies.includes(strategy)) refuse('search', strategy, `one of ${strategies.join(', ')}`);
  if ((strategy === 'grid') !== (grid !== undefined))
    refuse(
      'grid',
      grid,
      strategy === 'grid' ? 'a grid of values to try' : 'left out unless the search is a grid',
    );
  if (trials !== undefined && !(Number.isInteger(trials) && trials >= 1 && trials <= MOST_TRIALS))
    refuse('trials', trials, `a whole number from 1 to ${MOST_TRIALS}`);
  // A grid is done when all of it is done.
  const unbounded = trials !== undefined || strategy === 'grid';
  const budget = options.budget ?? (unbounded ? undefined : DEFAULT_BUDGET);
  if (budget !== undefined && !(budget > 0 && budget < Infinity))
    refuse('budget', budget, 'a number of seconds above 0');
  if (!(
    Number.isInteger(outerFolds) &&
    outerFolds !== 1 &&
    outerFolds >= 0 &&
    outerFolds <= MOST_OUTER_FOLDS
  ))
    refuse('outer-folds', outerFolds, `0, or a whole number from 2 to ${MOST_OUTER_FOLDS}`);
  const metric = parseMetric(options.metric ?? 'log_loss');
  const { space, engineering = 'auto', select = 'none', ensemble = true, scheme } = options;
  return { strategy, grid, space, trials, budget, metric, engineering, select, ensemble, scheme, outerFolds };
}

function refuse(option: string, got: unknown, expected: string): never {
  throw new InvalidOption({ option, got, expected });
}
