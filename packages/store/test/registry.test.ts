import { describe, expect, it } from 'vitest';
import { ApprovalNeeded, Conflict, InvalidOption, NotFound } from '@verdict/core';
import { overEngines } from './support/engines.ts';
import { clock, hashOf, newRun, newVersion } from './support/records.ts';

const by = { by: 'ann', reason: 'better on the hold-out' };
const champion = { name: 'churn', alias: 'champion' };

overEngines((engine) => {
  /** A store with `count` versions of churn. */
  async function withVersions(count: number, world = {}) {
    const store = await engine.open(engine.place(), world);
    for (let i = 1; i <= count; i++) await store.models.register(newVersion({ artifact: hashOf(`v${i}`) }));
    return store;
  }

  describe('runs', () => {
    it('keep what a job knew at its start and found at its end', async () => {
      const time = clock();
      const store = await engine.open(engine.place(), { now: time.now });
      const run = await store.runs.create(newRun);
      expect(run).toMatchObject({ ...newRun, state: 'running', startedAt: time.now(), finishedAt: null });
      time.set(time.now() + 5000);
      const outcome = { metrics: { log_loss: 0.25 }, durationSeconds: 5.25, cpuSeconds: 9.5 };
      const finished = await store.runs.finish(run.id, {
        ...outcome,
        state: 'finished',
        artifact: hashOf('a'),
        dataFingerprint: 'sha256:2',
      });
      expect(finished).toEqual({
        ...run,
        ...outcome,
        state: 'finished',
        finishedAt: time.now(),
        artifact: hashOf('a'),
        dataFingerprint: 'sha256:2',
      });
      expect(await store.runs.get(run.id)).toEqual(finished);
    });

    it('end once', async () => {
      const store = await engine.open();
      const run = await store.runs.create({ ...newRun, model: null, seed: null, lockHash: null });
      const failed = {
        state: 'failed',
        metrics: {},
        durationSeconds: 1,
        cpuSeconds: 1,
        error: 'no rows',
      } as const;
      expect(await store.runs.finish(run.id, failed)).toMatchObject({ state: 'failed', error: 'no rows' });
      await expect(store.runs.finish(run.id, failed)).rejects.toThrow(Conflict);
      await expect(store.runs.finish('nobody', failed)).rejects.toThrow(NotFound);
      expect(await store.runs.get('nobody')).toBeUndefined();
    });

    it('are listed newest first, page by page, filtered', async () => {
      const time = clock();
      const store = await engine.open(engine.place(), { now: time.now });
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        // Two of the same moment: the id decides.
        time.set(1_800_000_000_000 + Math.floor(i / 2));
        ids.push((await store.runs.create({ ...newRun, kind: i === 4 ? 'tune' : 'train' })).id);
      }
      const first = await store.runs.list({}, { limit: 3 });
      const second = await store.runs.list({}, { limit: 3, cursor: first.next ?? '' });
      expect(second.next).toBeNull();
      const all = [...first.items, ...second.items].map(({ id }) => id);
      expect(all.toSorted()).toEqual(ids.toSorted());
      expect(all[0]).toBe(ids[4]);
      const oldest = await store.runs.list({}, { order: 'oldest' });
      expect(oldest.items.map(({ id }) => id)).toEqual(all.toReversed());
      expect((await store.runs.list({ kind: 'tune', model: 'churn', state: 'running' })).items).toHaveLength(
        1,
      );
      expect((await store.runs.list({ model: 'fraud' })).items).toEqual([]);
      await expect(store.runs.list({}, { cursor: 'bm9uZQ' })).rejects.toThrow(InvalidOption);
      await expect(store.runs.list({}, { limit: 0 })).rejects.toThrow(InvalidOption);
    });
  });

  describe('versions', () => {
    it('count up for each model and never change', async () => {
      const time = clock();
      const store = await engine.open(engine.place(), { now: time.now });
      const run = await store.runs.create(newRun);
      const given = newVersion({ runId: run.id, description: 'first' });
      const { version, created } = await store.models.register(given);
      expect(created).toBe(true);
      expect(version).toEqual({
        ...given,
        version: 1,
        at: time.now(),
        archivedAt: null,
        archivedBy: null,
        collectedAt: null,
      });
      const second = await store.models.register(newVersion({ artifact: hashOf('b') }));
      const other = await store.models.register(newVersion({ name: 'Fraud-2.x' }));
      expect([second.version.version, other.version.version]).toEqual([2, 1]);
      expect(await store.models.version('churn', 1)).toEqual(version);
      expect((await store.models.versions('churn')).map((v) => v.version)).toEqual([2, 1]);
      expect(await store.models.versions('none')).toEqual([]);
      expect(await store.models.version('churn', 9)).toBeUndefined();
      expect(await store.models.list()).toEqual([
        { name: 'Fraud-2.x', at: time.now(), latest: 1, aliases: [] },
        { name: 'churn', at: time.now(), latest: 2, aliases: [] },
      ]);
    });

    it('are the same version when the bytes are the same', async () => {
      const store = await withVersions(2);
      const again = await store.models.register(newVersion({ artifact: hashOf('v1'), by: 'ben' }));
      expect(again).toMatchObject({ created: false, version: { version: 1, by: 'ann' } });
      await store.models.archive('churn', 1, 'ann');
      const anew = await store.models.register(newVersion({ artifact: hashOf('v1') }));
      expect(anew).toMatchObject({ created: true, version: { version: 3 } });
    });

    it('are refused with a bad name, hash or run', async () => {
      const store = await engine.open();
      for (const name of ['', '../etc', '.hidden', 'a/b', 'x'.repeat(65), 'naïve'])
        await expect(store.models.register(newVersion({ name }))).rejects.toThrow(InvalidOption);
      await expect(store.models.register(newVersion({ artifact: 'abc' }))).rejects.toThrow(InvalidOption);
      await expect(store.models.register(newVersion({ runId: 'none' }))).rejects.toThrow(NotFound);
      expect(await store.models.list()).toEqual([]);
    });

    it('go to the archive and come back, unless an alias points at them', async () => {
      const store = await withVersions(2);
      await store.models.move({ ...champion, ...by, version: 1 });
      await expect(store.models.archive('churn', 1, 'ann')).rejects.toThrow(/serves as "champion"/);
      expect(await store.models.archive('churn', 2, 'ben')).toMatchObject({ archivedBy: 'ben' });
      expect((await store.models.archive('churn', 2, 'cid')).archivedBy).toBe('ben');
      await expect(store.models.move({ ...champion, ...by, version: 2 })).rejects.toThrow(/is archived/);
      expect(await store.models.unarchive('churn', 2, 'ann')).toMatchObject({ archivedAt: null });
      expect(await store.models.unarchive('churn', 2, 'ann')).toMatchObject({ archivedAt: null });
      await store.models.move({ ...champion, ...by, version: 2 });
      await expect(store.models.archive('churn', 7, 'ann')).rejects.toMatchObject({
        code: 'NOT_FOUND',
        hint: 'Its versions are 1 to 2.',
      });
      await expect(store.models.archive('none', 1, 'ann')).rejects.toThrow(/no model "none"/);
    });
  });

  describe('aliases', () => {
    it('answer which version served on a date, by whom and why', async () => {
      const time = clock(1000);
      const store = await withVersions(2, { now: time.now });
      expect(await store.models.resolve('churn', 'champion')).toBeUndefined();
      const first = await store.models.move({ ...champion, version: 1, by: 'ann', reason: 'first' });
      time.set(2000);
      const second = await store.models.move({ ...champion, version: 2, by: 'ben', reason: 'better' });
      time.set(3000);
      const third = await store.models.move({ ...champion, version: null, by: 'cid', reason: 'retired' });
      expect([first.sequence, second.sequence, third.sequence]).toEqual([1, 2, 3]);
      expect(second).toEqual({
        ...champion,
        sequence: 2,
        version: 2,
        previous: 1,
        kind: 'move',
        at: 2000,
        by: 'ben',
        reason: 'better',
        approvedBy: null,
        request: null,
      });
      expect(await store.models.resolve('churn', 'champion', 999)).toBeUndefined();
      expect(await store.models.resolve('churn', 'champion', 1999)).toEqual(first);
      expect(await store.models.resolve('churn', 'champion', 2000)).toEqual(second);
      expect(await store.models.resolve('churn', 'champion')).toEqual(third);
      expect(await store.models.alias('churn', 'champion')).toBeUndefined();
      expect(await store.models.history('churn', 'champion')).toEqual([first, second, third]);
    });

    it('point somewhere at once, each with its move', async () => {
      const store = await withVersions(3);
      expect(await store.models.sequence()).toBe(0);
      await store.models.move({ ...champion, ...by, version: 1 });
      await store.models.move({ name: 'churn', alias: 'challenger', ...by, version: 2 });
      await store.models.move({ ...champion, ...by, version: 3 });
      const now = [
        { name: 'churn', alias: 'challenger', version: 2, sequence: 2 },
        { name: 'churn', alias: 'champion', version: 3, sequence: 3 },
      ];
      expect(await store.models.aliases()).toEqual(now);
      expect(await store.models.alias('churn', 'champion')).toEqual(now[1]);
      expect((await store.models.list())[0].aliases).toEqual(now);
      expect(await store.models.sequence()).toBe(3);
      expect(await store.models.history('churn')).toHaveLength(3);
    });

    it('do not move when somebody moved them meanwhile', async () => {
      const store = await withVersions(2);
      await expect(store.models.move({ ...champion, ...by, version: 1, expected: 2 })).rejects.toThrow(
        /points nowhere, not to version 2/,
      );
      await store.models.move({ ...champion, ...by, version: 1, expected: null });
      await store.models.move({ ...champion, ...by, version: 2, expected: 1 });
      await expect(store.models.move({ ...champion, ...by, version: 1, expected: null })).rejects.toThrow(
        Conflict,
      );
      await expect(store.models.move({ ...champion, ...by, version: 5 })).rejects.toThrow(NotFound);
      await expect(store.models.move({ ...champion, ...by, name: 'none', version: null })).rejects.toThrow(
        NotFound,
      );
      await expect(store.models.move({ ...champion, ...by, alias: 'Champion', version: 1 })).rejects.toThrow(
        InvalidOption,
      );
      expect(await store.models.sequence()).toBe(2);
    });

    it('roll back to what served before, and further', async () => {
      const store = await withVersions(4);
      for (const version of [1, 2, 3]) await store.models.move({ ...champion, ...by, version });
      expect(await store.models.rollback({ ...champion, ...by })).toMatchObject({
        version: 2,
        kind: 'rollback',
      });
      await store.models.move({ ...champion, ...by, version: 4 });
      expect(await store.models.rollback({ ...champion, ...by, expected: 4 })).toMatchObject({ version: 2 });
      expect(await store.models.rollback({ ...champion, ...by })).toMatchObject({ version: 1, previous: 2 });
      await expect(store.models.rollback({ ...champion, ...by })).rejects.toThrow(/Nothing served/);
      await expect(store.models.rollback({ ...champion, ...by, alias: 'other' })).rejects.toThrow(Conflict);
    });

    it('keep their history in order when a clock goes back', async () => {
      const time = clock(5000);
      const store = await withVersions(2, { now: time.now });
      await store.models.move({ ...champion, ...by, version: 1 });
      time.set(1000);
      expect(await store.models.move({ ...champion, ...by, version: 2 })).toMatchObject({ at: 5000 });
      expect(await store.models.resolve('churn', 'champion', 5000)).toMatchObject({ version: 2 });
    });
  });

  describe('approvals', () => {
    it('let an alias move only when somebody else agrees', async () => {
      const store = await withVersions(2);
      expect(await store.models.policy('churn', 'champion')).toEqual({ ...champion, approval: false });
      await store.models.setPolicy({ ...champion, approval: true, by: 'ann' });
      expect(await store.models.policy('churn', 'champion')).toEqual({ ...champion, approval: true });
      await expect(store.models.move({ ...champion, ...by, version: 1 })).rejects.toThrow(ApprovalNeeded);
      const request = await store.models.requestMove({ ...champion, ...by, version: 1 });
      expect(request).toMatchObject({ state: 'pending', by: 'ann', version: 1, decidedBy: null });
      await expect(store.models.approve(request.id, { by: 'ann', reason: 'me' })).rejects.toThrow(
        /cannot approve it/,
      );
      expect((await store.models.requests({ state: 'pending' })).map(({ id }) => id)).toEqual([request.id]);
      const move = await store.models.approve(request.id, { by: 'ben', reason: 'agreed' });
      expect(move).toMatchObject({ version: 1, by: 'ann', approvedBy: 'ben', request: request.id });
      await expect(store.models.approve(request.id, { by: 'ben', reason: '' })).rejects.toThrow(
        /was approved by ben/,
      );
      expect(await store.models.requests({ name: 'churn' })).toMatchObject([
        { state: 'approved', decidedBy: 'ben', decision: 'agreed' },
      ]);
    });

    it('can be refused, and no longer fit after another move', async () => {
      const store = await withVersions(3);
      const refusedOne = await store.models.requestMove({ ...champion, ...by, version: 1 });
      expect(await store.models.reject(refusedOne.id, { by: 'ben', reason: 'no' })).toMatchObject({
        state: 'rejected',
        decision: 'no',
      });
      const late = await store.models.requestMove({ ...champion, ...by, version: 2, expected: null });
      await store.models.move({ ...champion, ...by, version: 3 });
      await expect(store.models.approve(late.id, { by: 'ben', reason: '' })).rejects.toThrow(
        /points to version 3/,
      );
      expect((await store.models.requests({ state: 'pending' })).map(({ id }) => id)).toEqual([late.id]);
      await expect(store.models.approve(99, { by: 'ben', reason: '' })).rejects.toThrow(NotFound);
      await expect(store.models.requestMove({ ...champion, ...by, version: 9 })).rejects.toThrow(NotFound);
      const nobody = { name: 'nobody', alias: 'champion', ...by, version: null };
      await expect(store.models.requestMove(nobody)).rejects.toThrow(NotFound);
      await expect(store.models.requestMove({ ...nobody, expected: 1 })).rejects.toThrow(NotFound);
      await expect(
        store.models.setPolicy({ ...champion, name: 'x', approval: true, by: 'a' }),
      ).rejects.toThrow(NotFound);
    });
  });

  describe('garbage', () => {
    it('is what is archived and was never needed', async () => {
      const store = await withVersions(5);
      for (const version of [1, 2]) await store.models.move({ ...champion, ...by, version });
      for (const version of [1, 3, 4, 5]) await store.models.archive('churn', version, 'ann');
      // The same bytes as version 3, live: they must stay.
      await store.models.register(newVersion({ name: 'twin', artifact: hashOf('v3') }));
      await store.models.requestMove({ ...champion, ...by, version: 5 });
      const dry = await store.models.collectGarbage({ dryRun: true, by: 'ann' });
      expect(dry.collected.map(({ version }) => version)).toEqual([3, 4]);
      expect(dry.needed).toEqual(['v1', 'v2', 'v3', 'v5'].map(hashOf).toSorted());
      expect((await store.models.version('churn', 4))?.collectedAt).toBeNull();
      expect(await store.models.collectGarbage({ dryRun: false, by: 'ann' })).toEqual(dry);
      expect((await store.models.version('churn', 4))?.collectedAt).not.toBeNull();
      await expect(store.models.unarchive('churn', 4, 'ann')).rejects.toThrow(/collected/);
      await expect(store.models.move({ ...champion, ...by, version: 4 })).rejects.toThrow(Conflict);
      expect((await store.models.collectGarbage({ dryRun: false, by: 'ann' })).collected).toEqual([]);
      expect((await store.models.register(newVersion({ artifact: hashOf('v4') }))).created).toBe(true);
    });
  });

  it('writes an entry for every change, in the change itself', async () => {
    const store = await withVersions(1);
    await store.models.move({ ...champion, ...by, version: 1 });
    await expect(store.models.archive('churn', 1, 'ann')).rejects.toThrow(Conflict);
    const { items } = await store.audit.list({}, { order: 'oldest' });
    expect(items.map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['ann', 'version.register', 'churn/1'],
      ['ann', 'alias.move', 'churn@champion'],
    ]);
    expect(items[1].details).toEqual({ sequence: 1, version: 1, previous: null, reason: by.reason });
  });
});
