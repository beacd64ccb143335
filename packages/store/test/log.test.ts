import { describe, expect, it } from 'vitest';
import { Conflict, InvalidOption, NotFound } from '@verdict/core';
import type { Store } from '@verdict/store';
import { overEngines } from './support/engines.ts';
import { clock, feedback, hashOf, newKey, prediction } from './support/records.ts';

overEngines((engine) => {
  describe('predictions', () => {
    it('come back as they were written, to the last bit', async () => {
      const store = await engine.open();
      const records = [
        prediction('a', { probability: 5e-324, threshold: 0.1 + 0.7, details: '{"flags":[]}', key: 'k' }),
        prediction('b', { probability: 1 - 2 ** -53, alias: null, label: '', features: '{}' }),
        prediction('ü "\'{},\\', { label: 'NULL', features: `{"x":"${'😀'.repeat(100)}"}` }),
      ];
      expect(await store.predictions.append(records)).toEqual({ added: 3, known: [], conflicts: [] });
      for (const record of records) expect(await store.predictions.get(record.requestId)).toEqual(record);
      expect(await store.predictions.get('none')).toBeUndefined();
      expect(await store.predictions.append([])).toEqual({ added: 0, known: [], conflicts: [] });
    });

    it('are written once, however often they are appended', async () => {
      const store = await engine.open();
      await store.predictions.append([prediction('a'), prediction('b')]);
      const again = await store.predictions.append([
        prediction('a'),
        prediction('b', { probability: 0.5 }),
        prediction('c'),
        prediction('c'),
        prediction('c', { label: 'yes' }),
      ]);
      expect(again).toEqual({ added: 1, known: ['a', 'c'], conflicts: ['b', 'c'] });
      expect(await store.predictions.count()).toBe(3);
      expect(await store.predictions.get('b')).toEqual(prediction('b'));
    });

    it('are refused when an engine could not keep them unchanged', async () => {
      const store = await engine.open();
      const bad = [
        { label: 'a\0b' },
        { requestId: '' },
        { requestId: 'x'.repeat(201) },
        { label: '\ud800' },
        { probability: Number.NaN },
        { at: 1.5 },
        { prediction: 2 },
        { model: '../x' },
      ];
      for (const changes of bad) {
        const records = [prediction('good'), prediction('bad', changes)];
        await expect(store.predictions.append(records)).rejects.toThrow(InvalidOption);
      }
      expect(await store.predictions.count()).toBe(0);
    });

    it('are listed by time and id, filtered, page by page', async () => {
      const store = await engine.open();
      const records = Array.from({ length: 25 }, (_, i) =>
        prediction(`r${String(i).padStart(2, '0')}`, {
          at: 1000 + Math.floor(i / 5),
          version: 1 + (i % 2),
          model: i === 24 ? 'fraud' : 'churn',
        }),
      );
      await store.predictions.append(records);
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.predictions.list(
          { model: 'churn' },
          { limit: 7, order: 'oldest', ...(cursor === undefined ? {} : { cursor }) },
        );
        found.push(...page.items.map(({ requestId }) => requestId));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(found).toEqual(records.slice(0, 24).map(({ requestId }) => requestId));
      const newest = await store.predictions.list({ from: 1001, to: 1002 });
      expect(newest.items.map(({ requestId }) => requestId)).toEqual(['r09', 'r08', 'r07', 'r06', 'r05']);
      expect(await store.predictions.count({ model: 'churn', version: 2, from: 1004 })).toBe(2);
    });
  });

  describe('predictions that are old', () => {
    const idsOf = async (store: Store) =>
      (await store.predictions.list({}, { order: 'oldest' })).items.map(({ requestId }) => requestId);

    it('are removed the oldest first, so many at once, with their feedback; younger ones stay', async () => {
      const time = clock(9000);
      const store = await engine.open(engine.place(), { now: time.now });
      // Written in another order than they are old.
      const ages = [5, 1, 4, 2, 3, 6];
      await store.predictions.append(ages.map((age) => prediction(`r${age}`, { at: 1000 + age })));
      await store.feedback.append([
        feedback('f1', 'r1', { at: 8000 }),
        feedback('f1b', 'r1', { at: 8001 }),
        feedback('f4', 'r4', { at: 8000 }),
        feedback('f6', 'r6', { at: 1 }),
      ]);
      const options = { before: 1005, most: 3, by: 'ann' };
      expect(await store.predictions.prune(options)).toEqual({ predictions: 3, feedback: 2, more: true });
      expect(await idsOf(store)).toEqual(['r4', 'r5', 'r6']);
      expect(await store.feedback.forRequest('r1')).toEqual([]);
      expect(await store.predictions.prune(options)).toEqual({ predictions: 1, feedback: 1, more: false });
      expect(await store.predictions.prune(options)).toEqual({ predictions: 0, feedback: 0, more: false });
      // What is of the very moment is not before it; feedback goes by its prediction, not by its own time.
      expect(await idsOf(store)).toEqual(['r5', 'r6']);
      expect((await store.feedback.forRequest('r6')).map(({ id }) => id)).toEqual(['f6']);
      const trail = await store.audit.list({ action: 'predictions.prune' }, { order: 'oldest' });
      expect(trail.items.map(({ actor, at, details }) => [actor, at, details])).toEqual([
        ['ann', 9000, { before: 1005, predictions: 3, feedback: 2 }],
        ['ann', 9000, { before: 1005, predictions: 1, feedback: 1 }],
      ]);
      // The log goes on, also under an id that it had.
      expect(await store.predictions.append([prediction('r1', { at: 2000 })])).toMatchObject({ added: 1 });
    });

    it('leave no feedback alone, but what is younger', async () => {
      const store = await engine.open();
      await store.predictions.append([prediction('kept', { at: 5000 })]);
      const alone = Array.from({ length: 5 }, (_, i) => feedback(`a${i}`, `gone${i}`, { at: 100 + i }));
      await store.feedback.append([...alone, feedback('k', 'kept', { at: 1 })]);
      const options = { before: 104, most: 3, by: 'ann' };
      expect(await store.predictions.prune(options)).toEqual({ predictions: 0, feedback: 3, more: true });
      expect(await store.predictions.prune(options)).toEqual({ predictions: 0, feedback: 1, more: false });
      expect(await store.feedback.count()).toBe(2);
      expect(await store.feedback.forRequest('gone4')).toHaveLength(1);
    });

    it('are removed once where several remove them, while others write', async () => {
      const place = engine.place();
      const first = await engine.open(place);
      // SQLite lets its thread wait: of several in one thread none would get on.
      const more =
        engine.kind === 'sqlite' ? [first, first] : [await engine.open(place), await engine.open(place)];
      const stores = [first, ...more];
      const old = Array.from({ length: 600 }, (_, i) => prediction(`old${i}`, { at: i }));
      await stores[0].predictions.append(old);
      await stores[0].feedback.append(old.map(({ requestId }) => feedback(`f-${requestId}`, requestId)));
      const removed = await Promise.all(
        stores.map(async ({ predictions }) => {
          let count = 0;
          for (let more = true; more;) {
            const pruned = await predictions.prune({ before: 600, most: 50, by: 'ann' });
            count += pruned.predictions;
            expect(pruned.feedback).toBe(pruned.predictions);
            more = pruned.more;
          }
          return count;
        }),
      );
      const added = await Promise.all(
        Array.from({ length: 20 }, async (_, i) =>
          stores[i % 3].predictions.append([prediction(`new${i}`, { at: 600 + i })]),
        ),
      );
      expect(removed.reduce((sum, count) => sum + count, 0)).toBe(600);
      expect(added.every(({ added: count }) => count === 1)).toBe(true);
      expect([await stores[0].predictions.count(), await stores[0].feedback.count()]).toEqual([20, 0]);
    });

    it('are refused to go by what is no moment and no number of rows', async () => {
      const store = await engine.open();
      await store.predictions.append([prediction('a', { at: 1 })]);
      for (const wrong of [{ before: -1 }, { before: 1.5 }, { most: 0 }, { most: 10_001 }, { by: '' }]) {
        await expect(store.predictions.prune({ before: 10, most: 10, by: 'ann', ...wrong })).rejects.toThrow(
          InvalidOption,
        );
      }
      expect(await store.predictions.count()).toBe(1);
    });
  });

  describe('feedback', () => {
    it('is kept late and repeated, and the last to arrive counts', async () => {
      const store = await engine.open();
      await store.feedback.append([feedback('f1', 'a', { outcome: 'no' })]);
      await store.predictions.append([prediction('a'), prediction('b')]);
      expect(await store.feedback.append([feedback('f2', 'a', { at: 5, note: 'corrected' })])).toMatchObject({
        added: 1,
      });
      expect(await store.feedback.append([feedback('f1', 'a', { outcome: 'no' })])).toMatchObject({
        known: ['f1'],
      });
      expect(await store.feedback.append([feedback('f1', 'a')])).toMatchObject({ conflicts: ['f1'] });
      expect((await store.feedback.forRequest('a')).map(({ outcome }) => outcome)).toEqual(['no', 'yes']);
      expect(await store.feedback.forRequest('b')).toEqual([]);
      expect(await store.feedback.count()).toBe(2);
      const { items } = await store.feedback.outcomes();
      expect(items).toEqual([
        {
          prediction: prediction('a'),
          feedback: { ...feedback('f2', 'a', { at: 5, note: 'corrected' }), sequence: expect.any(Number) },
        },
      ]);
      await expect(store.feedback.append([feedback('', 'a')])).rejects.toThrow(InvalidOption);
    });

    it('joins predictions by pages', async () => {
      const store = await engine.open();
      const records = Array.from({ length: 9 }, (_, i) => prediction(`r${i}`, { at: 1000 + i }));
      await store.predictions.append(records);
      await store.feedback.append(records.map(({ requestId }) => feedback(`f-${requestId}`, requestId)));
      const first = await store.feedback.outcomes({ model: 'churn', from: 1001, to: 1008 }, { limit: 4 });
      const second = await store.feedback.outcomes(
        { model: 'churn', from: 1001, to: 1008 },
        { limit: 4, cursor: first.next ?? '' },
      );
      const ids = [...first.items, ...second.items].map(({ feedback: f }) => f.requestId);
      expect(ids).toEqual(['r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1']);
      expect(second.next).toBeNull();
    });
  });

  describe('keys', () => {
    it('are found by their hash alone, listed and revoked for good', async () => {
      const time = clock();
      const store = await engine.open(engine.place(), { now: time.now });
      const key = await store.keys.add(newKey('one', { role: 'admin', expires: time.now() + 1000 }));
      expect(key).toMatchObject({ role: 'admin', at: time.now(), revokedAt: null, replaces: null });
      expect(await store.keys.byHash(hashOf('one'))).toEqual(key);
      expect(await store.keys.byHash(hashOf('two'))).toBeUndefined();
      await expect(store.keys.add(newKey('one'))).rejects.toThrow(Conflict);
      const revoked = await store.keys.revoke(key.id, 'ben');
      time.set(time.now() + 5);
      expect(await store.keys.revoke(key.id, 'cid')).toEqual(revoked);
      expect(await store.keys.list()).toEqual([revoked]);
      await expect(store.keys.revoke('none', 'ben')).rejects.toThrow(NotFound);
      await expect(store.keys.add(newKey('x', { hash: 'short' }))).rejects.toThrow(InvalidOption);
      await expect(store.keys.add(newKey('x', { role: 'root' as 'read' }))).rejects.toThrow(InvalidOption);
    });

    it('rotate with two live keys, never three', async () => {
      const time = clock(1000);
      const store = await engine.open(engine.place(), { now: time.now });
      const rotation = (text: string) => ({
        hash: hashOf(text),
        prefix: text,
        expires: null,
        overlap: 500,
        by: 'ann',
      });
      const one = await store.keys.add(newKey('one'));
      const two = await store.keys.rotate(one.id, rotation('two'));
      expect(two).toMatchObject({ name: 'shop', role: 'predict', replaces: one.id });
      expect(await store.keys.byHash(hashOf('one'))).toMatchObject({ expires: 1500, revokedAt: null });
      await expect(store.keys.rotate(one.id, rotation('fork'))).rejects.toThrow(/replaced by two/);
      await store.keys.rotate(two.id, rotation('three'));
      expect(await store.keys.byHash(hashOf('one'))).toMatchObject({ revokedAt: 1000 });
      expect(await store.keys.byHash(hashOf('two'))).toMatchObject({ expires: 1500, revokedAt: null });
      time.set(2000);
      await expect(store.keys.rotate(two.id, rotation('four'))).rejects.toThrow(/no longer works/);
      const actions = (await store.audit.list()).items.map(({ action }) => action);
      expect(actions).toEqual(['key.rotate', 'key.revoke', 'key.rotate', 'key.add']);
    });
  });

  it('lists audit entries by filter and page', async () => {
    const time = clock(1000);
    const store = await engine.open(engine.place(), { now: time.now });
    for (let i = 0; i < 5; i++) {
      time.set(1000 + i);
      await store.audit.append({
        actor: i % 2 === 0 ? 'ann' : 'ben',
        action: 'login',
        target: `t${i}`,
        details: { i },
        requestId: i === 0 ? 'r' : null,
      });
    }
    const page = await store.audit.list(
      { actor: 'ann', action: 'login', from: 1000, to: 1005 },
      { limit: 2 },
    );
    expect(page.items.map(({ details }) => details)).toEqual([{ i: 4 }, { i: 2 }]);
    const rest = await store.audit.list({ actor: 'ann' }, { limit: 2, cursor: page.next ?? '' });
    expect(rest).toMatchObject({ items: [{ details: { i: 0 }, requestId: 'r', at: 1000 }], next: null });
    expect((await store.audit.list({ target: 't3' })).items).toHaveLength(1);
  });

  it('knows which servers live and up to which move they answer', async () => {
    const store = await engine.open();
    const beat = {
      id: 's1',
      at: 1000,
      sequence: 0,
      workers: 2,
      address: 'http://127.0.0.1:8000',
      failures: [],
    };
    await store.servers.beat(beat);
    const failure = { name: 'churn', alias: 'champion', version: 2, problem: 'broken' };
    await store.servers.beat({ ...beat, at: 2000, sequence: 7, failures: [failure] });
    await store.servers.beat({ ...beat, id: 's2', at: 1500 });
    expect(await store.servers.live(1600)).toEqual([{ ...beat, at: 2000, sequence: 7, failures: [failure] }]);
    await store.servers.leave('s1');
    expect((await store.servers.live(0)).map(({ id }) => id)).toEqual(['s2']);
  });
});
