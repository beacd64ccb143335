import { InvalidOption } from '@verdict/core';
import { mayBlock, parallelism, sharesMemory, startThread } from './pool-platform.ts';
import type { Thread } from './pool-platform.ts';
import { Workspace } from './workspace.ts';

/** Threads that wait for work. They do not keep the process alive. */
let idle: Thread[] = [];
/** Closes the pool after a quiet time. */
let timer: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds after which threads that wait for work are ended, and memory that waits for it is let go. */
const IDLE_TIME = 10_000;

/**
 * Threads for one job: waiting ones first, then new ones. The caller gives them back, or ends those that it no
 * longer trusts.
 *
 * @internal
 */
export function takeThreads(count: number): Thread[] {
  closeLater();
  const taken = idle.splice(0, count);
  while (taken.length < count) taken.push(startThread());
  return taken;
}

/**
 * Takes threads back that have nothing left to do.
 *
 * @internal
 */
export function returnThreads(threads: readonly Thread[]): void {
  for (const thread of threads) {
    thread.hold(false);
    thread.listen(
      () => undefined,
      () => (idle = idle.filter((other) => other !== thread)),
    );
    idle.push(thread);
  }
  closeLater();
}

/** From now on: a job that fails gives nothing back. */
function closeLater(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void closePool(), IDLE_TIME);
  // A browser's timer is a number, and keeps nothing alive.
  if (typeof timer === 'object') timer.unref();
}

/**
 * Ends the threads that wait for work, and lets go of the memory that the calling thread keeps for its next job. Both
 * happen by themselves when for ten seconds no job on threads has begun or ended; threads never keep a process alive.
 * Later jobs take new ones.
 */
export async function closePool(): Promise<void> {
  const ended = idle;
  idle = [];
  Workspace.closeIdle();
  await Promise.all(ended.map(async (thread) => thread.end()));
}

/** How many threads a job gets that may have `wanted` (default: as many as the machine runs at once). */
export function allowedThreads(wanted: number | undefined): number {
  return sharesMemory ? (wanted ?? parallelism()) : 1;
}

/** The same for a job whose caller waits for it, which a browser's threads cannot help. */
export function threadsWhileBlocked(wanted: number | undefined): number {
  return mayBlock ? allowedThreads(wanted) : 1;
}

/** @throws InvalidOption if the number of threads makes no sense */
export function checkThreads(value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= 1024) return;
  throw new InvalidOption({ option: 'threads', got: value, expected: 'a whole number from 1 to 1024' });
}
