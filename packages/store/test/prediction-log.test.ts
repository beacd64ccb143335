import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidOption, StoreUnavailable } from '@verdict/core';
import { openPredictionLog } from '@verdict/store';
import type { Appended, PredictionRecord, Store } from '@verdict/store';
import { groupCommits } from '../src/log/group-commit.ts';
import { overEngines } from './support/engines.ts';
import { feedback, prediction } from './support/records.ts';

const unavailable = (reason: 'full' | 'closed' = 'full') =>
  new StoreUnavailable({ reason, problem: 'The disk is full.', hint: 'Make room.' });

/** A store of which only the log is there, in memory, that can be made to fail or to wait. */
function logOnly() {
  const commits: (readonly PredictionRecord[])[] = [];
  const state = { failure: undefined as Error | undefined, gate: undefined as Promise<void> | undefined };
  const append = async (records: readonly PredictionRecord[]): Promise<Appended> => {
    await state.gate;
    if (state.failure !== undefined) throw state.failure;
    commits.push(records);
    return { added: records.length, known: [], conflicts: [] };
  };
  const store = { predictions: { append }, feedback: { append } } as unknown as Store;
  return { store, commits, state };
}

overEngines((engine) => {
  it('writes what it was offered, and says what became of it', async () => {
    const store = await engine.open();
    const log = openPredictionLog(store);
    for (let i = 0; i < 2500; i++) expect(log.offer(prediction(`r${i}`))).toBe(true);
    expect(await log.commit([prediction('sure'), prediction('sure', { label: 'yes' })])).toMatchObject({
      added: 1,
    });
    expect(await log.commitFeedback([feedback('f', 'sure')])).toMatchObject({ added: 1 });
    await log.close();
    expect(await store.predictions.count()).toBe(2501);
    const { written, dropped, waiting, conflicts, failures } = log.counters();
    expect({ written, dropped, waiting, conflicts, failures }).toEqual({
      written: 2502,
      dropped: 0,
      waiting: 0,
      conflicts: 1,
      failures: 0,
    });
    expect(log.offer(prediction('late'))).toBe(false);
  });
});

describe('a log with a bounded queue', () => {
  it('drops and counts what does not fit, by number and by size', async () => {
    const { store, state } = logOnly();
    let open: () => void = () => undefined;
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const log = openPredictionLog(store, { capacity: 3, capacityCharacters: 1000 });
    const large = { features: 'x'.repeat(900) };
    expect([
      log.offer(prediction('a')),
      log.offer(prediction('b', large)),
      log.offer(prediction('c')),
    ]).toEqual([true, true, true]);
    expect(log.offer(prediction('d'))).toBe(false);
    await expect(
      Promise.all([log.commit([prediction('e')]), log.commit([prediction('f')])]),
    ).rejects.toMatchObject({
      reason: 'overloaded',
    });
    open();
    await sleep(5);
    expect(log.offer(prediction('g', large))).toBe(true);
    expect(log.offer(prediction('h', large))).toBe(false);
    await log.close();
    expect(log.counters()).toMatchObject({ written: 5, dropped: 2, waiting: 0 });
  });

  it('keeps what waits until the store works again, and tells of both', async () => {
    const { store, state, commits } = logOnly();
    const told: (StoreUnavailable | undefined)[] = [];
    const log = openPredictionLog(store, { onTrouble: (trouble) => void told.push(trouble) });
    state.failure = unavailable();
    log.offer(prediction('a'));
    log.offer(prediction('b'));
    await expect(log.commit([prediction('c')])).rejects.toThrow(/disk is full/);
    await sleep(120);
    expect(told).toEqual([state.failure]);
    state.failure = undefined;
    await log.close();
    expect(commits.flat().map(({ requestId }) => requestId)).toEqual(['a', 'b']);
    expect(told).toHaveLength(2);
    expect(told[1]).toBeUndefined();
    expect(log.counters().failures).toBeGreaterThanOrEqual(2);
  });

  it('gives up in the end when it is closed or the store is gone, and counts', async () => {
    const { store, state } = logOnly();
    const log = openPredictionLog(store);
    state.failure = unavailable();
    log.offer(prediction('a'));
    await log.close(50);
    expect(log.counters()).toMatchObject({ dropped: 1, waiting: 0, written: 0 });
    const gone = openPredictionLog(store);
    state.failure = unavailable('closed');
    gone.offer(prediction('a'));
    await sleep(5);
    expect(gone.counters()).toMatchObject({ dropped: 1, waiting: 0, failures: 1 });
    const faulty = openPredictionLog(store);
    state.failure = new Error('a mistake');
    faulty.offer(prediction('a'));
    await sleep(5);
    expect(faulty.counters()).toMatchObject({ dropped: 1, waiting: 0 });
    await gone.close();
  });

  it('refuses at once what no store could keep', async () => {
    const log = openPredictionLog(logOnly().store);
    expect(() => log.offer(prediction('a', { label: '\0' }))).toThrow(InvalidOption);
    await expect(log.commit([prediction('a', { probability: Infinity })])).rejects.toThrow(InvalidOption);
    await expect(log.commitFeedback([feedback('', 'a')])).rejects.toThrow(InvalidOption);
    expect(log.counters().waiting).toBe(0);
  });
});

describe('grouped commits', () => {
  const idOf = (id: string) => id;

  it('make one commit of all that waits', async () => {
    const commits: (readonly string[])[] = [];
    const append = groupCommits<string>(async (records) => {
      commits.push(records);
      await sleep(5);
      return { added: records.length, known: [], conflicts: [] };
    }, idOf);
    const first = ['a', 'b', 'c'].map((id) => append([id]));
    await sleep(1);
    const later = Array.from({ length: 50 }, (_, i) => append([`l${i}`]));
    await Promise.all([...first, ...later]);
    expect(commits.map((records) => records.length)).toEqual([3, 50]);
  });

  it('are of a bounded size, and never hold one id twice', async () => {
    const commits: (readonly string[])[] = [];
    const append = groupCommits<string>(async (records) => {
      commits.push(records);
      return { added: records.length, known: [], conflicts: [] };
    }, idOf);
    const many = (letter: string) => Array.from({ length: 1500 }, (_, i) => `${letter}${i}`);
    await Promise.all([append(many('a')), append(many('b')), append(['x']), append(['x'])]);
    expect(commits.map((records) => records.length)).toEqual([1500, 1501, 1]);
  });

  it('tell each caller of its own records', async () => {
    const append = groupCommits<string>(
      async (records) => ({ added: records.length - 2, known: ['b'], conflicts: ['c'] }),
      idOf,
    );
    expect(await Promise.all([append(['a']), append(['b']), append(['c', 'd'])])).toEqual([
      { added: 1, known: [], conflicts: [] },
      { added: 0, known: ['b'], conflicts: [] },
      { added: 1, known: [], conflicts: ['c'] },
    ]);
  });

  it("do not fail for another caller's bad record, and all fail when the store is away", async () => {
    const append = groupCommits<string>(async (records) => {
      if (records.includes('away')) throw unavailable();
      if (records.includes('bad')) throw new TypeError('bad record');
      return { added: records.length, known: [], conflicts: [] };
    }, idOf);
    const results = await Promise.allSettled([append(['a']), append(['bad']), append(['c'])]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const away = await Promise.allSettled([append(['a']), append(['away'])]);
    expect(away.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
