import { Interrupted, InvalidOption } from '@verdict/core';
import type { Booster } from './booster.ts';
import { Crew } from './crew.ts';
import type { Helpers } from './crew.ts';
import { listMetrics } from './evaluation.ts';
import type { MetricHistory } from './evaluation.ts';
import { isModule } from './function-module.ts';
import { resolveRates } from './learning-rates.ts';
import { resolveParams } from './params.ts';
import type { Params, ParamsInput } from './params.ts';
import { threadsWhileBlocked } from './pool.ts';
import { prepareJob } from './prepared-job.ts';
import type { PreparedJob } from './prepared-job.ts';
import { checkData, checkOptions } from './training-data.ts';
import type { JobData, TrainingData, TrainingOptions } from './training-data.ts';
import { TrainingJob } from './training-job.ts';
import type { JobOptions } from './training-job.ts';

/** What training found. */
export interface TrainingResult {
  /** All trees; with early stopping those up to the best round, unless `keepAll`. */
  readonly booster: Booster;
  /** The best round by early stopping, from 0; the last round without it. */
  readonly bestIteration: number;
  /** The metrics after every round that was trained. */
  readonly history: MetricHistory;
  /** Margins after round `bestIteration`, aligned with `validationRows`. */
  readonly validationMargins?: Float32Array;
}

/**
 * Trains on the calling thread.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData, OutOfResources, Interrupted
 * @example
 * const binned = binMatrix(matrix);
 * const { booster } = trainSync({ binned, labels }, { max_depth: 4, learning_rate: 0.1 }, { rounds: 100 });
 */
export function trainSync(data: TrainingData, params: ParamsInput, options: TrainingOptions): TrainingResult {
  checkOptions(data, options);
  refuseModules(options);
  const resolved = resolveParams(params);
  const threads = usefulThreads(data, options, threadsWhileBlocked(options.threads ?? 1));
  return trainWith(threads, data, resolved, options);
}

/**
 * @throws InvalidOption if the objective or a metric is a module's function
 *
 * @internal
 */
export function refuseModules(options: Pick<JobOptions, 'objective' | 'metric'>): void {
  const metrics = listMetrics(options.metric, 'binary:logistic');
  const functions = [
    options.objective,
    ...metrics.map((metric) => (typeof metric === 'string' ? metric : metric.evaluate)),
  ];
  const module = functions.find(isModule);
  if (module === undefined) return;
  const expected = 'a function; a module is for train, whose thread loads it';
  throw new InvalidOption({ option: 'objective or metric', got: String(module.module), expected });
}

/**
 * Trains with that many threads, or with the helpers that are given.
 *
 * @internal
 */
export function trainWith(
  threads: number | Helpers,
  data: TrainingData,
  params: Params,
  options: TrainingOptions,
): TrainingResult {
  checkData(data, params, options);
  if (options.signal?.aborted === true) throw new Interrupted();
  const job = prepareJob(data, params, typeof threads === 'number' ? threads : threads.helpers.length + 1);
  const result = trainPrepared(threads, job, data, params, options);
  // After a failure other threads may still write to the memory: then it is not used again.
  job.workspace.release();
  return result;
}

/**
 * Trains in memory that has been prepared for that many threads.
 *
 * @internal
 */
export function trainPrepared(
  threads: number | Helpers,
  job: PreparedJob,
  data: JobData,
  params: Params,
  options: TrainingOptions,
): TrainingResult {
  const { workspace, space } = job;
  space.fill(workspace, data);
  return Crew.use(workspace, threads, (crew) =>
    runJob(new TrainingJob({ ...job, crew, data, params, options }), params, options),
  );
}

/** Cells that are worth a thread. */
const LEAST_CELLS = 50_000;

/**
 * Threads that a job can make use of, at most those allowed: helpers of small jobs would only wait.
 *
 * @internal
 */
export function usefulThreads(data: TrainingData, options: TrainingOptions, allowed: number): number {
  const rows = (data.rows?.length ?? data.binned.rowCount) + (data.validationRows?.length ?? 0);
  const cells = rows * data.binned.columns.length;
  const worthwhile = Math.floor(cells / LEAST_CELLS);
  return options.rounds * cells < 10 * LEAST_CELLS ? 1 : Math.max(1, Math.min(allowed, worthwhile));
}

/** Trains round after round until there are enough of them, or no more are wanted. */
function runJob(job: TrainingJob, params: Params, options: TrainingOptions): TrainingResult {
  const { earlyStoppingRounds, keepAll, learningRates, onRound, rounds, signal } = options;
  const first = job.roundCount;
  const rates = resolveRates(learningRates, params.learning_rate, first, rounds);
  const { validationSums } = job;
  let best = first;
  let bestMargins = validationSums.slice();
  for (let round = first; round < first + rounds; round++) {
    if (signal?.aborted === true) throw new Interrupted();
    const better = job.step(rates[round - first]);
    if (earlyStoppingRounds === undefined) best = round;
    else if (better) {
      best = round;
      bestMargins.set(validationSums);
    }
    const goOn = onRound?.({ round, ...job.latest(), bestIteration: best });
    if (goOn === false) break;
    if (earlyStoppingRounds !== undefined && round - best >= earlyStoppingRounds) break;
  }
  if (earlyStoppingRounds === undefined) bestMargins = validationSums.slice();
  const bestIteration = earlyStoppingRounds === undefined ? undefined : best;
  const atBest = job.toBooster(best + 1, bestIteration);
  return {
    booster: keepAll === true ? job.toBooster(job.roundCount, bestIteration) : atBest,
    bestIteration: best,
    history: job.history(),
    ...(validationSums.length > 0 && {
      validationMargins: params.booster === 'dart' ? job.validate(atBest) : bestMargins,
    }),
  };
}
