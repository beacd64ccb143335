import { Interrupted, OutOfResources } from '@verdict/core';
import type { BoosterParts } from './booster.ts';
import type { Params } from './params.ts';
import { openControl } from './pool-control.ts';
import { answer } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import { trainWith } from './trainer.ts';
import type { TrainingResult } from './trainer.ts';
import type { RoundReport, TrainingData, TrainingOptions } from './training-data.ts';
import type { Tree } from './tree.ts';

/** What a thread is given that coordinates a training job. */
export interface TrainRequest {
  readonly kind: 'train';
  readonly data: TrainingData;
  readonly params: Params;
  readonly options: Omit<TrainingOptions, 'onRound' | 'signal'>;
  /** Ways to the threads that help, and the control block that all share. */
  readonly helpers: readonly Channel[];
  readonly control?: ArrayBuffer | SharedArrayBuffer;
  /** Word 0: rounds that the caller has answered. Word 1: 1 if it wants no more. Absent if no memory is shared. */
  readonly flag?: Int32Array;
  /** True if the caller wants to hear of every round. */
  readonly reports: boolean;
}

/** What it answers. */
export type TrainAnswer =
  | { readonly kind: 'round'; readonly report: RoundReport }
  | {
      readonly kind: 'result';
      readonly trees: readonly Tree[];
      readonly parts: BoosterParts;
      readonly rest: Omit<TrainingResult, 'booster'>;
    }
  | { readonly kind: 'interrupted' }
  /** Memory ran out; everything else that can be wrong is found before the thread is asked. */
  | { readonly kind: 'out-of-resources'; readonly problem: string; readonly hint: string };

const tell = (message: TrainAnswer): void => answer(message);

/** Trains, and answers with the result. */
export function runTask(task: TrainRequest): void {
  /** Tells the caller of a round and waits for its answer, where that can reach this thread. */
  const onRound = (report: RoundReport): void | false => {
    tell({ kind: 'round', report });
    if (task.flag === undefined) return;
    Atomics.wait(task.flag, 0, report.round);
    if (Atomics.load(task.flag, 1) === 1) return false;
  };
  const options = { ...task.options, ...(task.reports && { onRound }) };
  try {
    const helpers = task.helpers.map((channel) => ({
      post: (message: unknown) => channel.postMessage(message),
    }));
    const { booster, ...rest } = trainWith(
      { helpers, control: openControl(task.control) },
      task.data,
      task.params,
      options,
    );
    const { featureNames, featureTypes, baseOutput, bestIteration, objective, treeWeights, roundStarts } =
      booster;
    const parts = {
      featureNames,
      featureTypes,
      baseOutput,
      bestIteration,
      objective,
      treeWeights,
      roundStarts,
    };
    tell({ kind: 'result', trees: booster.trees, parts, rest });
  } catch (error) {
    if (error instanceof Interrupted) tell({ kind: 'interrupted' });
    else if (error instanceof OutOfResources) {
      tell({ kind: 'out-of-resources', problem: error.message, hint: error.hint });
    } else throw error;
  } finally {
    for (const channel of task.helpers) channel.close();
  }
}
