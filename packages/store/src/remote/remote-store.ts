import { StoreUnavailable } from '@verdict/core';
import type { Store } from '../store.ts';
import type { Reply } from './calls.ts';
import { methods } from './calls.ts';
import type { Channel } from './channel.ts';
import { fromFault } from './faults.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A store that lives at the other end of a channel. */
export function remoteStore(channel: Channel): Store {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let gone: StoreUnavailable | undefined;

  channel.onMessage((message) => {
    const reply = message as Reply;
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('fault' in reply) call?.reject(fromFault(reply.fault));
    else call?.resolve(reply.value);
  });
  channel.onGone((problem) => {
    gone = new StoreUnavailable({
      reason: 'closed',
      problem: `The store is gone: ${problem}.`,
      hint: 'Start the server again; what it had acknowledged is in the store.',
    });
    for (const call of waiting.values()) call.reject(gone);
    waiting.clear();
  });

  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (gone !== undefined) {
        reject(gone);
        return;
      }
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      channel.send({ id, method, args: withoutTail(args) });
    });

  const parts = Object.entries(methods).map(([part, names]) => [
    part,
    Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => call(`${part}.${name}`, args)])),
  ]);
  // The table of methods is checked against the interface where it is written.
  return {
    ...(Object.fromEntries(parts) as Omit<Store, 'describe' | 'close'>),
    describe: () => call('describe', []) as ReturnType<Store['describe']>,
    close: async () => {
      await call('close', []);
    },
  };
}

/** Arguments left out are left out there too: in JSON they would be null. */
function withoutTail(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}
