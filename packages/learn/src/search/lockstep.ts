import { startTraining } from '@verdict/boost';
import type { CustomMetric, TrainingRun } from '@verdict/boost';
import { InvalidOption } from '@verdict/core';
import type { Configuration } from './configuration.ts';
import { foldSeed } from './folds-data.ts';
import type { FoldsData } from './folds-data.ts';
import { followedMetric, higherIsBetter, isBetter, scoreMargins } from './metric.ts';
import type { SearchMetric } from './metric.ts';
import type { PruningPoint } from './pruning.ts';
import { average, summarise } from './trial.ts';

/** What a worker thread is asked to evaluate. */
export interface TrialTask {
  readonly data: FoldsData;
  readonly configuration: Configuration;
  /** Trees of fold k are drawn by `seed + k`, unless the configuration has a seed of its own. */
  readonly seed: number;
  readonly metric: SearchMetric;
  /**
   * Numbers of rounds, ascending, at which scores are wanted: one stage for each, from one training. Without early
   * stopping a stage is the model of exactly so many rounds, with it the best of at most so many. Default: the
   * configuration's rounds.
   */
  readonly checkpoints?: readonly number[];
  /** Give up where the followed metric is worse than this. */
  readonly pruning?: readonly PruningPoint[];
  /** On shared memory; 1 in its only word stops the training within a round. */
  readonly stop?: Int32Array;
  /** Also score the rows that trained each fold. */
  readonly trainingScores?: boolean;
  /** Also give the boosters of the folds, as of the last stage. */
  readonly models?: boolean;
}

/** Scores after a number of rounds. */
export interface TrialStage {
  /** Rounds of the model that is scored: the checkpoint, or the best round before it. */
  readonly rounds: number;
  readonly score: number;
  readonly foldScores: readonly number[];
  readonly deviation: number;
  /** Out-of-fold margins of all rows; NaN where no fold validates a row, the mean where several do. */
  readonly oof: Float32Array;
  /** False if the training ended before it got there. */
  readonly reached: boolean;
}

/** What an evaluation found. */
export interface TrialOutcome {
  readonly status: 'complete' | 'pruned' | 'stopped';
  /** One for each checkpoint. */
  readonly stages: readonly TrialStage[];
  /** Mean over the folds after each round: of the followed metric, and of the log loss. */
  readonly curve: readonly number[];
  readonly logLossCurve: readonly number[];
  /** The metric on the training rows of each fold, of the last stage. */
  readonly trainingScores?: readonly number[];
  /** The boosters of the folds as UBJSON, of the last stage. */
  readonly models?: readonly Uint8Array[];
}

/** The margins of each fold's validation rows after some rounds. */
interface Snapshot {
  readonly rounds: number;
  readonly margins: readonly Float32Array[];
}

/**
 * Boosts all folds together on the calling thread, one round each in turn, and stops by their mean: one number of
 * rounds for all folds is chosen with the evidence of all rows, and the model that ships can use it.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData, OutOfResources
 */
export function trainLockstep(task: TrialTask): TrialOutcome {
  const { checkpoints = [task.configuration.rounds] } = task;
  if (checkpoints.length === 0 || checkpoints.some((rounds, i) => !(rounds > (checkpoints[i - 1] ?? 0)))) {
    const expected = 'ascending numbers of rounds, at least one';
    throw new InvalidOption({ option: 'checkpoints', got: checkpoints, expected });
  }
  const runs: TrainingRun[] = [];
  try {
    task.data.folds.forEach((_, fold) => runs.push(startFold(task, fold)));
    return new Lockstep(task, runs).run(checkpoints);
  } finally {
    for (const run of runs) run.close();
  }
}

function startFold({ data, configuration, metric, seed }: TrialTask, fold: number): TrainingRun {
  const { labels, weights, folds } = data;
  const { params } = configuration;
  const followed = followedMetric(metric);
  const own: CustomMetric = {
    name: followed,
    higherIsBetter: higherIsBetter(followed),
    evaluate: scorerOf(data, folds[fold].validationRows, followed),
  };
  return startTraining(
    { labels, ...folds[fold], ...(weights === undefined ? {} : { weights }) },
    { ...params, seed: foldSeed(params.seed ?? seed, fold) },
    followed === 'log_loss' ? {} : { metric: ['logloss', own], stopMetric: followed },
  );
}

/** The metric of some rows by their margins. */
function scorerOf(
  { labels, weights }: FoldsData,
  rows: Uint32Array,
  metric: SearchMetric,
): (margins: Float32Array) => number {
  const ownLabels = Uint8Array.from(rows, (row) => labels[row]);
  const ownWeights = weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row]);
  return (margins) => scoreMargins(metric, ownLabels, margins, ownWeights);
}

