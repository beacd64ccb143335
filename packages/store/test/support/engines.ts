import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { connectStore, openStore, serveStore, threadChannel } from '@verdict/store';
import type { Store, StoreOptions, StoreWorld } from '@verdict/store';
import { startPostgres } from '../../../../test/support/postgres.ts';
import type { PostgresServer } from '../../../../test/support/postgres.ts';

/** What a suite gets to test one engine with. */
export interface EngineUnderTest {
  readonly kind: 'sqlite' | 'postgres';
  /** A new, empty place for a store. */
  place(): StoreOptions;
  /** Opens a store in a new place, or in the given one; closed when the test ends. */
  open(options?: StoreOptions, world?: StoreWorld): Promise<Store>;
  /** The server, for tests that trouble it. */
  server(): PostgresServer;
}

const ways = [
  { title: 'on SQLite', kind: 'sqlite', remote: false },
  { title: 'on Postgres', kind: 'postgres', remote: false },
  { title: 'at the other end of a channel', kind: 'sqlite', remote: true },
] as const;

/** Runs one suite over SQLite, over a real Postgres, and through messages. */
export function overEngines(suite: (engine: EngineUnderTest) => void): void {
  describe.each(ways)('$title', ({ kind, remote }) => {
    let postgres: PostgresServer | undefined;
    const folders: string[] = [];
    const stores: Store[] = [];
    const ports: MessagePort[] = [];

    if (kind === 'postgres') {
      beforeAll(async () => {
        postgres = await startPostgres();
      });
    }
    afterEach(async () => {
      for (const port of ports.splice(0)) port.close();
      for (const store of stores.splice(0)) await store.close();
    });
    afterAll(() => {
      postgres?.remove();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    const engine: EngineUnderTest = {
      kind,
      place() {
        if (kind === 'postgres') return { databaseUrl: engine.server().database() };
        const folder = mkdtempSync(join(tmpdir(), 'verdict-store-'));
        folders.push(folder);
        return { dataDir: join(folder, 'verdict-data') };
      },
      async open(options = engine.place(), world = {}) {
        const store = await openStore(options, world);
        stores.push(store);
        if (!remote) return store;
        const { port1, port2 } = new MessageChannel();
        serveStore(store, threadChannel(port1));
        ports.push(port1);
        return connectStore(threadChannel(port2));
      },
      server() {
        if (postgres === undefined) throw new Error('Postgres does not run yet.');
        return postgres;
      },
    };
    suite(engine);
  });
}
