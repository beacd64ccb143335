import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processChannel, serveStore } from '@verdict/store';
import type { LoadFailure } from '@verdict/store';
import { AggregatorRegistry } from 'prom-client';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { AliasWatch } from '../registry/alias-watch.ts';
import type { Follower } from '../registry/target.ts';
import { keyOf } from '../registry/target.ts';
import { Control } from './control.ts';
import type { ControlEnd, Handlers, PrimaryCalls, WorkerCalls } from './control.ts';
import type { RunningServer, ServerHome } from './serve.ts';
import type { ServeOptions } from './serve-options.ts';

/** How often workers tell each other what callers have taken of their limits, milliseconds. */
const USAGE_PERIOD = 100;
/** How long a worker may take to load what it is told to, milliseconds. */
const LOAD_PATIENCE = 60_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

interface Member {
  readonly worker: Worker;
  readonly control: Control<WorkerCalls>;
}

/**
 * A server of several processes. This one, the primary, answers no requests: it owns the store, follows the moves of
 * aliases for all, and starts workers anew that have died.
 */
export async function startCluster(options: ServeOptions, home: ServerHome): Promise<RunningServer> {
  const pool = new WorkerPool(options, home);
  const url = await pool.start();
  home.logger.info({ url, workers: pool.size }, 'listening');
  return { url, failed: pool.failed, stop: async () => pool.stop() };
}

class WorkerPool implements Follower {
  readonly #options: ServeOptions;
  readonly #home: ServerHome;
  readonly #members = new Set<Member>();
  readonly #failure = Promise.withResolvers<never>();
  #watch: AliasWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #usage = new Map<Member, readonly (readonly [string, number])[]>();
  #url = '';
  #pause = FIRST_PAUSE;
  #stopping = false;

  constructor(options: ServeOptions, home: ServerHome) {
    this.#options = options;
    this.#home = home;
    // Nobody may be listening.
    this.#failure.promise.catch(() => undefined);
  }

