import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidStore, NotFound, StoreUnavailable } from '@verdict/core';
import { openStore, openStoreThread, sqliteFile } from '@verdict/store';
import type { Store } from '@verdict/store';
import { startPostgres } from '../../../test/support/postgres.ts';
import type { PostgresServer } from '../../../test/support/postgres.ts';
import { startRacer } from './support/race.ts';
import { hashOf, newVersion, prediction } from './support/records.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verdict-trouble-'));
let folders = 0;
const newFolder = () => join(scratch, `store-${folders++}`);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Appends records one by one from several callers until told to stop; knows which were acknowledged. */
function load(store: Store, prefix: string) {
  const acknowledged: string[] = [];
  const refused: unknown[] = [];
  const ending = new AbortController();
  const client = async (who: number) => {
    for (let i = 0; !ending.signal.aborted; i++) {
      const id = `${prefix}-${who}-${i}`;
      try {
        await store.predictions.append([prediction(id)]);
        acknowledged.push(id);
      } catch (error) {
        refused.push(error);
        await sleep(20);
      }
    }
  };
  const clients = Array.from({ length: 8 }, (_, who) => client(who));
  return {
    acknowledged,
    refused,
    async stop() {
      ending.abort();
      await Promise.all(clients);
    },
  };
}

async function expectAll(store: Store, ids: readonly string[]): Promise<void> {
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids) expect((await store.predictions.get(id))?.requestId).toBe(id);
}

describe('on SQLite', () => {
  it('waits for a file that another process has locked', async () => {
    const place = { dataDir: newFolder() };
    const store = await openStoreThread(place);
    const holder = startRacer({ work: 'hold', store: place, who: 'x', count: 0 });
    await once(holder, 'message');
    const appended = store.predictions.append([prediction('a')]);
    await sleep(1500);
    holder.kill('SIGKILL');
    expect(await appended).toMatchObject({ added: 1 });
    await store.close();
  });

  it('says that the file is locked when that lasts, and works when it ends', async () => {
    const place = { dataDir: newFolder() };
    const store = await openStore({ ...place, patience: 100 });
    const holder = startRacer({ work: 'hold', store: place, who: 'x', count: 0 });
    await once(holder, 'message');
    await expect(store.predictions.append([prediction('a')])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: 'locked',
    });
    await expect(store.models.register(newVersion())).rejects.toThrow(/holds the lock/);
    expect(await store.predictions.count()).toBe(0);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    expect(await store.predictions.append([prediction('a')])).toMatchObject({ added: 1 });
    await store.close();
  });

  it('loses nothing acknowledged when a quota is reached', async () => {
    const dataDir = newFolder();
    const small = await openStore({ dataDir, maxPages: 60, patience: 50 });
    const acknowledged: string[] = [];
    const fill = async () => {
      for (let i = 0; i < 10_000; i++) {
        await small.predictions.append([prediction(`r${i}`, { features: `"${'x'.repeat(500)}"` })]);
        acknowledged.push(`r${i}`);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: 'full' });
    await expect(small.models.register(newVersion({ description: 'x'.repeat(9000) }))).rejects.toThrow(
      /full/,
    );
    await expectAll(small, acknowledged);
    await small.close();
    const roomy = await openStore({ dataDir });
    await expectAll(roomy, acknowledged);
    expect(await roomy.predictions.count()).toBe(acknowledged.length);
    expect(await roomy.predictions.append([prediction('more')])).toMatchObject({ added: 1 });
    await roomy.close();
  });

  it('loses nothing acknowledged on a full disk, and goes on when there is room', async () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      throw new Error(
        'A full disk is tested on a small tmpfs, which only root may mount, on Linux. Run the tests as root ' +
          '(in a container, with --cap-add SYS_ADMIN), or leave this file out: npm test -- --exclude packages/store/test/trouble.test.ts',
      );
    }
    const disk = newFolder();
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(1 << 20));
      const store = await openStoreThread({ dataDir: join(disk, 'data'), patience: 200 });
      const running = load(store, 'r');
      while (running.refused.length === 0) await sleep(10);
      expect(running.refused[0]).toBeInstanceOf(StoreUnavailable);
      expect(running.refused[0]).toMatchObject({ reason: expect.stringMatching(/full|io/) });
      const before = running.acknowledged.length;
      rmSync(join(disk, 'filler'));
      while (running.acknowledged.length < before + 50) await sleep(10);
      await running.stop();
      await expectAll(store, running.acknowledged);
      await store.close();
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('refuses a file that is broken, foreign or newer, and one that is not there', async () => {
    const broken = newFolder();
    mkdirSync(broken, { recursive: true });
    writeFileSync(
      join(broken, sqliteFile),
      'not a database, but long enough to look like something else'.repeat(99),
    );
    await expect(openStore({ dataDir: broken })).rejects.toThrow(/no SQLite database/);

    const { DatabaseSync } = await import('node:sqlite');
    const foreign = newFolder();
    mkdirSync(foreign, { recursive: true });
    const other = new DatabaseSync(join(foreign, sqliteFile));
    other.exec('create table notes (text)');
    other.close();
    await expect(openStore({ dataDir: foreign })).rejects.toThrow(/belongs to another program/);

    const newer = newFolder();
    await (await openStore({ dataDir: newer })).close();
    const changed = new DatabaseSync(join(newer, sqliteFile));
    changed.exec("insert into verdict_schema values (99, 'from the future', 0)");
    changed.close();
    await expect(openStore({ dataDir: newer })).rejects.toThrow(InvalidStore);
    await expect(openStoreThread({ dataDir: newer })).rejects.toThrow(/has version 99 .* knows up to/);

    await expect(openStore({ dataDir: newFolder(), create: false })).rejects.toThrow(NotFound);
  });

  it('says which record was broken by other hands', async () => {
    const dataDir = newFolder();
    const store = await openStore({ dataDir });
    await store.models.register(newVersion());
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(join(dataDir, sqliteFile));
    database.exec(`update versions set metrics = '{broken'`);
    database.close();
    await expect(store.models.version('churn', 1)).rejects.toMatchObject({
      code: 'INVALID_STORE',
      message: 'version 1 of churn: the stored text is no JSON.',
    });
    await store.close();
  });

  it('refuses calls after it was closed', async () => {
    const dataDir = newFolder();
    const inline = await openStore({ dataDir });
    await inline.close();
    await inline.close();
    await expect(inline.models.sequence()).rejects.toMatchObject({ reason: 'closed' });
    const thread = await openStoreThread({ dataDir });
    await thread.close();
    await thread.close();
    await expect(thread.models.sequence()).rejects.toMatchObject({ reason: 'closed' });
  });
});

