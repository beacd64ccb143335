import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@verdict/store';
import type { FastifyBaseLogger } from 'fastify';

const DAY = 86_400_000;
/** How often it is looked for what has become old, milliseconds. */
const PERIOD = 3_600_000;
/** Rows removed in one commit. */
const BATCH = 250;
/** The least time between two commits, in which others write, milliseconds. */
const LEAST_PAUSE = 20;
/** The pause after a commit, by what it took. */
const PAUSE = 3;

export interface LogRetentionOptions {
  readonly store: { readonly predictions: Pick<Store['predictions'], 'prune'> };
  /** For how many days predictions are kept. */
  readonly days: number;
  readonly logger: FastifyBaseLogger;
  readonly now: () => number;
}

/**
 * Removes predictions that are older than they are to be kept, with their feedback: at the start and every hour, in
 * small commits with longer pauses between them, so that whoever logs is not held up.
 */
export class LogRetention {
  readonly #options: LogRetentionOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: LogRetentionOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Ends between two commits. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#pass();
      } catch (err) {
        logger.error({ err }, 'old predictions could not be removed; it is tried again in an hour');
      }
      await this.#wait(PERIOD);
    }
  }

  async #pass(): Promise<void> {
    const { store, days, logger, now } = this.#options;
    const before = Math.max(0, Math.floor(now() - days * DAY));
    let predictions = 0;
    let feedback = 0;
    try {
      for (let more = true; more && !this.#closing.signal.aborted;) {
        const began = performance.now();
        const pruned = await store.predictions.prune({ before, most: BATCH, by: 'server' });
        predictions += pruned.predictions;
        feedback += pruned.feedback;
        more = pruned.more;
        if (more) await this.#wait(Math.max(LEAST_PAUSE, PAUSE * (performance.now() - began)));
      }
    } finally {
      if (predictions + feedback > 0) {
        logger.info(
          { before: new Date(before).toISOString(), predictions, feedback },
          'old predictions removed',
        );
      }
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    // Rejects only as it is closed.
    await sleep(milliseconds, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
  }
}
