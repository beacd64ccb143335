import { describe, expect, it } from 'vitest';
import { openStore } from '@verdict/store';
import type { Pruned, PruneOptions } from '@verdict/store';
import { startServer } from '../src/index.ts';
import { LogRetention } from '../src/serve/log-retention.ts';
import { makeLogger } from '../src/serve/logger.ts';
import { registryHome } from './support/registry-home.ts';
import { scratchFolder } from './support/shop-model.ts';

const DAY = 86_400_000;
const now = 1_800_000_000_000;

/** A logger that keeps its lines. */
function kept() {
  const lines: string[] = [];
  const logger = makeLogger('info', { write: (line) => void lines.push(line) });
  return { logger, lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** A store of so many old predictions, each with feedback. */
function storeOf(old: number) {
  const calls: PruneOptions[] = [];
  const times: number[] = [];
  let left = old;
  return {
    calls,
    times,
    predictions: {
      async prune(options: PruneOptions): Promise<Pruned> {
        calls.push(options);
        times.push(performance.now());
        const predictions = Math.min(left, options.most);
        left -= predictions;
        return { predictions, feedback: predictions, more: predictions === options.most };
      },
    },
  };
}

describe('how long predictions are kept', () => {
  it('removes what is older in batches, with time between them for others', async () => {
    const store = storeOf(600);
    const { logger, lines } = kept();
    const retention = new LogRetention({ store, days: 30, logger, now: () => now });
    await expect.poll(() => lines().length).toBe(1);
    await retention.close();
    const before = now - 30 * DAY;
    expect(store.calls).toStrictEqual(Array.from({ length: 3 }, () => ({ before, most: 250, by: 'server' })));
    for (const [i, time] of store.times.slice(1).entries()) expect(time - store.times[i]).toBeGreaterThan(15);
    expect(lines()).toMatchObject([
      {
        msg: 'old predictions removed',
        before: new Date(before).toISOString(),
        predictions: 600,
        feedback: 600,
      },
    ]);
  });

  it('ends between two batches, and says what it has removed', async () => {
    const store = storeOf(1e9);
    const { logger, lines } = kept();
    const retention = new LogRetention({ store, days: 1e6, logger, now: () => now });
    await expect.poll(() => store.calls.length).toBeGreaterThan(1);
    await retention.close();
    const { length } = store.calls;
    // Longer ago than there are moments is the first of them.
    expect(store.calls[0].before).toBe(0);
    expect(lines()).toMatchObject([{ predictions: length * 250 }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(store.calls).toHaveLength(length);
  });

  it('does not end the server where the store does not answer', async () => {
    const { logger, lines } = kept();
    const prune = () => Promise.reject(new Error('the disk is full'));
    const retention = new LogRetention({
      store: { predictions: { prune } },
      days: 1,
      logger,
      now: () => now,
    });
    await expect.poll(() => lines().length).toBe(1);
    await retention.close();
    expect(lines()).toMatchObject([{ level: 'error', err: { message: 'the disk is full' } }]);
  });

  it('is an option of the server, needs a store, and leaves a trail', async () => {
    const registry = await registryHome(scratchFolder());
    await registry.register(1);
    await registry.promote(1);
    const record = (requestId: string, at: number) => ({
      requestId,
      at,
      model: 'shop',
      version: 1,
      alias: 'champion',
      features: '{}',
      probability: 0.5,
      threshold: 0.4,
      prediction: 1,
      label: 'leaves',
      key: null,
      details: null,
    });
    const today = Date.now();
    await registry.store.predictions.append([
      record('old', today - 31 * DAY),
      record('young', today - 29 * DAY),
    ]);
    await registry.store.close();

    const quiet = makeLogger('silent');
    const kept30 = { dataDir: registry.dataDir, keepPredictions: 30, port: 0, docs: false };
    const server = await startServer(kept30, quiet);
    const feedback = async (requestId: string) =>
      (
        await fetch(`${server.url}/feedback`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ requestId, outcome: 1 }),
        })
      ).status;
    await expect.poll(async () => (await fetch(`${server.url}/predictions/old`)).status).toBe(404);
    expect(await feedback('old')).toBe(404);
    expect(await feedback('young')).toBe(200);
    await server.stop();
    const store = await openStore({ dataDir: registry.dataDir });
    const { items } = await store.audit.list({ action: 'predictions.prune' });
    expect(items).toMatchObject([{ actor: 'server', details: { predictions: 1, feedback: 0 } }]);
    expect(await store.predictions.count()).toBe(1);
    await store.close();

    await expect(startServer({ model: '/nowhere', keepPredictions: 30 }, quiet)).rejects.toThrow(
      /--keep-predictions/,
    );
  });
});