describe('on Postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  it('loses nothing acknowledged when connections are cut', async () => {
    const databaseUrl = server.database();
    const store = await openStoreThread({ databaseUrl, patience: 120_000 });
    const running = load(store, 'r');
    for (let i = 0; i < 10; i++) {
      await sleep(100);
      server.query(
        databaseUrl,
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'verdict'",
      );
    }
    await running.stop();
    expect(running.refused).toEqual([]);
    await expectAll(store, running.acknowledged);
    expect(await store.predictions.count()).toBe(running.acknowledged.length);
    await store.close();
  });

  it('loses nothing acknowledged when the server crashes and comes back', { timeout: 180_000 }, async () => {
    const databaseUrl = server.database();
    const store = await openStoreThread({ databaseUrl, patience: 120_000 });
    const running = load(store, 'r');
    for (let i = 0; i < 3; i++) {
      await sleep(300);
      server.stop('immediate');
      await sleep(200);
      server.start();
    }
    await sleep(300);
    await running.stop();
    expect(running.refused).toEqual([]);
    await expectAll(store, running.acknowledged);
    expect(await store.predictions.count()).toBe(running.acknowledged.length);
    await store.close();
  });

  it('says that the server is away when that lasts, and works when it is back', async () => {
    const databaseUrl = server.database();
    const store = await openStore({ databaseUrl, patience: 100 });
    server.stop();
    await expect(store.predictions.append([prediction('a')])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: 'connection',
    });
    await expect(openStore({ databaseUrl, patience: 0 })).rejects.toThrow(/127.0.0.1/);
    server.start();
    expect(await store.predictions.append([prediction('a')])).toMatchObject({ added: 1 });
    await store.close();
  });

  it('commits to the disk even where the database says otherwise', async () => {
    const databaseUrl = server.database();
    const name = new URL(databaseUrl).pathname.slice(1);
    server.query(databaseUrl, `alter database ${name} set synchronous_commit to off`);
    const store = await openStore({ databaseUrl });
    server.query(
      databaseUrl,
      `create table public.seen (setting text);
       create function note() returns trigger language plpgsql as
         $$ begin insert into public.seen select current_setting('synchronous_commit'); return null; end $$;
       create trigger note after insert on verdict.predictions execute function note();`,
    );
    await store.predictions.append([prediction('a')]);
    expect(server.query(databaseUrl, 'select setting from public.seen')).toBe('on');
    expect(server.query(databaseUrl, 'show synchronous_commit')).toBe('off');
    await store.close();
  });

  it('says that a change is not known to be made when the connection breaks in its commit', async () => {
    const databaseUrl = server.database();
    const store = await openStore({ databaseUrl });
    // The server ends the session in the midst of the commit.
    server.query(
      databaseUrl,
      `create function public.cut() returns trigger language plpgsql as
         $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
       create constraint trigger cut after insert on verdict.versions deferrable initially deferred
         for each row execute function public.cut();`,
    );
    await expect(store.models.register(newVersion())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: 'connection',
      message: expect.stringContaining('It is not known whether the change was made.'),
    });
    server.query(databaseUrl, 'drop trigger cut on verdict.versions');
    expect(await store.models.register(newVersion())).toMatchObject({ version: { version: 1 } });
    await store.close();
  });

  it('refuses a user who may not, at once', async () => {
    const databaseUrl = server.database();
    await (await openStore({ databaseUrl })).close();
    server.query(databaseUrl, 'create role guest login; grant usage on schema verdict to guest;');
    const guest = databaseUrl.replace('verdict@', 'guest@');
    await expect(openStore({ databaseUrl: guest })).rejects.toMatchObject({
      code: 'INVALID_STORE',
      message: expect.stringContaining('permission denied'),
    });
  });

  it('refuses what is no database of its own, and never repeats a password', async () => {
    const databaseUrl = server.database();
    await expect(openStore({ databaseUrl: 'mysql://ann:secret@host/x' })).rejects.toThrow(
      /postgres:\/\/user/,
    );
    await expect(openStore({ databaseUrl: 'no address, secret' })).rejects.toThrow(/something else/);
    const missing = databaseUrl.replace(/test_\d+$/, 'missing').replace('verdict@', 'verdict:secret@');
    const refused = await openStore({ databaseUrl: missing }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidStore);
    expect(String((refused as Error).message)).not.toContain('secret');
    const store = await openStore({ databaseUrl });
    expect(await store.describe()).toEqual({
      engine: 'postgres',
      location: databaseUrl.replace('verdict@', ''),
      schemaVersion: 2,
    });
    server.query(databaseUrl, "insert into verdict.verdict_schema values (99, 'from the future', 0)");
    await expect(openStore({ databaseUrl })).rejects.toThrow(/has version 99/);
    expect((await store.models.register(newVersion({ artifact: hashOf('x') }))).created).toBe(true);
    await store.close();
  });
});
