import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '@verdict/store';

/** A server that beat within this time is alive, milliseconds. */
const ALIVE = 5_000;
/** How long a move is waited for, milliseconds. */
const PATIENCE = 30_000;
const POLL = 50;

/** Whether every live server answers by a move of an alias. */
export interface Served {
  readonly served: boolean;
  readonly servers: number;
  /** Servers that do not, and why. */
  readonly waiting: readonly { readonly address: string; readonly problem: string }[];
}

/**
 * Waits until every live server answers by a move. A server that cannot load the version says so: then there is
 * nothing to wait for.
 *
 * @param sequence the move's
 */
export async function awaitServers(
  store: Store,
  move: { readonly name: string; readonly alias: string; readonly sequence: number },
  options: { readonly signal: AbortSignal; readonly now?: () => number; readonly patience?: number },
): Promise<Served> {
  const { signal, now = Date.now, patience = PATIENCE } = options;
  const until = now() + patience;
  for (;;) {
    const live = await store.servers.live(now() - ALIVE);
    const waiting = live.flatMap(({ address, sequence, failures }) => {
      // What failed before the server has looked at this move says nothing of it.
      if (sequence < move.sequence) {
        return [{ address, problem: 'It has not loaded the version yet.', final: false }];
      }
      const failure = failures.find(({ name, alias }) => name === move.name && alias === move.alias);
      return failure === undefined ? [] : [{ address, problem: failure.problem, final: true }];
    });
    const over = waiting.every(({ final }) => final) || now() >= until || signal.aborted;
    if (over) {
      return {
        served: waiting.length === 0,
        servers: live.length,
        waiting: waiting.map(({ address, problem }) => ({ address, problem })),
      };
    }
    await sleep(POLL);
  }
}
