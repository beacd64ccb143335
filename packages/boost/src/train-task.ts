import { Interrupted, InvalidOption, InvalidValue, OutOfResources } from '@verdict/core';
import type { VerdictError } from '@verdict/core';
import type { Params } from './params.ts';
import { openControl } from './pool-control.ts';
import { answer } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import { postBooster, readOptions } from './posted-options.ts';
import type { PostedBooster, PostedOptions } from './posted-options.ts';
import type { CallRequest, CallRoom } from './remote-calls.ts';
import { openJob } from './prepared-job.ts';
import type { PostedJob } from './prepared-job.ts';
import { trainPrepared, trainWith } from './trainer.ts';
import type { TrainingResult } from './trainer.ts';
import type { RoundReport, TrainingData } from './training-data.ts';

/** What a thread is given that coordinates a training job. */
export interface TrainRequest {
  readonly kind: 'train';
  /** What to learn from: prepared by the caller, or as it is where no memory is shared. */
  readonly work: PostedJob | TrainingData;
  readonly params: Params;
  readonly options: PostedOptions;
  /** Ways to the threads that help, and the control block that all share. */
  readonly helpers: readonly Channel[];
  readonly control?: ArrayBuffer | SharedArrayBuffer;
  /**
   * Word 0: messages that the caller has answered. Word 1: 1 if it wants no more rounds. Absent if no memory is
   * shared.
   */
  readonly flag?: Int32Array;
  /** True if the caller wants to hear of every round. */
  readonly reports: boolean;
  /** Where the answers of the caller's functions lie, if there are any. */
  readonly room?: CallRoom | undefined;
}

/** What it answers. */
export type TrainAnswer =
  | { readonly kind: 'round'; readonly report: RoundReport }
  | CallRequest
  | {
      readonly kind: 'result';
      readonly booster: PostedBooster;
      readonly rest: Omit<TrainingResult, 'booster'>;
    }
  | { readonly kind: 'interrupted' }
  /** A module of the caller is not what it should be; all other mistakes are found before the thread is asked. */
  | {
      readonly kind: 'refused';
      readonly error: 'InvalidOption' | 'InvalidValue';
      readonly message: string;
      readonly hint: string;
    }
  /** Memory ran out. */
  | { readonly kind: 'out-of-resources'; readonly problem: string; readonly hint: string };

const tell = (message: TrainAnswer, given?: readonly ArrayBuffer[]): void => answer(message, given);

/** An error of the thread's, as the caller would have thrown it. */
export function reviveError(
  name: 'InvalidOption' | 'InvalidValue',
  message: string,
  hint: string,
): VerdictError {
  const details = { option: '', got: '', expected: '' };
  const error = name === 'InvalidOption' ? new InvalidOption(details) : new InvalidValue(details);
  return Object.defineProperties(error, { message: { value: message }, hint: { value: hint } });
}

/** Trains, and answers with the result. */
export async function runTask(task: TrainRequest): Promise<void> {
  const { flag } = task;
  let answered = 0;
  /** Tells the caller something and waits for its answer, where that can reach this thread. */
  const ask = (message: TrainAnswer, given?: readonly ArrayBuffer[]): void => {
    tell(message, given);
    if (flag !== undefined) Atomics.wait(flag, 0, answered++);
  };
  const onRound = (report: RoundReport): void | false => {
    ask({ kind: 'round', report });
    if (flag === undefined) return;
    if (Atomics.load(flag, 1) === 1) return false;
  };
  try {
    const options = {
      ...(await readOptions(task.options, task.room, ask)),
      ...(task.reports && { onRound }),
    };
    const helpers = task.helpers.map((channel) => ({
      post: (message: unknown) => channel.postMessage(message),
    }));
    const { params, work } = task;
    const threads = { helpers, control: openControl(task.control) };
    const { booster, ...rest } =
      'memory' in work
        ? trainPrepared(threads, openJob(work, params, helpers.length + 1), work.data, params, options)
        : trainWith(threads, work, params, options);
    tell({ kind: 'result', booster: postBooster(booster), rest });
  } catch (error) {
    if (error instanceof Interrupted) tell({ kind: 'interrupted' });
    else if (error instanceof OutOfResources) {
      tell({ kind: 'out-of-resources', problem: error.message, hint: error.hint });
    } else if (error instanceof InvalidOption || error instanceof InvalidValue) {
      const name = error instanceof InvalidOption ? 'InvalidOption' : 'InvalidValue';
      tell({ kind: 'refused', error: name, message: error.message, hint: error.hint });
    } else throw error;
  } finally {
    for (const channel of task.helpers) channel.close();
  }
}
