import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@verdict/core';
import { groupCommits } from '../src/log/group-commit.ts';

const unavailable = (reason: 'full' | 'closed' = 'full') =>
  new StoreUnavailable({ reason, problem: 'The disk is full.', hint: 'Make room.' });

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
