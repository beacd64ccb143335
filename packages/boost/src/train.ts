import { Interrupted, OutOfResources } from '@verdict/core';
import { Booster } from './booster.ts';
import { resolveParams } from './params.ts';
import type { ParamsInput } from './params.ts';
import { openControl, reportLoss, requestStop } from './pool-control.ts';
import { connect, sharesMemory } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import { allowedThreads, returnThreads, takeThreads } from './pool.ts';
import { answerCall, makeCallRoom } from './remote-calls.ts';
import { postOptions } from './posted-options.ts';
import { postJob, prepareJob } from './prepared-job.ts';
import { trainApart } from './train-apart.ts';
import { reviveError } from './train-task.ts';
import type { TrainAnswer, TrainRequest } from './train-task.ts';
import { usefulThreads } from './trainer.ts';
import type { TrainingResult } from './trainer.ts';
import { checkData, checkOptions } from './training-data.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';

/**
 * Trains in threads beside the caller's, whose event loop stays free; the result is that of `trainSync`, to the
 * byte. With `onRound`, and with an objective or metrics that are functions, the training waits for the caller's thread
 * whenever it calls them; functions of a module are loaded by the training's thread. An aborted signal stops it within a
 * round. The threads are kept for the next job for some seconds; they do not keep the process alive.
 *
 * @throws the errors of `trainSync`, as a rejected promise; whatever the caller's functions throw
 */
export async function train(
  data: TrainingData,
  params: ParamsInput,
  options: TrainingOptions,
): Promise<TrainingResult> {
  checkOptions(data, options);
  const resolved = resolveParams(params);
  checkData(data, resolved, options);
  const { onRound, signal } = options;
  const { posted, targets } = postOptions(data, resolved, options);
  if (signal?.aborted === true) throw new Interrupted();
  if (!sharesMemory) return trainApart(data, resolved, options);
  const asks = targets.objective !== undefined || targets.metrics.size > 0;
  const count = usefulThreads(data, options, allowedThreads(options.threads));
  const job = prepareJob(data, resolved, count);
  const room = asks ? makeCallRoom(targets.objective === undefined ? 0 : job.rows.labels.length) : undefined;
  const threads = takeThreads(count);
  const [coordinator, ...helpers] = threads;
  const control = openControl();
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const { promise, resolve, reject } = Promise.withResolvers<TrainingResult>();
  // If asking fails nobody waits for the answer, and ending the threads is no second error.
  promise.catch(() => undefined);
  const goOn = (): void => {
    Atomics.add(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  const hear = (answer: TrainAnswer): void => {
    if (answer.kind === 'result') {
      resolve({ ...answer.rest, booster: Booster.fromTrees(answer.booster.trees, answer.booster.parts) });
    } else if (answer.kind === 'interrupted') {
      reject(new Interrupted());
    } else if (answer.kind === 'out-of-resources') {
      reject(new OutOfResources({ problem: answer.problem, hint: answer.hint }));
    } else if (answer.kind === 'refused') {
      reject(reviveError(answer.error, answer.message, answer.hint));
    } else if (answer.kind === 'call') {
      if (room !== undefined) answerCall(answer, room, targets);
      goOn();
    } else {
      if (onRound?.(answer.report) === false) Atomics.store(flag, 1, 1);
      goOn();
    }
  };
  const abort = (): void => requestStop(control);
  signal?.addEventListener('abort', abort, { once: true });
  for (const thread of threads) {
    thread.hold(true);
    thread.listen(
      (message) => {
        try {
          hear(message as TrainAnswer);
        } catch (error) {
          reject(error);
        }
      },
      (error) => {
        reportLoss(control);
        reject(error);
      },
    );
  }
  try {
    const channels: Channel[] = [];
    for (const helper of helpers) {
      const [ours, theirs] = connect();
      channels.push(ours);
      helper.post({ kind: 'attach', channel: theirs }, [theirs]);
    }
    const request: TrainRequest = {
      kind: 'train',
      work: postJob(job, data, resolved, options.objective),
      params: resolved,
      options: posted,
      helpers: channels,
      control: control.buffer,
      flag,
      reports: onRound !== undefined,
      room,
    };
    coordinator.post(request, channels);
    const result = await promise;
    returnThreads(threads);
    job.workspace.release();
    return result;
  } catch (error) {
    // Whatever the threads are doing, nobody waits for it.
    await Promise.all(threads.map(async (thread) => thread.end()));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
