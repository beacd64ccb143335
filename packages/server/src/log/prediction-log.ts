import { setTimeout as sleep } from 'node:timers/promises';
import { VerdictError } from '@verdict/core';
import { Refusal } from '../http/refusal.ts';
import type { PredictionRecord } from '@verdict/store';
import type { LogMode, LogSink } from './sink.ts';

export interface PredictionLogOptions {
  readonly mode: LogMode;
  /** Needed unless the mode is off. */
  readonly sink?: LogSink;
  /** Records that may wait; beyond it `async` drops and `durable` refuses. Default 20,000. */
  readonly capacity?: number;
  /** Characters of features and details that may wait, likewise. Default 64 Mi. */
  readonly capacityCharacters?: number;
  /** Records of one append at most. Default 1,000. */
  readonly batch?: number;
  /** Makes a new id for a record whose own was used before. */
  readonly newId: () => string;
  /** Told of what goes wrong; `failure` may hold paths, so it is for the log and not for callers. */
  readonly onFailure?: (failure: unknown) => void;
}

/** Counts since the start. */
export interface LogCounts {
  waiting: number;
  written: number;
  dropped: number;
  /** Appends that failed. */
  failures: number;
  /** Records whose id was used before, written under a new one. */
  renamed: number;
}

interface Waiting {
  readonly record: PredictionRecord;
  readonly resolve: ((id: string) => void) | undefined;
  readonly reject: ((error: unknown) => void) | undefined;
}

/** Appends under way at once: while one is committed the next is on its way. */
const MOST_APPENDS = 2;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/**
 * The log of predictions. Whatever waits while an append is under way goes into the next one, so that many requests
 * share a commit. `async` answers before: its queue is bounded, drops are counted, and an append that fails is tried
 * again. `durable` answers after: a record that could not be committed is a refusal.
 */
export class PredictionLog {
  readonly mode: LogMode;
  readonly counts: LogCounts = { waiting: 0, written: 0, dropped: 0, failures: 0, renamed: 0 };
  readonly #sink: LogSink | undefined;
  readonly #capacity: number;
  readonly #capacityCharacters: number;
  readonly #batch: number;
  readonly #newId: () => string;
  readonly #onFailure: (failure: unknown) => void;
  #failing = false;
  #queue: Waiting[] = [];
  #characters = 0;
  #appends = 0;
  #pause = 0;
  #closing = false;
  #idle: (() => void)[] = [];

  constructor(options: PredictionLogOptions) {
    this.mode = options.sink === undefined ? 'off' : options.mode;
    this.#sink = options.sink;
    this.#capacity = options.capacity ?? 20_000;
    this.#capacityCharacters = options.capacityCharacters ?? 64 * 1024 * 1024;
    this.#batch = options.batch ?? 1000;
    this.#newId = options.newId;
    this.#onFailure = options.onFailure ?? (() => undefined);
  }

  /** True from an append that the store could not do until the next one that it could. */
  get isFailing(): boolean {
    return this.#failing;
  }

  /**
   * Takes a record on.
   *
   * @returns undefined if the caller need not wait, otherwise the id under which the record is on disk
   * @throws Refusal if too many wait already
   */
  write(record: PredictionRecord): Promise<string> | undefined {
    if (this.mode === 'off') return undefined;
    const size = sizeOf(record);
    if (this.#isFull(size)) {
      if (this.mode === 'async') {
        this.counts.dropped++;
        return undefined;
      }
      throw new Refusal(503, 'LOG_FULL', 'Too many predictions wait to be logged.', { retryAfter: 1 });
    }
    this.counts.waiting++;
    this.#characters += size;
    if (this.mode === 'async') {
      this.#queue.push({ record, resolve: undefined, reject: undefined });
      this.#start();
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      this.#start();
    });
  }

  /** Resolves when nothing waits any more; what cannot be written by the deadline (milliseconds) is dropped. */
  async close(deadline = 10_000): Promise<void> {
    this.#closing = true;
    if (this.counts.waiting === 0) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#idle.push(() => resolve(undefined));
    this.#start();
    const timer = new AbortController();
    await Promise.race([
      promise,
      sleep(deadline, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
    this.#drop(this.#queue.splice(0));
  }

  #isFull(size: number): boolean {
    const { waiting } = this.counts;
    // A single large record is taken when nothing waits.
    return waiting >= this.#capacity || (waiting > 0 && this.#characters + size > this.#capacityCharacters);
  }

  /** Takes records off what waits. */
  #leave(batch: readonly Waiting[]): void {
    this.counts.waiting -= batch.length;
    for (const { record } of batch) this.#characters -= sizeOf(record);
  }

  #start(): void {
    // Requests that arrive in one turn of the event loop share an append.
    if (this.#appends >= MOST_APPENDS || this.#queue.length === 0) return;
    this.#appends++;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#batch);
      if (this.#queue.length > 0) this.#start();
      try {
        await this.#append(batch);
        this.#pause = 0;
        this.#failing = false;
      } catch (error) {
        this.#failing ||= !isHopeless(error);
        this.counts.failures++;
        this.#onFailure(error);
        await this.#recover(batch, error);
      }
    }
    this.#appends--;
    if (this.counts.waiting === 0) for (const wake of this.#idle.splice(0)) wake();
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const { conflicts } = await this.#sink!.append(batch.map(({ record }) => record));
    const used = new Set(conflicts);
    for (const waiting of batch) {
      if (used.has(waiting.record.requestId)) this.#rename(waiting);
      else this.#settle(waiting);
    }
  }

  #settle(waiting: Waiting): void {
    this.#leave([waiting]);
    this.counts.written++;
    waiting.resolve?.(waiting.record.requestId);
  }

  /** The id was used before by another request: the record goes in under a new one. */
  #rename({ record, resolve, reject }: Waiting): void {
    this.counts.renamed++;
    this.#queue.push({ record: { ...record, requestId: this.#newId() }, resolve, reject });
  }

  /** After a failure: whoever waits is told, what nobody waits for is tried again after a pause. */
  async #recover(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (isHopeless(error) && batch.length > 1) {
      // One record that no store can keep must not cost the others.
      for (const one of batch)
        await this.#append([one]).catch(async (own: unknown) => this.#recover([one], own));
      return;
    }
    if (this.mode === 'durable' || isHopeless(error)) {
      this.#drop(batch);
      return;
    }
    const room = Math.max(0, this.#capacity - this.#queue.length);
    this.#drop(batch.slice(room));
    this.#queue.unshift(...batch.slice(0, room));
    this.#pause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, this.#pause * 2));
    await sleep(this.#closing ? FIRST_PAUSE : this.#pause, undefined, { ref: this.#closing });
  }

  #drop(batch: readonly Waiting[]): void {
    this.#leave(batch);
    // Who waits is told; the others were answered.
    if (this.mode === 'async') this.counts.dropped += batch.length;
    const refusal = new Refusal(503, 'LOG_UNAVAILABLE', 'The prediction could not be logged.', {
      retryAfter: 1,
    });
    for (const { reject } of batch) reject?.(refusal);
  }
}

function sizeOf({ features, details }: PredictionRecord): number {
  return features.length + (details?.length ?? 0);
}

/** True where trying again cannot help: the store says what is wrong with a record. */
function isHopeless(error: unknown): boolean {
  return error instanceof VerdictError && error.code !== 'STORE_UNAVAILABLE';
}
