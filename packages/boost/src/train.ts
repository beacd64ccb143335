import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Interrupted, OutOfResources } from '@verdict/core';
import { Booster } from './booster.ts';
import { resolveParams } from './params.ts';
import type { ParamsInput } from './params.ts';
import type { TrainingResult } from './trainer.ts';
import type { WorkerAnswer, WorkerTask } from './train-worker.ts';
import { checkOptions, selectRows } from './training-data.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';

/**
 * Trains in a worker thread, so that the caller's event loop stays free; the result is that of `trainSync`. With
 * `onRound` the worker waits for the callback after every round. An aborted signal ends the thread at once.
 *
 * @throws the errors of `trainSync`, as a rejected promise; whatever `onRound` throws
 */
export async function train(
  data: TrainingData,
  params: ParamsInput,
  options: TrainingOptions,
): Promise<TrainingResult> {
  checkOptions(data, options);
  selectRows(data, resolveParams(params), options);
  const { onRound, signal, ...plain } = options;
  if (signal?.aborted === true) throw new Interrupted();
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const task: WorkerTask = { data, params, options: plain, flag, reports: onRound !== undefined };
  const worker = new Worker(new URL(`./train-worker${extname(import.meta.filename)}`, import.meta.url), {
    workerData: task,
  });
  const { promise, resolve, reject } = Promise.withResolvers<TrainingResult>();
  const abort = (): void => reject(new Interrupted());
  signal?.addEventListener('abort', abort, { once: true });
  worker.on('message', (answer: WorkerAnswer) => {
    if (answer.kind === 'result') {
      resolve({ ...answer.rest, booster: Booster.fromTrees(answer.trees, answer.parts) });
    } else if (answer.kind === 'out-of-resources') {
      reject(new OutOfResources({ problem: answer.problem, hint: answer.hint }));
    } else {
      try {
        if (onRound?.(answer.report) === false) Atomics.store(flag, 1, 1);
        Atomics.store(flag, 0, answer.report.round + 1);
        Atomics.notify(flag, 0);
      } catch (error) {
        reject(error);
      }
    }
  });
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`The training thread ended early, with status ${code}.`)));
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
