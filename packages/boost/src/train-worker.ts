import { parentPort, workerData } from 'node:worker_threads';
import { OutOfResources } from '@verdict/core';
import type { BoosterParts } from './booster.ts';
import type { ParamsInput } from './params.ts';
import { trainSync } from './trainer.ts';
import type { TrainingResult } from './trainer.ts';
import type { RoundReport, TrainingData, TrainingOptions } from './training-data.ts';
import type { Tree } from './tree.ts';

/** What a training thread is given. */
export interface WorkerTask {
  readonly data: TrainingData;
  readonly params: ParamsInput;
  readonly options: Omit<TrainingOptions, 'onRound' | 'signal'>;
  /** Word 0: rounds that the caller has answered. Word 1: 1 if it wants no more. */
  readonly flag: Int32Array;
  /** True if the caller wants to hear of every round. */
  readonly reports: boolean;
}

/** What it answers. */
export type WorkerAnswer =
  | { readonly kind: 'round'; readonly report: RoundReport }
  | {
      readonly kind: 'result';
      readonly trees: readonly Tree[];
      readonly parts: BoosterParts;
      readonly rest: Omit<TrainingResult, 'booster'>;
    }
  /** Memory ran out; everything else that can be wrong is found before the thread starts. */
  | { readonly kind: 'out-of-resources'; readonly problem: string; readonly hint: string };

const task: WorkerTask = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
const answer = (message: WorkerAnswer): void => parentPort?.postMessage(message);

/** Tells the caller of a round and waits for its answer. */
function onRound(report: RoundReport): boolean {
  answer({ kind: 'round', report });
  Atomics.wait(task.flag, 0, report.round);
  return Atomics.load(task.flag, 1) === 0;
}

try {
  const { booster, ...rest } = trainSync(task.data, task.params, {
    ...task.options,
    ...(task.reports && { onRound: (report: RoundReport) => (onRound(report) ? undefined : false) }),
  });
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
  answer({ kind: 'result', trees: booster.trees, parts, rest });
} catch (error) {
  if (!(error instanceof OutOfResources)) throw error;
  answer({ kind: 'out-of-resources', problem: error.message, hint: error.hint });
}
