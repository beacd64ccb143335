import { setTimeout as sleep } from 'node:timers/promises';
import type { AliasMove } from '../records/models.ts';
import type { Store } from '../store.ts';

/** A server that beat within this time is alive, milliseconds. */
const ALIVE = 5_000;
/** How long a move is waited for, milliseconds. */
const PATIENCE = 30_000;
const POLL = 25;

/** Whether every live server answers by a move of an alias. */
export interface Served {
  readonly served: boolean;
  /** How many servers are alive. */
  readonly servers: number;
  /** Servers that do not, and why. */
  readonly waiting: readonly {
    readonly server: string;
    readonly address: string;
    readonly problem: string;
  }[];
}

export interface AwaitServersOptions {
  /** Ends the waiting: what is known then is the answer. */
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  /** Milliseconds; default 30,000. */
  readonly patience?: number;
}

/**
 * Waits until every live server answers by a move, or says which does not and why. One that cannot load the version
 * says so: then it is not waited for.
 */
export async function awaitServers(
  { servers }: Pick<Store, 'servers'>,
  move: Pick<AliasMove, 'name' | 'alias' | 'sequence'>,
  { signal, now = Date.now, patience = PATIENCE }: AwaitServersOptions = {},
): Promise<Served> {
  const until = now() + patience;
  for (;;) {
    const live = await servers.live(now() - ALIVE);
    const waiting = live.flatMap(({ id, address, sequence, failures }) => {
      // What failed before the server has looked at this move says nothing of it.
      if (sequence < move.sequence) {
        return [{ server: id, address, problem: 'It has not loaded the version yet.', final: false }];
      }
      const failure = failures.find(({ name, alias }) => name === move.name && alias === move.alias);
      return failure === undefined ? [] : [{ server: id, address, problem: failure.problem, final: true }];
    });
    if (waiting.every(({ final }) => final) || now() >= until || signal?.aborted === true) {
      return {
        served: waiting.length === 0,
        servers: live.length,
        waiting: waiting.map(({ server, address, problem }) => ({ server, address, problem })),
      };
    }
    await sleep(POLL);
  }
}
