import { InvalidOption } from '@verdict/core';
import type { Store } from '../store.ts';
import type { Call, Part } from './calls.ts';
import { methods } from './calls.ts';
import type { Channel } from './channel.ts';
import { toFault } from './faults.ts';

/**
 * Answers the calls that come through a channel from a store that this thread or process owns. Several
 * channels may share one store.
 *
 * @param close what the other end's `close` does; default: nothing, since the store belongs to this side
 */
export function serveStore(
  store: Store,
  channel: Channel,
  close: () => Promise<void> = () => Promise.resolve(),
): void {
  const table = methodTable(store);
  table.set('close', close);
  channel.onMessage((message) => {
    const { id, method, args } = message as Call;
    void answer(table.get(method), method, args).then(
      (value) => channel.send({ id, value }),
      (error: unknown) => channel.send({ id, fault: toFault(error) }),
    );
  });
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

function methodTable(store: Store): Map<string, Method> {
  const table = new Map<string, Method>();
  for (const [part, names] of Object.entries(methods)) {
    const object = store[part as Part] as unknown as Record<string, Method>;
    for (const name of names) table.set(`${part}.${name}`, (...args) => object[name](...args));
  }
  table.set('describe', () => store.describe());
  return table;
}

async function answer(method: Method | undefined, name: string, args: readonly unknown[]): Promise<unknown> {
  if (method === undefined) {
    throw new InvalidOption({ option: 'method', got: name, expected: 'a method of the store' });
  }
  return method(...args);
}
