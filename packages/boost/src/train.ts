import { Interrupted, OutOfResources } from '@verdict/core';
import { Booster } from './booster.ts';
import { resolveParams } from './params.ts';
import type { ParamsInput } from './params.ts';
import { openControl, reportLoss, requestStop } from './pool-control.ts';
import { connect, sharesMemory } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import { allowedThreads, returnThreads, takeThreads } from './pool.ts';
import { trainApart } from './train-apart.ts';
import type { TrainAnswer, TrainRequest } from './train-task.ts';
import { usefulThreads } from './trainer.ts';
import type { TrainingResult } from './trainer.ts';
import { checkOptions, selectRows } from './training-data.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';

/**
 * Trains in threads beside the caller's, whose event loop stays free; the result is that of `trainSync`, to the
 * byte. With `onRound` the training waits for the callback after every round. An aborted signal stops it within a
 * round. The threads are kept for the next job for some seconds; they do not keep the process alive.
 *
 * @throws the errors of `trainSync`, as a rejected promise; whatever `onRound` throws
 */
export async function train(
  data: TrainingData,
  params: ParamsInput,
  options: TrainingOptions,
): Promise<TrainingResult> {
  checkOptions(data, options);
  const resolved = resolveParams(params);
  selectRows(data, resolved, options);
  const { onRound, signal, ...plain } = options;
  if (signal?.aborted === true) throw new Interrupted();
  if (!sharesMemory) return trainApart(data, resolved, options);
  const threads = takeThreads(usefulThreads(data, options, allowedThreads(options.threads)));
  const [coordinator, ...helpers] = threads;
  const control = openControl();
  const flag = new Int32Array(new SharedArrayBuffer(8));
  const { promise, resolve, reject } = Promise.withResolvers<TrainingResult>();
  const goOn = (): void => {
    Atomics.add(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  const hear = (answer: TrainAnswer): void => {
    if (answer.kind === 'result') {
      resolve({ ...answer.rest, booster: Booster.fromTrees(answer.trees, answer.parts) });
    } else if (answer.kind === 'interrupted') {
      reject(new Interrupted());
    } else if (answer.kind === 'out-of-resources') {
      reject(new OutOfResources({ problem: answer.problem, hint: answer.hint }));
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
      data,
      params: resolved,
      options: plain,
      helpers: channels,
      control: control.buffer,
      flag,
      reports: onRound !== undefined,
    };
    coordinator.post(request, channels);
    const result = await promise;
    returnThreads(threads);
    return result;
  } catch (error) {
    // Whatever the threads are doing, nobody waits for it.
    await Promise.all(threads.map(async (thread) => thread.end()));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
