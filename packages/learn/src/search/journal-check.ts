import { canonicalJson } from '../json/canonical-json.ts';
import type { Configuration } from './configuration.ts';
import type { FoldsData } from './folds-data.ts';
import { followedMetric, isBetter, metricRange, scoreMargins } from './metric.ts';
import type { SearchMetric } from './metric.ts';
import type { Proposal } from './proposer.ts';
import { summarise } from './trial.ts';
import type { Trial } from './trial.ts';

/** What the trials of a journal are held against. */
export interface JournaledBy {
  readonly data: FoldsData;
  readonly metric: SearchMetric;
  /** What this search proposes in the place of the trial. */
  readonly proposal: Proposal;
}

/** Figures are written with all digits; only another machine's exponential function may differ in the last ones. */
const TOLERANCE = 1e-9;
/** The engine follows the log loss in single precision. */
const CURVE_TOLERANCE = 1e-3;
const MOST_SECONDS = 30 * 24 * 3600;

/** The configuration of one of the trials that a proposal makes. */
export function configurationAt({ configuration, checkpoints }: Proposal, stage: number): Configuration {
  return checkpoints === undefined ? configuration : { ...configuration, rounds: checkpoints[stage] };
}

/**
 * What is wrong with a trial that a journal tells of, as the end of a sentence; undefined if nothing is. Scores are
 * computed again from the out-of-fold margins, where each row is judged once; rounds and the way a trial ended from its
 * curve. What is left has bounds: the curve, the scores of trials without margins or of repeated folds, and the time.
 *
 * @param stage place of the trial among those of its training
 */
export function wrongInTrial(trial: Trial, stage: number, by: JournaledBy): string | undefined {
  const { proposal } = by;
  if (
    trial.source !== proposal.source ||
    canonicalJson(trial.configuration) !== canonicalJson(configurationAt(proposal, stage))
  )
    return ' is not what this search proposes';
  if (!(trial.seconds >= 0 && trial.seconds <= MOST_SECONDS)) return ': nothing takes so many seconds';
  if ((trial.status === 'failed') !== (trial.problem !== undefined))
    return ': a problem belongs to a trial that failed, and to no other';
  return trial.status === 'failed'
    ? wrongInFailure(trial)
    : (wrongInCurve(trial, by) ?? wrongInScores(trial, by));
}

/** A trial that failed has no figures. */
function wrongInFailure({ score, deviation, foldScores, rounds, curve, oof }: Trial): string | undefined {
  const empty = foldScores.length === 0 && curve.length === 0 && oof.length === 0 && rounds === 0;
  return empty && Number.isNaN(score) && Number.isNaN(deviation) ? undefined : ' has failed, and has figures';
}

/** The curve says how a training ends, and after which round it is scored. */
function wrongInCurve({ curve, configuration, status, rounds }: Trial, by: JournaledBy): string | undefined {
  const followed = followedMetric(by.metric);
  const { low, high } = metricRange(followed);
  if (!curve.every((value) => value >= low && value <= high))
    return `: its curve holds what is no ${followed}`;
  const end = endOf(curve, configuration, by.proposal, followed);
  return end?.status === status && end.rounds === rounds
    ? undefined
    : ': its status and rounds are not those of its curve';
}

/** What training does with such a curve; undefined if it would go on, or would have ended before. */
function endOf(
  curve: readonly number[],
  { rounds: last, earlyStoppingRounds }: Configuration,
  { pruning = [] }: Proposal,
  followed: SearchMetric,
): Pick<Trial, 'status' | 'rounds'> | undefined {
  let best = 1;
  for (let rounds = 1; rounds <= curve.length; rounds++) {
    if (isBetter(followed, curve[rounds - 1], curve[best - 1])) best = rounds;
    const point = pruning.find((one) => one.rounds === rounds);
    const status =
      rounds === last || rounds - best >= (earlyStoppingRounds ?? Infinity)
        ? 'complete'
        : point !== undefined && isBetter(followed, point.worst, curve[best - 1])
          ? 'pruned'
          : undefined;
    if (status === undefined) continue;
    if (rounds < curve.length) return undefined;
    return { status, rounds: earlyStoppingRounds === undefined ? rounds : best };
  }
  return undefined;
}

function wrongInScores(trial: Trial, { data, metric }: JournaledBy): string | undefined {
  const { foldScores, score, deviation, oof, status, curve, rounds, configuration } = trial;
  const { low, high } = metricRange(metric);
  if (foldScores.length !== data.folds.length) return ': it was judged on another number of folds';
  if (!foldScores.every((value) => value >= low && value <= high))
    return `: its scores hold what is no ${metric}`;
  const mean = summarise(foldScores);
  if (mean.score !== score || mean.deviation !== deviation)
    return ': its score and deviation are not those of its folds';
  if (status === 'pruned') {
    if (oof.length > 0) return ' was given up, and has out-of-fold margins';
  } else {
    const wrong = wrongInMargins(trial, data, metric);
    if (wrong !== undefined) return wrong;
  }
  // With DART, trees are weighed anew after the round that the curve tells of.
  const told = followedMetric(metric) === metric && configuration.params.booster !== 'dart';
  return told && !near(score, curve[rounds - 1], CURVE_TOLERANCE)
    ? ': its score is not that of its curve'
    : undefined;
}

function wrongInMargins(
  { oof, foldScores }: Trial,
  data: FoldsData,
  metric: SearchMetric,
): string | undefined {
  const { labels, weights, folds } = data;
  const judged = new Uint32Array(labels.length);
  for (const { validationRows } of folds) for (const row of validationRows) judged[row]++;
  if (
    oof.length !== labels.length ||
    !oof.every((margin, row) => (judged[row] > 0 ? Number.isFinite(margin) : Number.isNaN(margin)))
  )
    return ': it has not one out-of-fold margin for each row that is judged';
  // What repeated folds keep is the mean of several margins: the scores of each cannot be told from it.
  if (judged.some((count) => count > 1)) return undefined;
  const same = folds.every(({ validationRows }, fold) => {
    const found = scoreMargins(
      metric,
      Uint8Array.from(validationRows, (row) => labels[row]),
      Float32Array.from(validationRows, (row) => oof[row]),
      weights && Float64Array.from(validationRows, (row) => weights[row]),
    );
    return near(found, foldScores[fold], TOLERANCE);
  });
  return same ? undefined : ': its scores are not those of its out-of-fold margins';
}

function near(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));
}
