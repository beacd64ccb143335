import { describe, expect, it } from 'vitest';
import { awaitServers } from '../src/index.ts';
import type { Store } from '../src/index.ts';

describe('a move that is waited for', () => {
  const beat = { id: 's', at: 0, sequence: 4, workers: 1, address: 'http://a:1', failures: [] };
  const storeOf = (...beats: object[][]): Store => {
    let asked = 0;
    return {
      servers: { live: async () => beats[Math.min(asked++, beats.length - 1)] },
    } as unknown as Store;
  };
  const move = { name: 'left', alias: 'champion', sequence: 5 };
  const { signal } = new AbortController();

  it('ends when every server answers by it', async () => {
    const store = storeOf(
      [beat, { ...beat, sequence: 5 }],
      [
        { ...beat, sequence: 5 },
        { ...beat, sequence: 9 },
      ],
    );
    expect(await awaitServers(store, move, { signal })).toEqual({ served: true, servers: 2, waiting: [] });
    expect(await awaitServers(storeOf([]), move, { signal })).toEqual({
      served: true,
      servers: 0,
      waiting: [],
    });
  });

  it('names the server that cannot load the version, and the one that does not answer', async () => {
    const failure = { name: 'left', alias: 'champion', version: 2, problem: 'It is broken.' };
    const broken = { ...beat, sequence: 5, failures: [failure] };
    expect(await awaitServers(storeOf([broken]), move, { signal })).toEqual({
      served: false,
      servers: 1,
      waiting: [{ server: 's', address: 'http://a:1', problem: 'It is broken.' }],
    });
    const late = await awaitServers(storeOf([beat]), move, { signal, patience: 100 });
    expect(late.waiting).toEqual([
      { server: 's', address: 'http://a:1', problem: 'It has not loaded the version yet.' },
    ]);
  });

  it('ends when it is interrupted', async () => {
    const ended = await awaitServers(storeOf([beat]), move, { signal: AbortSignal.abort() });
    expect(ended).toMatchObject({ served: false, servers: 1 });
  });
});
