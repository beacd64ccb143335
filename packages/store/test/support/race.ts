import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StoreOptions } from '@verdict/store';

/** What a racing process is told to do; its answers come as messages. */
export interface RaceOrder {
  readonly work: 'moves' | 'registrations' | 'appends' | 'served' | 'hold';
  readonly store: StoreOptions;
  readonly who: string;
  readonly count: number;
}

const program = fileURLToPath(new URL('racer.ts', import.meta.url));

/** Starts a process that works on a store of its own opening. */
export function startRacer(order: RaceOrder): ChildProcess {
  return fork(program, [JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** Runs racers to their end and gives what each of them had acknowledged. */
export async function race(orders: readonly RaceOrder[]): Promise<string[][]> {
  return Promise.all(
    orders.map(async (order) => {
      const racer = startRacer(order);
      const acknowledged: string[] = [];
      racer.on('message', (message) => acknowledged.push(String(message)));
      const [status] = (await once(racer, 'exit')) as [number | null];
      if (status !== 0) throw new Error(`The racer ${order.who} ended with status ${status}.`);
      return acknowledged;
    }),
  );
}
