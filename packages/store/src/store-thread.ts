import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { groupedStore } from './log/grouped-store.ts';
import type { StoreOptions } from './open-store.ts';
import { threadChannel } from './remote/channel.ts';
import { fromFault } from './remote/faults.ts';
import type { Fault } from './remote/faults.ts';
import { remoteStore } from './remote/remote-store.ts';
import type { Store } from './store.ts';

/**
 * Opens the store in a thread of its own, as a server needs it: this thread never waits for the disk. All
 * appends of predictions that wait are one commit.
 *
 * A cluster's primary process opens it once and gives it on to its workers: `serveStore(store,
 * processChannel(worker.process))` here, `connectStore(processChannel(process))` there.
 *
 * @throws as `openStore`
 */
export async function openStoreThread(options: StoreOptions = {}): Promise<Store> {
  const worker = new Worker(new URL(`./store-worker${extname(import.meta.filename)}`, import.meta.url), {
    workerData: options,
  });
  const [first] = (await once(worker, 'message')) as [{ opened: true } | { fault: Fault }];
  if ('fault' in first) {
    await worker.terminate();
    throw fromFault(first.fault);
  }
  const remote = remoteStore(threadChannel(worker));
  const store = groupedStore(remote);
  let closing: Promise<void> | undefined;
  return {
    ...store,
    close() {
      closing ??= remote.close().finally(() => worker.terminate());
      return closing;
    },
  };
}

/** A store that another thread or process serves by `serveStore`, with the appends of this side in groups. */
export function connectStore(channel: Parameters<typeof remoteStore>[0]): Store {
  return groupedStore(remoteStore(channel));
}
