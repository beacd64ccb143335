import { setTimeout as sleep } from 'node:timers/promises';
import type { AliasMove, Store } from '@verdict/store';

/** A server that beat within this time is alive, milliseconds. */
const ALIVE = 5000;
/** How long a move is waited for, milliseconds. */
const PATIENCE = 30_000;
const POLL = 25;

/** Whether every live server answers by a move. */
export interface ServedBy {
  readonly served: boolean;
  readonly waiting: readonly {
    readonly server: string;
    readonly address: string;
    readonly problem: string;
  }[];
}

/**
 * Waits until every live server answers by a move, or says which does not and why. One that cannot load the version
 * is not waited for.
 */
export async function awaitServers(
  { servers }: Pick<Store, 'servers'>,
  move: Pick<AliasMove, 'name' | 'alias' | 'sequence'>,
  now: () => number,
  patience = PATIENCE,
): Promise<ServedBy> {
  const until = now() + patience;
  for (;;) {
    const live = await servers.live(now() - ALIVE);
    const waiting = live.flatMap(({ id, address, sequence, failures }) => {
      if (sequence < move.sequence) {
        return [{ server: id, address, problem: 'It has not loaded the version yet.', final: false }];
      }
      const failure = failures.find(({ name, alias }) => name === move.name && alias === move.alias);
      return failure === undefined ? [] : [{ server: id, address, problem: failure.problem, final: true }];
    });
    if (waiting.every(({ final }) => final) || now() >= until) {
      return {
        served: waiting.length === 0,
        waiting: waiting.map(({ server, address, problem }) => ({ server, address, problem })),
      };
    }
    await sleep(POLL);
  }
}
