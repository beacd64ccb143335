import type { Kernels } from './kernels.ts';
import { commands } from './pool-commands.ts';
import { shareableBuffer } from './pool-platform.ts';

/** Calls that fit into one batch. */
export const BATCH_CALLS = 1024;
/** Doubles of a call: its command, up to 14 arguments, and its result. */
export const CALL_WORDS = 16;

/** Shared words, each on a cache line of its own. */
export const word = {
  /** The next chain to be claimed, and one past the last of the batch: counters that only ever rise. */
  next: 0,
  limit: 16,
  /** Chains that are finished. */
  done: 32,
  /** The number of the batch's first chain. */
  base: 48,
  /** Helpers that sleep until `limit` changes. */
  sleepers: 64,
  /** 1 while the coordinator sleeps until `done` changes. */
  awaited: 80,
  /** 1 after a chain failed or a thread died. */
  failed: 96,
  /** 1 once the job is over. */
  ended: 112,
  /** 1 if the job should stop. */
  aborted: 128,
} as const;

const HEAD_BYTES = 1024;
const CHAIN_BYTES = (BATCH_CALLS + 8) * 4;

/** Memory by which the threads of one job agree on who does what. */
export interface Control {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly words: Int32Array;
  /** The first call of every chain of the batch, and the end. */
  readonly chains: Int32Array;
  readonly calls: Float64Array;
}

/** A fresh control block, or the view of one that another thread made. */
export function openControl(
  buffer = shareableBuffer(HEAD_BYTES + CHAIN_BYTES + BATCH_CALLS * CALL_WORDS * 8),
): Control {
  return {
    buffer,
    words: new Int32Array(buffer, 0, HEAD_BYTES / 4),
    chains: new Int32Array(buffer, HEAD_BYTES, CHAIN_BYTES / 4),
    calls: new Float64Array(buffer, HEAD_BYTES + CHAIN_BYTES),
  };
}

/** Makes the coordinator stop at the next batch, wherever it is. */
export function requestStop({ words }: Control): void {
  Atomics.store(words, word.aborted, 1);
}

/** Tells the coordinator that a thread of its job is lost, and wakes it. */
export function reportLoss({ words }: Control): void {
  Atomics.store(words, word.failed, 1);
  Atomics.notify(words, word.done);
}

/** True once the job needs no more help. */
export function hasEnded({ words }: Control): boolean {
  return Atomics.load(words, word.ended) === 1;
}

/** Runs one call and stores what it returns. */
export function runCall(kernels: Kernels, calls: Float64Array, call: number, own: number): void {
  const at = call * CALL_WORDS;
  calls[at + CALL_WORDS - 1] = commands[calls[at]](kernels, calls, at + 1, own) ?? 0;
}

/**
 * Claims one chain of the current batch and runs it.
 *
 * @returns false if there was none left
 * @throws whatever a call throws, once the other threads know that it failed
 */
export function runNextChain(control: Control, kernels: Kernels, own: number): boolean {
  const { words, chains, calls } = control;
  for (;;) {
    const ticket = Atomics.load(words, word.next);
    if (ticket === Atomics.load(words, word.limit)) return false;
    if (Atomics.load(words, word.ended) === 1) return false;
    if (Atomics.compareExchange(words, word.next, ticket, (ticket + 1) | 0) !== ticket) continue;
    // The batch cannot end before this chain is done, so its first number cannot change.
    const chain = (ticket - words[word.base]) | 0;
    try {
      for (let call = chains[chain]; call < chains[chain + 1]; call++) runCall(kernels, calls, call, own);
    } catch (error) {
      Atomics.store(words, word.failed, 1);
      throw error;
    } finally {
      Atomics.add(words, word.done, 1);
      if (Atomics.load(words, word.awaited) === 1) Atomics.notify(words, word.done);
    }
    return true;
  }
}

/** Looks of an idle helper before it goes to sleep: some thirty microseconds, about what waking it would take. */
const SPINS = 20_000;

/** What a helper does for the whole of a job: takes chains until the job ends. */
export function helpUntilEnd(control: Control, kernels: Kernels, own: number): void {
  const { words } = control;
  while (!hasEnded(control)) {
    const limit = Atomics.load(words, word.limit);
    if (runNextChain(control, kernels, own)) continue;
    let spins = SPINS;
    while (spins > 0 && Atomics.load(words, word.limit) === limit) spins--;
    if (spins > 0) continue;
    Atomics.add(words, word.sleepers, 1);
    // The end of a job raises the limit too, so no sleeper misses it.
    Atomics.wait(words, word.limit, limit);
    Atomics.sub(words, word.sleepers, 1);
  }
}
