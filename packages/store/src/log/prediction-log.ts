import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@verdict/core';
import type { Appended, FeedbackRecord, PredictionRecord } from '../records/log.ts';
import type { Store } from '../store.ts';
import { checkFeedback } from '../sql/feedback.ts';
import { checkPrediction } from '../sql/predictions.ts';

export interface PredictionLogOptions {
  /** The most records that wait for the store; beyond it `offer` drops and `commit` refuses. Default: 10,000. */
  readonly capacity?: number;
  /** The most characters of waiting features and details. Default: 64 Mi. */
  readonly capacityCharacters?: number;
  /** Told when the store fails and when it works again (undefined), once each. Default: nobody. */
  readonly onTrouble?: (trouble: StoreUnavailable | undefined) => void;
}

/** What a log has done since it was opened. */
export interface LogCounters {
  /** Records on disk. */
  readonly written: number;
  /** Records that `offer` did not take, because the queue was full. */
  readonly dropped: number;
  /** Records that wait just now. */
  readonly waiting: number;
  /** Records not written because another one has their id. */
  readonly conflicts: number;
  /** Times that the store could not take records. */
  readonly failures: number;
}

/** How a server logs: quickly with a bounded queue, or surely. */
export interface PredictionLog {
  /**
   * Takes a record to be written soon, and never waits.
   *
   * @returns false when the queue is full: the record is dropped and counted
   * @throws InvalidOption when no store could keep the record
   */
  offer(record: PredictionRecord): boolean;
  /**
   * Writes records; resolves when they are on disk. Those in `conflicts` are not written.
   *
   * @throws InvalidOption, or StoreUnavailable: nothing of it is acknowledged
   */
  commit(records: readonly PredictionRecord[]): Promise<Appended>;
  /** The same for outcomes, always surely. */
  commitFeedback(records: readonly FeedbackRecord[]): Promise<Appended>;
  counters(): LogCounters;
  /**
   * Waits until everything that was taken is on disk, and takes no more.
   *
   * @param patience how long at most, milliseconds; what is left then is counted as dropped. Default: 10,000
   */
  close(patience?: number): Promise<void>;
}

/** Opens a log over a store that groups its commits: one of `openStoreThread` or `connectStore`. */
export function openPredictionLog(store: Store, options: PredictionLogOptions = {}): PredictionLog {
  return new QueuedLog(store, options);
}

/** The most queued records of one append. */
const batchSize = 1000;

class QueuedLog implements PredictionLog {
  readonly #store: Store;
  readonly #capacity: number;
  readonly #capacityCharacters: number;
  readonly #onTrouble: (trouble: StoreUnavailable | undefined) => void;
  readonly #queue: PredictionRecord[] = [];
  #queuedCharacters = 0;
  #inFlight = 0;
  #written = 0;
  #dropped = 0;
  #conflicts = 0;
  #failures = 0;
  #troubled = false;
  #pump: Promise<void> | undefined;
  readonly #ending = new AbortController();
  #closed = false;

  constructor(store: Store, options: PredictionLogOptions) {
    this.#store = store;
    this.#capacity = options.capacity ?? 10_000;
    this.#capacityCharacters = options.capacityCharacters ?? 64 * 1024 * 1024;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
  }

  offer(record: PredictionRecord): boolean {
    checkPrediction(record);
    const size = sizeOf(record);
    if (this.#closed || this.#isFull(1, size)) {
      this.#dropped++;
      return false;
    }
    this.#queue.push(record);
    this.#queuedCharacters += size;
    this.#pump ??= this.#drain();
    return true;
  }

  async commit(records: readonly PredictionRecord[]): Promise<Appended> {
    for (const record of records) checkPrediction(record);
    return this.#surely(records.length, () => this.#store.predictions.append(records));
  }

  async commitFeedback(records: readonly FeedbackRecord[]): Promise<Appended> {
    for (const record of records) checkFeedback(record);
    return this.#surely(records.length, () => this.#store.feedback.append(records));
  }

  counters(): LogCounters {
    return {
      written: this.#written,
      dropped: this.#dropped,
      waiting: this.#queue.length + this.#inFlight,
      conflicts: this.#conflicts,
      failures: this.#failures,
    };
  }

  async close(patience = 10_000): Promise<void> {
    this.#closed = true;
    const enough = sleep(patience, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    await Promise.race([this.#pump, enough]);
    this.#ending.abort();
    this.#dropped += this.#forget(this.#queue.length);
  }

  #isFull(records: number, characters: number): boolean {
    return (
      this.#queue.length + this.#inFlight + records > this.#capacity ||
      this.#queuedCharacters + characters > this.#capacityCharacters
    );
  }

  async #surely(records: number, append: () => Promise<Appended>): Promise<Appended> {
    // A single large append is taken when nothing waits.
    if (this.#inFlight > 0 && this.#isFull(records, 0)) {
      throw new StoreUnavailable({
        reason: 'overloaded',
        problem: `${this.#inFlight + this.#queue.length} records wait for the store already.`,
        hint: 'Try again in a moment; if it lasts, the disk of the store is too slow for the load.',
      });
    }
    this.#inFlight += records;
    try {
      const appended = await append();
      this.#count(appended);
      return appended;
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.#inFlight -= records;
    }
  }

  /** Writes what is queued, for as long as there is something, whatever happens to the store meanwhile. */
  async #drain(): Promise<void> {
    // What the same turn of the event loop brings goes into the first append already.
    await Promise.resolve();
    for (let pause = 50; this.#queue.length > 0;) {
      const batch = this.#queue.slice(0, batchSize);
      try {
        this.#count(await this.#store.predictions.append(batch));
        this.#forget(batch.length);
        pause = 50;
      } catch (error) {
        this.#fail(error);
        if (
          !(error instanceof StoreUnavailable) ||
          error.reason === 'closed' ||
          this.#ending.signal.aborted
        ) {
          this.#dropped += this.#forget(batch.length);
          continue;
        }
        await sleep(pause, undefined, { signal: this.#ending.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, 1000);
      }
    }
    this.#pump = undefined;
  }

  /** Takes records from the front of the queue; fewer when it was emptied meanwhile. Gives their number. */
  #forget(records: number): number {
    const forgotten = this.#queue.splice(0, records);
    for (const record of forgotten) this.#queuedCharacters -= sizeOf(record);
    return forgotten.length;
  }

  #count(appended: Appended): void {
    this.#written += appended.added + appended.known.length;
    this.#conflicts += appended.conflicts.length;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#onTrouble(undefined);
  }

  #fail(error: unknown): void {
    this.#failures++;
    if (this.#troubled || !(error instanceof StoreUnavailable)) return;
    this.#troubled = true;
    this.#onTrouble(error);
  }
}

function sizeOf(record: PredictionRecord): number {
  return record.features.length + (record.details?.length ?? 0);
}
