import { Interrupted } from '@verdict/core';
import { kernelModule } from './kernels.ts';
import { BATCH_CALLS, CALL_WORDS, openControl, runCall, runNextChain, word } from './pool-control.ts';
import type { Control } from './pool-control.ts';
import { commandNumbers, OWN_BYTES } from './pool-commands.ts';
import type { CommandName } from './pool-commands.ts';
import { returnThreads, takeThreads } from './pool.ts';
import type { Workspace } from './workspace.ts';

/** Work below this many nanoseconds is not worth waking others for. */
const LEAST_COST = 20_000;
/** Seconds without any progress after which a helper is taken for dead. */
const PATIENCE = 30;
/** Looks at the counter of finished chains before the coordinator goes to sleep. */
const SPINS = 20_000;

/** What a helper is asked: to take part in one job. */
export interface HelpRequest {
  readonly kind: 'help';
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly control: ArrayBuffer | SharedArrayBuffer;
  /** Offset of the helper's own scratch memory. */
  readonly own: number;
}

/** A thread that can be asked to help. */
export interface Helper {
  post(message: HelpRequest): void;
}

/** The helpers of a job and the control block that they share; for jobs whose threads come from elsewhere. */
export interface Helpers {
  readonly helpers: readonly Helper[];
  readonly control: Control;
}

/**
 * The threads of one job, seen from the thread that coordinates it. Work comes in batches of chains; the calls of
 * a chain run in order on one thread, chains run in any order on any thread. A job's results must not depend on
 * how many threads there are: chains write to places of their own, and floats are added in an order that the
 * chains fix.
 *
 * @example
 * for (let begin = 0; begin < rows; begin += 16384) {
 *   crew.chain(16384);
 *   crew.call('addToRows', index + begin * 4, Math.min(16384, rows - begin), margins, value);
 * }
 * crew.run();
 */
export class Crew {
  readonly threads: number;
  readonly #workspace: Workspace;
  readonly #control: Control;
  readonly #own: number;
  readonly #results: number[] = [];
  #fresh = true;
  #calls = 0;
  #chains = 0;
  #cost = 0;

  private constructor(workspace: Workspace, control: Control, own: number, threads: number) {
    this.#workspace = workspace;
    this.#control = control;
    this.#own = own;
    this.threads = threads;
  }

  /** Bytes of the workspace that a crew takes. */
  static bytes(threads: number): number {
    return threads * (OWN_BYTES + 64);
  }

  /** A crew of the calling thread alone, for jobs that go on for longer than a call. */
  static alone(workspace: Workspace): Crew {
    return new Crew(workspace, openControl(), workspace.reserve(OWN_BYTES), 1);
  }

  /**
   * Runs a job with that many threads, the caller's included, over a workspace.
   *
   * @throws whatever the job throws; Interrupted; an Error if a thread died
   */
  static use<T>(workspace: Workspace, threads: number | Helpers, job: (crew: Crew) => T): T {
    if (typeof threads !== 'number') return Crew.#lead(workspace, threads, job);
    const taken = takeThreads(threads - 1);
    try {
      const result = Crew.#lead(workspace, { helpers: taken, control: openControl() }, job);
      returnThreads(taken);
      return result;
    } catch (error) {
      // Some may be stuck in the middle of a call.
      for (const thread of taken) void thread.end();
      throw error;
    }
  }

  static #lead<T>(workspace: Workspace, { helpers, control }: Helpers, job: (crew: Crew) => T): T {
    const crew = new Crew(workspace, control, workspace.reserve(OWN_BYTES), helpers.length + 1);
    const module = kernelModule();
    for (const helper of helpers) {
      const own = workspace.reserve(OWN_BYTES);
      helper.post({ kind: 'help', memory: workspace.memory, module, control: control.buffer, own });
    }
    try {
      return job(crew);
    } finally {
      crew.#end();
    }
  }

  /** Begins a chain of calls that should take about `cost` nanoseconds. */
  chain(cost: number): void {
    if (this.#fresh) {
      this.#fresh = false;
      this.#results.length = 0;
    }
    if (this.threads === 1) return;
    if (this.#calls > BATCH_CALLS - 64) this.#flush();
    this.#control.chains[this.#chains++] = this.#calls;
    this.#cost += cost;
  }

  /** Adds a call to the chain; returns its number among the calls of this batch. */
  call(name: CommandName, ...args: readonly number[]): number {
    const { calls } = this.#control;
    const call = this.threads === 1 ? 0 : this.#calls++;
    let at = call * CALL_WORDS;
    calls[at] = commandNumbers[name];
    for (let i = 0; i < args.length; i++) calls[++at] = args[i];
    if (this.threads > 1) return this.#results.length + call;
    runCall(this.#workspace.kernels, calls, 0, this.#own);
    return this.#results.push(calls[CALL_WORDS - 1]) - 1;
  }

  /**
   * Waits until all chains are done, taking part in the work.
   *
   * @throws Interrupted, or an Error if a thread died or failed
   */
  run(): void {
    this.#flush();
    this.#fresh = true;
  }

  /** What a call of the last batch returned. */
  result(call: number): number {
    return this.#results[call];
  }

  #flush(): void {
    const { words, chains, calls } = this.#control;
    if (Atomics.load(words, word.aborted) === 1) throw new Interrupted();
    if (this.threads === 1) return;
    const { kernels } = this.#workspace;
    chains[this.#chains] = this.#calls;
    if (this.#chains === 1 || this.#cost < LEAST_COST) {
      for (let call = 0; call < this.#calls; call++) runCall(kernels, calls, call, this.#own);
    } else {
      words[word.base] = words[word.limit];
      Atomics.store(words, word.limit, (words[word.limit] + this.#chains) | 0);
      if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.limit);
      while (runNextChain(this.#control, kernels, this.#own));
      this.#await();
    }
    for (let call = 0; call < this.#calls; call++) {
      this.#results.push(calls[call * CALL_WORDS + CALL_WORDS - 1]);
    }
    this.#calls = 0;
    this.#chains = 0;
    this.#cost = 0;
  }

  /** Waits for the chains that others have claimed. */
  #await(): void {
    const { words } = this.#control;
    const limit = words[word.limit];
    let spins = SPINS;
    while (spins > 0 && Atomics.load(words, word.done) !== limit) spins--;
    let patience = PATIENCE;
    Atomics.store(words, word.awaited, 1);
    for (;;) {
      const done = Atomics.load(words, word.done);
      if (done === limit || Atomics.load(words, word.failed) === 1) break;
      if (Atomics.wait(words, word.done, done, 1000) !== 'timed-out') patience = PATIENCE;
      else if (--patience === 0) Atomics.store(words, word.failed, 1);
    }
    Atomics.store(words, word.awaited, 0);
    if (Atomics.load(words, word.failed) === 1)
      throw new Error('A thread of this job failed or ended early.');
  }

  /** Sends the helpers home. After a failure some may still be at work, in memory that nobody uses again. */
  #end(): void {
    const { words } = this.#control;
    Atomics.store(words, word.ended, 1);
    Atomics.add(words, word.limit, 1);
    Atomics.notify(words, word.limit);
  }
}