  get size(): number {
    return this.#members.size;
  }

  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  async start(): Promise<string> {
    const { store, logger, id } = this.#home;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL(`./worker-process${extname(import.meta.filename)}`, import.meta.url)),
      args: [],
    });
    try {
      const first = await this.#fork();
      this.#members.add(first.member);
      if (store !== undefined && first.follows) {
        this.#watch = new AliasWatch({
          store,
          follower: this,
          logger,
          id,
          workers: () => this.#members.size,
          address: () => this.#url,
          now: Date.now,
        });
        await this.#watch.start();
      }
      await this.#listen(first.member);
      for (let i = 1; i < (this.#options.workers ?? 1); i++) await this.#join();
    } catch (error) {
      await this.#end();
      throw error;
    }
    if (this.#options.rateLimit !== undefined) {
      this.#timer = setInterval(() => void this.#shareUsage(), USAGE_PERIOD);
    }
    return this.#url;
  }

  async stop(): Promise<void> {
    await this.#watch?.close();
    await this.#end();
  }

  async prepare(target: Parameters<Follower['prepare']>[0]): Promise<readonly LoadFailure[]> {
    const all = await Promise.all(
      [...this.#members].map(async (member) =>
        within(member.control.ask('prepare', target), LOAD_PATIENCE).catch(() => this.#expel(member)),
      ),
    );
    const failures = new Map<string, LoadFailure>();
    for (const failure of all.flat()) failures.set(keyOf(failure.name, failure.alias), failure);
    return [...failures.values()];
  }

  async commit(...[target, failures]: Parameters<Follower['commit']>): Promise<void> {
    await Promise.all(
      [...this.#members].map(async (member) =>
        within(member.control.ask('commit', { target, failures }), LOAD_PATIENCE).catch(() =>
          this.#expel(member),
        ),
      ),
    );
  }

  /** A worker that does not do as it is told must not answer with what is old. Another one takes its place. */
  #expel(member: Member): never[] {
    this.#members.delete(member);
    member.worker.process.kill('SIGKILL');
    return [];
  }

  /** Starts a process that can answer and does not listen yet. */
  async #fork(): Promise<{ member: Member; follows: boolean }> {
    const { store, place, scratch } = this.#home;
    const worker = cluster.fork();
    const control = new Control<WorkerCalls>(worker.process as unknown as ControlEnd, this.#handlers);
    if (store !== undefined) serveStore(store, processChannel(worker.process));
    const member = { worker, control };
    worker.once('exit', (status, signal) => this.#onExit(member, status, signal));
    const { follows } = await control.ask('start', { options: this.#options, place, scratch });
    return { member, follows };
  }

  async #listen(member: Member): Promise<void> {
    this.#members.add(member);
    const { url } = await member.control.ask('listen', null);
    this.#url = url;
  }

  /** A further worker: it loads what the others serve, between two moves, and then answers. */
  async #join(): Promise<void> {
    const { member } = await this.#fork();
    const enter = async (): Promise<void> => {
      if (this.#watch !== undefined) {
        const { target, failures } = this.#watch;
        await member.control.ask('prepare', target);
        await member.control.ask('commit', { target, failures });
      }
      await this.#listen(member);
    };
    await (this.#watch === undefined ? enter() : this.#watch.between(enter));
  }

  #onExit(member: Member, status: number | null, signal: string | null): void {
    const served = this.#members.delete(member);
    this.#usage.delete(member);
    if (this.#stopping) return;
    this.#home.logger.error({ worker: member.worker.process.pid, status, signal }, 'a worker has ended');
    if (served || this.#members.size > 0) void this.#replace();
  }

  async #replace(): Promise<void> {
    await sleep(this.#pause, undefined, { ref: false });
    if (this.#stopping) return;
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    try {
      await this.#join();
      this.#pause = FIRST_PAUSE;
      this.#home.logger.info({ workers: this.#members.size }, 'a worker was started anew');
    } catch (err) {
      this.#home.logger.error({ err }, 'a worker could not be started');
      if (this.#members.size === 0 && this.#pause === LONGEST_PAUSE) {
        this.#failure.reject(new Error('no worker could be started any more', { cause: err }));
      } else if (this.#members.size === 0) {
        await this.#replace();
      }
    }
  }

  async #end(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const ended = workers.map(async (worker) => {
      if (worker.isDead()) return;
      await new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    });
    await Promise.all(
      [...this.#members].map(async ({ control }) => control.ask('stop', null).catch(() => null)),
    );
    for (const worker of workers) worker.disconnect();
    await Promise.all(ended);
  }

  async #shareUsage(): Promise<void> {
    const before = this.#usage;
    const after = new Map<Member, readonly (readonly [string, number])[]>();
    await Promise.all(
      [...this.#members].map(async (member) => {
        const others = [...before].flatMap(([other, taken]) => (other === member ? [] : taken));
        const taken = await member.control.ask('usage', others).catch(() => []);
        after.set(member, taken);
      }),
    );
    this.#usage = after;
  }

  readonly #handlers: Handlers<PrimaryCalls> = {
    poll: async () => {
      await this.#watch?.poll();
      return null;
    },
    refreshKeys: async () => {
      await Promise.all(
        [...this.#members].map(async ({ control }) => control.ask('keys', null).catch(() => null)),
      );
      return null;
    },
    collectMetrics: async () => {
      const all = await Promise.all(
        [...this.#members].map(async ({ control }) => control.ask('metrics', null).catch(() => [])),
      );
      const parts = all.filter((part) => part.length > 0) as MetricObjectWithValues<MetricValue<string>>[][];
      return AggregatorRegistry.aggregate(parts).metrics();
    },
  };
}

/** @throws if it takes longer */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(milliseconds, undefined, { signal: timer.signal, ref: false }).then(() => {
        throw new Error('it took too long');
      }),
    ]);
  } finally {
    timer.abort();
  }
}