class Lockstep {
  readonly #task: TrialTask;
  readonly #runs: readonly TrainingRun[];
  readonly #followed: SearchMetric;
  readonly #curve: number[] = [];
  readonly #logLossCurve: number[] = [];
  /** Margins at the best round; with DART, whose earlier trees change, they are computed when they are wanted. */
  #best: Snapshot | undefined;
  #bestRounds = 0;

  constructor(task: TrialTask, runs: readonly TrainingRun[]) {
    this.#task = task;
    this.#runs = runs;
    this.#followed = followedMetric(task.metric);
  }

  run(checkpoints: readonly number[]): TrialOutcome {
    const { configuration, pruning = [], stop } = this.#task;
    const { earlyStoppingRounds: patience = Infinity } = configuration;
    const last = checkpoints[checkpoints.length - 1];
    const stages: TrialStage[] = [];
    let status: TrialOutcome['status'] = 'complete';
    for (let rounds = 1; rounds <= last; rounds++) {
      if (rounds > 1 && stop !== undefined && Atomics.load(stop, 0) === 1) {
        status = 'stopped';
        break;
      }
      this.#step();
      if (rounds === checkpoints[stages.length]) stages.push(this.#stage(true));
      if (rounds - this.#bestRounds >= patience) break;
      const point = pruning.find((one) => one.rounds === rounds);
      if (rounds < last && point !== undefined && isBetter(this.#followed, point.worst, this.#bestValue())) {
        status = 'pruned';
        break;
      }
    }
    const { models, trainingScores } = this.#task;
    // A training that stopped by itself has reached all stages: its best rounds are theirs.
    if (stages.length < checkpoints.length) {
      const rest = this.#stage(status === 'complete');
      while (stages.length < checkpoints.length) stages.push(rest);
    }
    const { rounds } = stages[stages.length - 1];
    return {
      status,
      stages,
      curve: this.#curve,
      logLossCurve: this.#logLossCurve,
      ...(trainingScores === true && { trainingScores: this.#scoreTraining(rounds) }),
      ...(models === true && { models: this.#runs.map((run) => run.toBooster(rounds).toUbj()) }),
    };
  }

  /** Trains a round of every fold. */
  #step(): void {
    const reports = this.#runs.map((run) => run.step());
    this.#curve.push(average(reports.map(({ validation = NaN }) => validation)));
    this.#logLossCurve.push(average(reports.map(({ metrics }) => metrics['logloss'].validation ?? NaN)));
    const { length: rounds } = this.#curve;
    if (rounds > 1 && !isBetter(this.#followed, this.#curve[rounds - 1], this.#bestValue())) return;
    this.#bestRounds = rounds;
    const { earlyStoppingRounds } = this.#task.configuration;
    this.#best = earlyStoppingRounds === undefined || this.#dart ? undefined : this.#snapshot(rounds);
  }

  get #dart(): boolean {
    return this.#task.configuration.params.booster === 'dart';
  }

  #bestValue(): number {
    return this.#curve[this.#bestRounds - 1];
  }

  #snapshot(rounds: number): Snapshot {
    return { rounds, margins: this.#runs.map((run) => run.validationMargins(rounds)) };
  }

  /** Scores the model as it stands: with early stopping that of the best round. */
  #stage(reached: boolean): TrialStage {
    const { data, metric, configuration } = this.#task;
    const { earlyStoppingRounds } = configuration;
    const rounds = earlyStoppingRounds === undefined ? this.#curve.length : this.#bestRounds;
    const { margins } = this.#best ?? this.#snapshot(rounds);
    const foldScores = data.folds.map(({ validationRows }, fold) =>
      scorerOf(data, validationRows, metric)(margins[fold]),
    );
    return { rounds, foldScores, ...summarise(foldScores), oof: outOfFold(data, margins), reached };
  }

  #scoreTraining(rounds: number): number[] {
    const { data, metric } = this.#task;
    return data.folds.map(({ binned, rows }, fold) =>
      scorerOf(data, rows, metric)(this.#runs[fold].toBooster(rounds).predictBinned(binned, rows)),
    );
  }
}

/** Margins of all rows from those of each fold's validation rows. */
function outOfFold({ labels, folds }: FoldsData, margins: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(labels.length);
  const counts = new Uint32Array(labels.length);
  folds.forEach(({ validationRows }, fold) => {
    validationRows.forEach((row, i) => {
      sums[row] += margins[fold][i];
      counts[row]++;
    });
  });
  return Float32Array.from(sums, (sum, row) => sum / counts[row]);
}
