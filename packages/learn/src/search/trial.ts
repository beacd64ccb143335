import type { Configuration } from './configuration.ts';
import { compareScores } from './metric.ts';
import type { SearchMetric } from './metric.ts';

/** Who proposed a configuration. */
export const trialSources = ['portfolio', 'grid', 'random', 'halving', 'tpe'] as const;
export type TrialSource = (typeof trialSources)[number];

/**
 * `complete`: evaluated to its end. `pruned`: given up, since others were better by that round. `stopped`: the time
 * was up. `failed`: the engine refused the configuration, or memory did not suffice.
 */
export const trialStatuses = ['complete', 'pruned', 'stopped', 'failed'] as const;
export type TrialStatus = (typeof trialStatuses)[number];

/** One configuration and what it reached on all folds. */
export interface Trial {
  /** From 0, in the order of the proposals. */
  readonly number: number;
  readonly configuration: Configuration;
  readonly source: TrialSource;
  readonly status: TrialStatus;
  /** Mean of `foldScores`, as the metric has it (a loss is not negated); NaN if the trial failed. */
  readonly score: number;
  /** The metric on the validation rows of each fold after `rounds` rounds. */
  readonly foldScores: readonly number[];
  /** Population standard deviation of `foldScores`, as NumPy's `std`. */
  readonly deviation: number;
  /** Rounds that the scores belong to, the same in all folds; of a pruned or stopped trial the best ones so far. */
  readonly rounds: number;
  /** Mean over the folds of the followed metric (`followedMetric`) after each round that was trained. */
  readonly curve: readonly number[];
  /**
   * Out-of-fold margins of all rows after `rounds` rounds: NaN where no fold validates a row, the mean where several
   * do. Empty for trials that were pruned or failed.
   */
  readonly oof: Float32Array;
  /** What it took, by the clock that the search was given. */
  readonly seconds: number;
  /** Why it failed. */
  readonly problem?: string;
}

/** What a search found. */
export interface SearchResult {
  /** By number. */
  readonly trials: readonly Trial[];
  /** Numbers of the trials, best first; complete ones before all others. */
  readonly ranking: readonly number[];
  readonly metric: SearchMetric;
}

/** Numbers of trials, best first: complete ones before all others, the earlier of equals first, failed ones last. */
export function rankTrials(trials: readonly Trial[], metric: SearchMetric): number[] {
  const late = ({ status }: Trial): number => (status === 'complete' ? 0 : 1);
  return [...trials]
    .sort((a, b) => late(a) - late(b) || compareScores(metric, a.score, b.score) || a.number - b.number)
    .map(({ number }) => number);
}

/** Mean and population standard deviation. */
export function summarise(scores: readonly number[]): { readonly score: number; readonly deviation: number } {
  const mean = average(scores);
  return { score: mean, deviation: Math.sqrt(average(scores.map((value) => (value - mean) ** 2))) };
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
