import { parentPort, workerData } from 'node:worker_threads';
import { OutOfResources } from '@verdict/core';
import type { WorkerAnswer, WorkerTask } from './train-protocol.ts';
import { trainSync } from './trainer.ts';
import type { RoundReport } from './training-data.ts';

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
  const { featureNames, featureTypes, baseProbability, bestIteration } = booster;
  const parts = { featureNames, featureTypes, baseProbability, bestIteration };
  answer({ kind: 'result', trees: booster.trees, parts, rest });
} catch (error) {
  if (!(error instanceof OutOfResources)) throw error;
  answer({ kind: 'out-of-resources', problem: error.message, hint: error.hint });
}
