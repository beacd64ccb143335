import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import {
  ApprovalNeeded,
  Conflict,
  DamagedArtifact,
  InvalidOption,
  InvalidStore,
  NotFound,
  OutOfResources,
  StoreUnavailable,
  VerdictError,
} from '@verdict/core';
import { connectStore, openStoreThread, processChannel, serveStore, threadChannel } from '@verdict/store';
import type { Store, StoreOptions } from '@verdict/store';
import { fromFault, toFault } from '../src/remote/faults.ts';
import { overEngines } from './support/engines.ts';
import { race, startRacer } from './support/race.ts';
import { hashOf, newVersion, prediction } from './support/records.ts';

overEngines((engine) => {
  /** Racers open the place by themselves: it must exist and be whole. */
  async function sharedPlace(): Promise<StoreOptions> {
    const place = engine.place();
    const store = await engine.open(place);
    for (const text of ['v1', 'v2']) await store.models.register(newVersion({ artifact: hashOf(text) }));
    return place;
  }

  it('keeps the history whole when several processes move one alias', async () => {
    const place = await sharedPlace();
    const order = { work: 'moves', store: place, count: 40 } as const;
    const acknowledged = await race(['ann', 'ben', 'cid'].map((who) => ({ ...order, who })));
    const store = await engine.open(place);
    const history = await store.models.history('churn', 'champion');
    expect(history.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    for (const [i, move] of history.entries()) {
      expect(move.previous).toBe(i === 0 ? null : history[i - 1].version);
    }
    expect(
      acknowledged
        .flat()
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(history.map(({ sequence }) => sequence));
    const { items } = await store.audit.list({ action: 'alias.move' }, { limit: 1000 });
    expect(items).toHaveLength(120);
  });

  it('gives every registration a number of its own when several processes register', async () => {
    const place = await sharedPlace();
    const order = { work: 'registrations', store: place, count: 25 } as const;
    const acknowledged = await race(['ann', 'ben'].map((who) => ({ ...order, who })));
    const store = await engine.open(place);
    const versions = await store.models.versions('churn');
    expect(versions).toHaveLength(52);
    const known = new Set(versions.map(({ version, artifact }) => `${version} ${artifact}`));
    expect(known.size).toBe(52);
    for (const text of acknowledged.flat()) expect(known).toContain(text);
  });

  it('opens one new store in several processes at once', async () => {
    const place = engine.place();
    const order = { work: 'appends', store: place, count: 50 } as const;
    await race(['ann', 'ben', 'cid'].map((who) => ({ ...order, who })));
    const store = await engine.open(place);
    expect(await store.predictions.count()).toBe(150);
  });

  it('has every acknowledged record, and none twice, after kill -9 at load', async () => {
    const place = engine.place();
    const acknowledged: string[] = [];
    for (let cycle = 0; cycle < 4; cycle++) {
      const racer = startRacer({ work: 'appends', store: place, who: `c${cycle}`, count: 1e9 });
      racer.on('message', (message) => acknowledged.push(String(message)));
      await once(racer, 'message');
      await sleep(300);
      racer.kill('SIGKILL');
      await once(racer, 'close');
    }
    const store = await engine.open(place);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    for (let i = 0; i < acknowledged.length; i += 500) {
      const found = await Promise.all(acknowledged.slice(i, i + 500).map((id) => store.predictions.get(id)));
      expect(found.map((record) => record?.requestId)).toEqual(acknowledged.slice(i, i + 500));
    }
    const appended = await store.predictions.append([prediction(acknowledged[0])]);
    expect(appended).toEqual({ added: 0, known: [acknowledged[0]], conflicts: [] });
  });
});

it('serves several processes from one thread, and tells them when it is gone', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'verdict-served-'));
  const store = await openStoreThread({ dataDir });
  const workers = ['ann', 'ben'].map((who) => startRacer({ work: 'served', store: {}, who, count: 300 }));
  const counts = workers.map(async (worker) => {
    serveStore(store, processChannel(worker));
    const said: unknown[] = [];
    worker.on('message', (message) => said.push(message));
    const [status] = (await once(worker, 'exit')) as [number];
    expect(status).toBe(0);
    return said.at(-1);
  });
  expect(await Promise.all(counts)).toEqual(['300', '300']);
  expect(await store.predictions.count()).toBe(600);
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('tells who waits when the other end is gone', async () => {
  const { port1, port2 } = new MessageChannel();
  const store = connectStore(threadChannel(port2));
  const waiting = store.models.sequence();
  port1.close();
  await expect(waiting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: 'closed' });
  await expect(store.keys.list()).rejects.toThrow(/channel to it was closed/);
});

it('answers only methods of the store, and passes on mistakes as such', async () => {
  const { port1, port2 } = new MessageChannel();
  const answers: unknown[] = [];
  port2.on('message', (message) => answers.push(message));
  const broken = { runs: { get: () => Promise.reject(new TypeError('a mistake')) } } as unknown as Store;
  serveStore(broken, threadChannel(port1));
  port2.postMessage({ id: 1, method: 'constructor', args: [] });
  port2.postMessage({ id: 2, method: 'runs.__proto__', args: [] });
  port2.postMessage({ id: 3, method: 'runs.get', args: ['x'] });
  while (answers.length < 3) await sleep(1);
  expect(answers).toMatchObject([
    { id: 1, fault: { code: 'INVALID_OPTION' } },
    { id: 2, fault: { code: 'INVALID_OPTION' } },
    { id: 3, fault: { code: 'UNEXPECTED' } },
  ]);
  const remote = connectStore(threadChannel(port2));
  await expect(remote.runs.get('x')).rejects.toThrow(/a mistake/);
  port1.close();
});

it('brings every kind of error across', () => {
  const details = { problem: 'Something is wrong.', hint: 'Do something.' };
  const errors = [
    new ApprovalNeeded(details),
    new Conflict(details),
    new DamagedArtifact(details),
    new InvalidOption({ option: 'folds', got: undefined, expected: 'at least 2' }),
    new InvalidStore(details),
    new NotFound(details),
    new OutOfResources(details),
    new StoreUnavailable({ ...details, reason: 'full' }),
  ];
  for (const error of errors) {
    const copy = fromFault(JSON.parse(JSON.stringify(toFault(error))));
    const { code, message, hint } = error;
    expect(copy).toMatchObject(error instanceof InvalidOption ? { code, hint } : { code, message, hint });
    expect(copy).toBeInstanceOf(error instanceof OutOfResources ? VerdictError : error.constructor);
  }
  expect(fromFault(toFault('text')).message).toBe('text');
});
