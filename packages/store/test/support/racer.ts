// A process of its own that works on a store as fast as it can and says what was acknowledged.
import { NotFound } from '@verdict/core';
import { connectStore, openStore, openStoreThread, processChannel } from '@verdict/store';
import { hashOf, newVersion, prediction } from './records.ts';
import type { RaceOrder } from './race.ts';

const order = JSON.parse(process.argv[2]) as RaceOrder;
const say = (text: string) => process.send?.(text);

const work = {
  async moves() {
    const store = await openStore(order.store);
    for (let i = 0; i < order.count; i++) {
      const move = await store.models.move({
        name: 'churn',
        alias: 'champion',
        version: 1 + (i % 2),
        by: order.who,
        reason: `${i}`,
      });
      say(`${move.sequence}`);
    }
    await store.close();
  },

  async registrations() {
    const store = await openStore(order.store);
    for (let i = 0; i < order.count; i++) {
      const artifact = hashOf(`${order.who}${i}`);
      const { version } = await store.models.register(newVersion({ artifact, by: order.who }));
      say(`${version.version} ${artifact}`);
    }
    await store.close();
  },

  /** Appends one by one, 32 at a time, until the count is reached or it is killed. */
  async appends() {
    const store = await openStoreThread({ ...order.store, patience: 60_000 });
    let next = 0;
    const client = async () => {
      while (next < order.count) {
        const id = `${order.who}-${next++}`;
        const { added } = await store.predictions.append([prediction(id)]);
        if (added === 1) say(id);
      }
    };
    await Promise.all(Array.from({ length: 32 }, client));
    await store.close();
  },

  /** Appends through the store of the process that started this one. */
  async served() {
    const store = connectStore(processChannel(process));
    const ids = Array.from({ length: order.count }, (_, i) => `${order.who}-${i}`);
    const appended = await Promise.all(ids.map((id) => store.predictions.append([prediction(id)])));
    const refused = await store.models.archive('none', 1, order.who).catch((error: unknown) => error);
    if (!(refused instanceof NotFound)) throw new Error('A refusal must come back as its class.');
    process.send?.(String(appended.filter(({ added }) => added === 1).length));
  },

  /** Holds SQLite's write lock until it is killed. */
  async hold() {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(`${order.store.dataDir}/verdict.sqlite`);
    database.exec('begin immediate');
    say('held');
    setInterval(() => database.isOpen, 1000);
  },
};
await work[order.work]();
process.disconnect?.();
