import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { StoreOptions } from '@verdict/store';
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
