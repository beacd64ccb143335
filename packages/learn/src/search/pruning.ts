import { roundsFor } from './configuration.ts';
import type { Configuration } from './configuration.ts';
import { compareScores, followedMetric } from './metric.ts';
import type { SearchMetric } from './metric.ts';
import type { Trial } from './trial.ts';

/** After `rounds` rounds a trial whose best value so far is worse than `worst` is given up. */
export interface PruningPoint {
  readonly rounds: number;
  /** A value of the followed metric. */
  readonly worst: number;
}

/** Which share of the trials goes on from one rung to the next (Li et al. 2018, section 3: eta). */
const REDUCTION = 3;
/**
 * Progress (rounds times learning rate) at which halving compares trials: after 45, 135 and 405 rounds at 0.1. Earlier,
 * the order of trials says little of their final order, or the contrary: deep trees learn fast and end worse than
 * shallow ones (`bench/search/rungs.ts`; Spearman's correlation at 1 was -0.7 to 0, at 4.5 0.4 to 0.9).
 */
const halvingRungs: readonly number[] = [4.5, 13.5, 40.5];
/** The same for the median rule, which is to give up nothing that may win: at 9 the correlation was 0.85 and more. */
const medianRungs: readonly number[] = [9, 13.5, 20, 30];

/** Trials that must have been seen before the median means anything (as in Optuna's MedianPruner). */
const FEWEST_SEEN = 5;

/**
 * Asynchronous successive halving (Jamieson and Talwalkar 2016; Li et al. 2018, arXiv 1810.05934, with the decision
 * made at once, as Optuna's SuccessiveHalvingPruner): at each rung a trial goes on if it is in the best third of those
 * that it can see there and itself; a rung with fewer than three keeps the best.
 */
export function halvingPoints(
  configuration: Configuration,
  visible: readonly Trial[],
  metric: SearchMetric,
): PruningPoint[] {
  return pointsBy(configuration, visible, metric, halvingRungs, (values) => {
    const survivors = Math.max(1, Math.floor((values.length + 1) / REDUCTION));
    return values[survivors - 1];
  });
}

/**
 * The median stopping rule (Golovin et al. 2017, "Google Vizier", section 3.2.2): a trial is given up where its best
 * value so far is worse than the median of what the trials that it can see had reached by then. Compared is at equal
 * progress, and only where at least five were seen.
 */
export function medianPoints(
  configuration: Configuration,
  visible: readonly Trial[],
  metric: SearchMetric,
): PruningPoint[] {
  return pointsBy(configuration, visible, metric, medianRungs, (values) =>
    values.length < FEWEST_SEEN ? undefined : values[Math.floor(values.length / 2)],
  );
}

/** @param choose the worst value that goes on, from those that were seen at a rung, best first */
function pointsBy(
  configuration: Configuration,
  visible: readonly Trial[],
  metric: SearchMetric,
  rungs: readonly number[],
  choose: (values: readonly number[]) => number | undefined,
): PruningPoint[] {
  const followed = followedMetric(metric);
  const points: PruningPoint[] = [];
  for (const progress of rungs) {
    const rounds = roundsFor(progress, configuration);
    if (rounds >= configuration.rounds) break;
    const values = visible
      .map((trial) => valueAt(trial, progress, followed))
      .filter((value) => value !== undefined)
      .sort((a, b) => compareScores(followed, a, b));
    const worst = choose(values);
    if (worst !== undefined && points.at(-1)?.rounds !== rounds) points.push({ rounds, worst });
  }
  return points;
}

/** The best value that a trial had by then; undefined if it was given up before. */
function valueAt(trial: Trial, progress: number, followed: SearchMetric): number | undefined {
  const rounds = roundsFor(progress, trial.configuration);
  if (trial.curve.length < rounds && trial.status !== 'complete') return undefined;
  let best: number | undefined;
  for (const value of trial.curve.slice(0, rounds)) {
    if (best === undefined || compareScores(followed, value, best) < 0) best = value;
  }
  return best;
}
