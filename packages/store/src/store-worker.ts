// The thread that owns the database: SQLite lets it wait for the disk, and nobody else.
import { parentPort, workerData } from 'node:worker_threads';
import { groupedStore } from './log/grouped-store.ts';
import { openStore } from './open-store.ts';
import type { StoreOptions } from './open-store.ts';
import { threadChannel } from './remote/channel.ts';
import { toFault } from './remote/faults.ts';
import { serveStore } from './remote/serve-store.ts';

if (parentPort === null) throw new Error('store-worker runs as a worker thread only.');
const port = parentPort;
try {
  const store = await openStore(workerData as StoreOptions);
  serveStore(groupedStore(store), threadChannel(port), () => store.close());
  port.postMessage({ opened: true });
} catch (error) {
  port.postMessage({ fault: toFault(error) });
}
