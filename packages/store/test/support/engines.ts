import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@verdict/store';
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

/** Runs one suite over SQLite and over a real Postgres. */
export function overEngines(suite: (engine: EngineUnderTest) => void): void {
  describe.each(['sqlite', 'postgres'] as const)('on %s', (kind) => {
    let postgres: PostgresServer | undefined;
    const folders: string[] = [];
    const stores: Store[] = [];

    if (kind === 'postgres') {
      beforeAll(async () => {
        postgres = await startPostgres();
      });
    }
    afterEach(async () => {
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
        return store;
      },
      server() {
        if (postgres === undefined) throw new Error('Postgres does not run yet.');
        return postgres;
      },
    };
    suite(engine);
  });
}
