import { Interrupted, OutOfResources } from '@verdict/core';
import { runBlocks, threadsFor } from './block-job.ts';
import type { BlockJob } from './block-job.ts';
import type { BlocksAnswer, BlocksRequest } from './block-task.ts';
import type { Cells } from './cells.ts';
import { openControl, reportLoss, requestStop } from './pool-control.ts';
import { connect, sharesMemory } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import { allowedThreads, returnThreads, takeThreads, threadsWhileBlocked } from './pool.ts';

/** Numbers for every row of a table. */
export interface RowTask<T extends ArrayBufferView> {
  /** Complete if there is no job; otherwise what the job finds in its output, and overwrites. */
  readonly result: T;
  readonly job?: BlockJob;
  readonly cells?: Cells;
}

/** Carries a task out on the calling thread and, if told to, on others beside it. */
export function runTask<T extends ArrayBufferView>({ result, job, cells }: RowTask<T>, threads = 1): T {
  if (job === undefined || cells === undefined) return result;
  const count = threadsFor(job, cells.rowCount, threadsWhileBlocked(threads));
  runBlocks(job, cells, bytesOf(result), count);
  return result;
}

/** Bytes that are copied between two turns of the event loop: some milliseconds. */
const SLICE_BYTES = 16 * 1024 * 1024;

/**
 * Carries a task out on other threads. Large tables are copied for them bit by bit, while the event loop goes on; they
 * must not change meanwhile.
 *
 * @param threads default: as many as the machine runs at once
 * @throws Interrupted, OutOfResources; an Error if a thread is lost
 */
export async function runTaskAside<T extends ArrayBufferView>(
  { result, job, cells }: RowTask<T>,
  threads: number | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  checkSignal(signal);
  if (job === undefined || cells === undefined) return result;
  // Where threads cannot share memory, there is only this one.
  if (!sharesMemory) return runTask({ result, job, cells });
  const allowed = allowedThreads(threads);
  const columns = await shareColumns(job.features, cells, signal);
  const output = bytesOf(result);
  const shared = new Uint8Array(new SharedArrayBuffer(output.length));
  await copyInTurns(output, shared, signal);
  checkSignal(signal);
  const taken = takeThreads(threadsFor(job, cells.rowCount, allowed));
  const [coordinator, ...helpers] = taken;
  const control = openControl();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // If asking fails nobody waits for the answer, and ending the threads is no second error.
  promise.catch(() => undefined);
  const abort = (): void => requestStop(control);
  signal?.addEventListener('abort', abort, { once: true });
  for (const thread of taken) {
    thread.hold(true);
    thread.listen(
      (message) => {
        const answer = message as BlocksAnswer;
        if (answer.kind === 'done') resolve(undefined);
        else if (answer.kind === 'interrupted') reject(new Interrupted());
        else reject(new OutOfResources({ problem: answer.problem, hint: answer.hint }));
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
    const request: BlocksRequest = {
      kind: 'blocks',
      job,
      columns,
      rowCount: cells.rowCount,
      output: shared,
      helpers: channels,
      control: control.buffer,
    };
    coordinator.post(request, channels);
    await promise;
    returnThreads(taken);
  } catch (error) {
    // Whatever the threads are doing, nobody waits for it.
    await Promise.all(taken.map(async (thread) => thread.end()));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  await copyInTurns(shared, output, signal);
  return result;
}

/**
 * The columns of some features, on shared memory: many in one piece, since each piece that is posted is looked for among
 * those before it.
 */
async function shareColumns(
  features: Int32Array,
  cells: Cells,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const { rowCount } = cells;
  const columns: Float32Array[] = [];
  const together = Math.max(1, Math.floor(SLICE_BYTES / (rowCount * 4)));
  for (let first = 0; first < features.length; first += together) {
    if (first > 0) await nextTurn(signal);
    const chosen = features.subarray(first, first + together);
    const piece = new Float32Array(new SharedArrayBuffer(chosen.length * rowCount * 4));
    chosen.forEach((feature, i) => {
      cells.read(feature, 0, rowCount, piece, i * rowCount, 1);
      columns.push(piece.subarray(i * rowCount, (i + 1) * rowCount));
    });
  }
  return columns;
}

async function copyInTurns(from: Uint8Array, to: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let at = 0; at < from.length; at += SLICE_BYTES) {
    if (at > 0) await nextTurn(signal);
    to.set(from.subarray(at, at + SLICE_BYTES), at);
  }
}

/** Lets the event loop go on. */
async function nextTurn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  checkSignal(signal);
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Interrupted();
}

/** Numbers that are not even asked of the system: it might end the process instead of refusing. */
const MOST_NUMBERS = 2 ** 33;

/**
 * The array that a result goes into.
 *
 * @param length how many numbers
 * @throws OutOfResources if there cannot be one of that length
 */
export function makeResult<T extends ArrayBufferView>(length: number, make: (length: number) => T): T {
  let cause: unknown;
  try {
    if (length <= MOST_NUMBERS) return make(length);
  } catch (error) {
    cause = error;
  }
  throw new OutOfResources({
    problem: `The result for all rows would be ${length} numbers.`,
    hint: 'Ask for fewer rows at a time.',
    cause,
  });
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
