import { Interrupted, OutOfResources } from '@verdict/core';
import { Booster } from './booster.ts';
import type { Params } from './params.ts';
import { returnThreads, takeThreads } from './pool.ts';
import { postOptions } from './posted-options.ts';
import { reviveError } from './train-task.ts';
import type { TrainAnswer, TrainRequest } from './train-task.ts';
import type { TrainingResult } from './trainer.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';

/** The round after which `onRound` wanted no more. */
class Stopped extends Error {
  readonly round: number;

  constructor(round: number) {
    super();
    this.round = round;
  }
}

/**
 * Trains in one thread that shares no memory with the caller: for pages that are not cross-origin isolated. The
 * thread gets a copy of the data and cannot be spoken to while it trains. So an abort ends it, and when `onRound`
 * wants no more it is ended too and the rounds up to there are trained anew, which gives the same bytes. An objective
 * and metrics must be built in or come from a module.
 */
export async function trainApart(
  data: TrainingData,
  params: Params,
  options: TrainingOptions,
): Promise<TrainingResult> {
  try {
    return await runApart(data, params, options);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const { onRound: _onRound, ...rest } = options;
    const first = options.initial?.roundCount ?? 0;
    return runApart(data, params, { ...rest, rounds: error.round + 1 - first });
  }
}

async function runApart(
  data: TrainingData,
  params: Params,
  options: TrainingOptions,
): Promise<TrainingResult> {
  const { onRound, signal } = options;
  const { posted } = postOptions(data, params, options);
  if (signal?.aborted === true) throw new Interrupted();
  const threads = takeThreads(1);
  const [thread] = threads;
  const { promise, resolve, reject } = Promise.withResolvers<TrainingResult>();
  // If asking fails nobody waits for the answer, and ending the threads is no second error.
  promise.catch(() => undefined);
  const abort = (): void => reject(new Interrupted());
  signal?.addEventListener('abort', abort, { once: true });
  let over = false;
  const hear = (answer: TrainAnswer): void => {
    if (answer.kind === 'result') {
      resolve({ ...answer.rest, booster: Booster.fromTrees(answer.booster.trees, answer.booster.parts) });
    } else if (answer.kind === 'round') {
      // Reports may still arrive after the last one that was wanted.
      if (over || onRound?.(answer.report) !== false) return;
      over = true;
      reject(new Stopped(answer.report.round));
    } else if (answer.kind === 'out-of-resources') {
      reject(new OutOfResources({ problem: answer.problem, hint: answer.hint }));
    } else if (answer.kind === 'refused') {
      reject(reviveError(answer.error, answer.message, answer.hint));
    } else reject(new Interrupted());
  };
  thread.hold(true);
  thread.listen((message) => {
    try {
      hear(message as TrainAnswer);
    } catch (error) {
      over = true;
      reject(error);
    }
  }, reject);
  const request: TrainRequest = {
    kind: 'train',
    work: data,
    params,
    options: posted,
    helpers: [],
    reports: onRound !== undefined,
  };
  try {
    thread.post(request);
    const result = await promise;
    returnThreads(threads);
    return result;
  } catch (error) {
    await thread.end();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
