import { Interrupted } from '@verdict/core';

/** A word of shared memory by which worker threads hear that there is no time left: 1 in its only place. */
export type StopWord = Int32Array;

export function isStopped(stop: StopWord | undefined): boolean {
  return stop !== undefined && Atomics.load(stop, 0) === 1;
}

/** @throws Interrupted once the word says so */
export function requireTime(stop: StopWord | undefined): void {
  if (isStopped(stop)) throw new Interrupted();
}
