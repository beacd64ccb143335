import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@verdict/core';
import type { Kysely, Transaction } from 'kysely';
import { commitUnknown } from '../engines/engine.ts';
import type { Engine } from '../engines/engine.ts';
import type { Tables } from './tables.ts';

export interface ContextOptions {
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Makes a new id, a UUID. */
  readonly newId: () => string;
  /** For how long work is tried again while the database cannot do it, milliseconds. */
  readonly patience: number;
}

/** How the parts of the store do their work: in transactions that are tried again when trying again helps. */
export interface Context {
  readonly engine: Engine;
  readonly now: () => number;
  readonly newId: () => string;
  /** Brings the database into shape, which may be done twice. */
  prepare(work: () => Promise<void>): Promise<void>;
  /** Reads, from one statement. */
  read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Changes in one transaction that may run twice with the same result, so it is tried again even when the
   * connection broke during the commit.
   */
  writeIdempotent<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Changes the registry in one transaction, with every other writer of it waiting. */
  change<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Waits for what runs, refuses what comes. */
  close(): Promise<void>;
}

export function openContext(engine: Engine, options: ContextOptions): Context {
  const running = new Set<Promise<unknown>>();
  let closed = false;

  async function attempt<T>(work: () => Promise<T>, idempotent: boolean): Promise<T> {
    const deadline = performance.now() + options.patience;
    for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
      try {
        return await work();
      } catch (error) {
        const meaning = engine.translate(error);
        if (!(meaning instanceof StoreUnavailable) || meaning.reason === 'closed') throw meaning;
        if (!idempotent && commitUnknown in meaning) {
          throw new StoreUnavailable({
            reason: meaning.reason,
            problem: `${meaning.message} It is not known whether the change was made.`,
            hint: 'Look whether it was (verdict models history), then try again if not.',
            cause: error,
          });
        }
        if (performance.now() + pause > deadline) throw meaning;
        await sleep(pause);
      }
    }
  }

  async function run<T>(work: () => Promise<T>, idempotent: boolean): Promise<T> {
    if (closed) throw closedStore();
    const result = attempt(work, idempotent);
    running.add(result);
    try {
      return await result;
    } finally {
      running.delete(result);
    }
  }

  return {
    engine,
    now: options.now,
    newId: options.newId,
    prepare: (work) => run(work, true),
    read: (work) => run(() => work(engine.db), true),
    writeIdempotent: (work) => run(() => engine.db.transaction().execute(work), true),
    change: (work) =>
      run(
        () =>
          engine.db.transaction().execute(async (transaction) => {
            await engine.lockRegistry(transaction);
            return work(transaction);
          }),
        false,
      ),
    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled(running);
      await engine.close();
    },
  };
}

/** The error of every call after `close`. */
function closedStore(): StoreUnavailable {
  return new StoreUnavailable({
    reason: 'closed',
    problem: 'The store was closed.',
    hint: 'Open it again, or make the call before closing.',
  });
}
