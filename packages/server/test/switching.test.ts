import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RegistryModels } from '../src/registry/registry-models.ts';
import type { Target } from '../src/registry/target.ts';
import type { Resolved } from '../src/scoring/model-table.ts';
import { predict, shopApp, shopModel } from './support/shop-app.ts';

const targetOf = (version: number): Target => ({
  sequence: version,
  aliases: [{ name: 'shop', alias: 'champion', version, sequence: version, artifact: `v${version}` }],
});

/** A table whose versions load at once, and what it has told of models that are held for long. */
function table(): { models: RegistryModels; held: Resolved[] } {
  const held: Resolved[] = [];
  const models = new RegistryModels({
    store: {} as never,
    load: async (_, __, version) => shopModel({}, version),
    onFailure: (failure) => expect.unreachable(failure.problem),
    onHeld: (resolved) => held.push(resolved),
  });
  return { models, held };
}

async function switchTo(models: RegistryModels, version: number): Promise<void> {
  expect(await models.prepare(targetOf(version))).toEqual([]);
  await models.commit(targetOf(version), []);
}

/** A log that commits when it is let. */
function gatedLog() {
  const { promise: open, resolve: let_ } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const sink = {
    async append() {
      reach();
      await open;
      return { conflicts: [] };
    },
  };
  return { sink, reached, let: let_ };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a switch', () => {
  it('is over when the replies are that had begun with the model before', async () => {
    const { models, held } = table();
    await switchTo(models, 1);
    const log = gatedLog();
    const app = await shopApp({ models, log: 'durable', logSink: log.sink });
    const before = predict(app);
    await log.reached;
    let over = false;
    const switching = switchTo(models, 2).then(() => (over = true));
    for (let i = 0; i < 10; i++) await turn();
    expect(over).toBe(false);
    // Whoever comes now is answered by the new one.
    expect((await models.resolve({})).served.version).toBe('2');
    log.let();
    expect((await before).body.version).toBe('1');
    await switching;
    expect(held).toEqual([]);
    expect((await predict(app)).body.version).toBe('2');
  });

  it('does not wait for a version that is asked for by its number', async () => {
    const { models } = table();
    await switchTo(models, 1);
    const log = gatedLog();
    const app = await shopApp({ models, log: 'durable', logSink: log.sink });
    const reply = app.inject({
      method: 'POST',
      url: '/explain',
      payload: { features: {}, version: '1' },
    });
    await switchTo(models, 2);
    log.let();
    expect((await reply).statusCode).toBeLessThan(500);
  });

  it('goes on without a reply that takes too long, and tells of it', async () => {
    const { models, held } = table();
    await switchTo(models, 1);
    const first = await models.resolve({});
    first.hold();
    vi.useFakeTimers();
    const switching = switchTo(models, 2);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(held).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await switching;
    expect(held).toEqual([first]);
    first.release();
    expect(await first.idle(0)).toBe(true);
  });
});
