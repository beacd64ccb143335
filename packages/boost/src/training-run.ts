import { InvalidOption } from '@verdict/core';
import { checkObject } from './argument-checks.ts';
import type { Booster } from './booster.ts';
import { Crew } from './crew.ts';
import type { MetricValues } from './evaluation.ts';
import { resolveRates } from './learning-rates.ts';
import { resolveParams } from './params.ts';
import type { Params, ParamsInput } from './params.ts';
import { prepareJob } from './prepared-job.ts';
import { refuseModules } from './trainer.ts';
import { checkData, checkOptions } from './training-data.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';
import { TrainingJob } from './training-job.ts';
import type { Workspace } from './workspace.ts';

/** How a run is trained; the same as in `TrainingOptions`. */
export type RunOptions = Pick<
  TrainingOptions,
  'metric' | 'stopMetric' | 'objective' | 'initial' | 'learningRates' | 'evaluateTraining'
>;

const optionNames = Object.keys({
  metric: 1,
  stopMetric: 1,
  objective: 1,
  initial: 1,
  learningRates: 1,
  evaluateTraining: 1,
} satisfies Record<keyof RunOptions, 1>);

/** A round of a run, and its metrics. */
export interface StepReport {
  /** From 0; counted from the first round of the booster that is continued, if one is. */
  readonly round: number;
  /** The followed metric on the training rows, if they are evaluated. */
  readonly training?: number;
  /** The followed metric on the validation rows, if there are any. */
  readonly validation?: number;
  /** All metrics, by name. */
  readonly metrics: Readonly<Record<string, MetricValues>>;
}

/** A training that goes on round by round, on the calling thread. It holds memory until it is closed. */
export interface TrainingRun {
  /** Rounds so far, those of `initial` included. */
  readonly roundCount: number;
  /**
   * Trains one round and evaluates it.
   *
   * @throws InvalidOption after `close`, or for a learning rate that is none; whatever the caller's functions throw
   */
  step(): StepReport;
  /**
   * Margins after the first rounds, aligned with `validationRows`: a copy. Of the last round they are at hand (without
   * DART); of others they are computed.
   *
   * @param rounds default `roundCount`
   */
  validationMargins(rounds?: number): Float32Array;
  /**
   * The booster of the first rounds: what `trainSync` gives when it is asked for so many.
   *
   * @param rounds default `roundCount`
   */
  toBooster(rounds?: number): Booster;
  /** Gives the memory back for the thread's next job; the run is over. Closing twice does nothing. */
  close(): void;
}

/**
 * Starts a training that the caller drives: to train several side by side, to stop by what they say together, or to
 * look at the model in between. `n` steps give the bytes that `trainSync` gives for `n` rounds.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData, OutOfResources
 * @example
 * const runs = folds.map((fold) => startTraining({ binned, labels, ...fold }, params));
 * for (let round = 0; round < 100; round++) for (const run of runs) run.step();
 * const boosters = runs.map((run) => run.toBooster());
 * for (const run of runs) run.close();
 */
export function startTraining(
  data: TrainingData,
  params: ParamsInput,
  options: RunOptions = {},
): TrainingRun {
  checkObject('options', options, 'an object of options', optionNames);
  const checked = { ...options, rounds: 1 };
  checkOptions(data, checked);
  refuseModules(options);
  const resolved = resolveParams(params);
  checkData(data, resolved, checked);
  const { workspace, space, rows } = prepareJob(data, resolved, 1);
  space.fill(workspace, data);
  const crew = Crew.alone(workspace);
  const job = new TrainingJob({ workspace, crew, space, data, rows, params: resolved, options });
  return new Run(workspace, job, resolved, options.learningRates);
}

class Run implements TrainingRun {
  readonly #workspace: Workspace;
  readonly #params: Params;
  readonly #rates: TrainingOptions['learningRates'];
  readonly #first: number;
  #job: TrainingJob | undefined;

  constructor(
    workspace: Workspace,
    job: TrainingJob,
    params: Params,
    rates: TrainingOptions['learningRates'],
  ) {
    this.#workspace = workspace;
    this.#job = job;
    this.#params = params;
    this.#rates = rates;
    this.#first = job.roundCount;
  }

  get roundCount(): number {
    return this.#open().roundCount;
  }

  step(): StepReport {
    const job = this.#open();
    const round = job.roundCount;
    const rates = this.#rates;
    const left =
      typeof rates === 'function' || rates === undefined ? rates : rates.slice(round - this.#first);
    const [rate] = resolveRates(left, this.#params.learning_rate, round, 1);
    job.step(rate);
    return { round, ...job.latest() };
  }

  validationMargins(rounds = this.roundCount): Float32Array {
    const job = this.#open();
    if (rounds === job.roundCount && this.#params.booster !== 'dart') return job.validationSums.slice();
    return job.validate(this.toBooster(rounds));
  }

  toBooster(rounds = this.roundCount): Booster {
    const job = this.#open();
    if (!Number.isInteger(rounds) || rounds < this.#first || rounds > job.roundCount) {
      const expected = `a whole number from ${this.#first} to ${job.roundCount}, the rounds there are`;
      throw new InvalidOption({ option: 'rounds', got: rounds, expected });
    }
    return job.toBooster(rounds);
  }

  close(): void {
    if (this.#job === undefined) return;
    this.#job = undefined;
    this.#workspace.release();
  }

  #open(): TrainingJob {
    if (this.#job !== undefined) return this.#job;
    throw new InvalidOption({ option: 'run', got: 'a run that was closed', expected: 'open' });
  }
}
