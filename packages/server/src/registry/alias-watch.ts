import type { LoadFailure, Store } from '@verdict/store';
import type { FastifyBaseLogger } from 'fastify';
import { readTarget } from './target.ts';
import type { Follower, Target } from './target.ts';

export interface AliasWatchOptions {
  readonly store: Pick<Store, 'models' | 'servers'>;
  readonly follower: Follower;
  readonly logger: FastifyBaseLogger;
  /** Of this start of the server. */
  readonly id: string;
  readonly workers: () => number;
  readonly address: () => string;
  /** Milliseconds since 1970-01-01 UTC, for others to see that this server lives. */
  readonly now: () => number;
}

/** How often it is asked whether an alias has moved, milliseconds. */
const POLL = 100;
/** How often the server says that it lives. */
const BEAT = 1000;
/** How often a version that did not load is tried again. */
const RETRY = 5000;

/**
 * Follows the moves of aliases: loads what they point at, switches, and then says so in the store, where whoever
 * moves an alias waits for it.
 */
export class AliasWatch {
  readonly #options: AliasWatchOptions;
  #target: Target = { sequence: -1, aliases: [] };
  #failures: readonly LoadFailure[] = [];
  // By a clock that nobody sets.
  #triedAt = 0;
  #beatAt = 0;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #troubled = false;
  #closed = false;

  constructor(options: AliasWatchOptions) {
    this.#options = options;
  }

  /** What is answered by now. */
  get target(): Target {
    return this.#target;
  }

  get failures(): readonly LoadFailure[] {
    return this.#failures;
  }

  /** Loads everything for the first time. @throws what the store throws */
  async start(): Promise<void> {
    await this.#enqueue(async () => this.#follow(true));
    this.#schedule();
  }

  /** Looks at once. */
  async poll(): Promise<void> {
    return this.#enqueue(async () => this.#look());
  }

  /** Runs something between two switches, such as the start of a worker. */
  async between(work: () => Promise<void>): Promise<void> {
    return this.#enqueue(work);
  }

  async beat(): Promise<void> {
    return this.#enqueue(async () => this.#beat());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#work;
    const { store, id, logger } = this.#options;
    await store.servers
      .leave(id)
      .catch((err: unknown) => logger.warn({ err }, 'the store was not told that this server stops'));
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.poll().then(() => this.#closed || this.#schedule());
    }, POLL);
    this.#timer.unref();
  }

  /** One after the other. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #look(): Promise<void> {
    const { store, logger } = this.#options;
    if (this.#closed) return;
    try {
      const moved = (await store.models.sequence()) !== this.#target.sequence;
      const again = this.#failures.length > 0 && performance.now() - this.#triedAt >= RETRY;
      if (moved || again) await this.#follow(moved);
      else if (performance.now() - this.#beatAt >= BEAT) await this.#beat();
      if (this.#troubled) logger.info('the store answers again');
      this.#troubled = false;
    } catch (err) {
      // Once, not ten times a second. What is served is served on.
      if (!this.#troubled)
        logger.error({ err }, 'the registry could not be asked; the models stay as they are');
      this.#troubled = true;
    }
  }

  async #follow(moved: boolean): Promise<void> {
    const { store, follower, logger } = this.#options;
    const target = await readTarget(store as Store);
    const failures = await follower.prepare(target);
    this.#triedAt = performance.now();
    await follower.commit(target, failures);
    this.#target = target;
    this.#failures = failures;
    const aliases = target.aliases.map(({ name, alias, version }) => `${name}@${alias} = ${version}`);
    if (moved) logger.info({ sequence: target.sequence, aliases, failures }, 'models switched');
    await this.#beat();
  }

  async #beat(): Promise<void> {
    const { store, id, workers, address, now } = this.#options;
    this.#beatAt = performance.now();
    await store.servers.beat({
      id,
      at: now(),
      sequence: Math.max(0, this.#target.sequence),
      workers: workers(),
      address: address(),
      failures: this.#failures,
    });
  }
}
