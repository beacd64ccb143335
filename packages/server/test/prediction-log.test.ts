import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/http/refusal.ts';
import { PredictionLog } from '../src/log/prediction-log.ts';
import type { PredictionRecord } from '@verdict/store';
import type { LogMode, LogSink } from '../src/log/sink.ts';
import { errorOf, predict, shopApp } from './support/shop-app.ts';
import { goodRow } from './support/shop-model.ts';

/** A store in memory that can be held up and can fail. */
class MemorySink implements LogSink {
  readonly records = new Map<string, PredictionRecord>();
  readonly sizes: number[] = [];
  failing = false;
  gate: Promise<void> = Promise.resolve();

  async append(records: readonly PredictionRecord[]) {
    await this.gate;
    if (this.failing) throw new Error('disk full at /secret/path');
    this.sizes.push(records.length);
    const conflicts = records
      .filter(({ requestId }) => this.records.has(requestId))
      .map(({ requestId }) => requestId);
    for (const record of records)
      if (!conflicts.includes(record.requestId)) this.records.set(record.requestId, record);
    return { conflicts };
  }
}

function record(requestId: string): PredictionRecord {
  return {
    requestId,
    at: 1,
    model: 'shop',
    version: 0,
    alias: null,
    features: '{}',
    probability: 0.5,
    threshold: 0.4,
    prediction: 1,
    label: 'leaves',
    key: null,
    details: null,
  };
}

let made = 0;
function logOf(
  mode: LogMode,
  sink: LogSink,
  rest: { capacity?: number; capacityCharacters?: number; batch?: number } = {},
): PredictionLog {
  return new PredictionLog({ mode, sink, newId: () => `new-${++made}`, ...rest });
}

describe('a log that is durable', () => {
  it('answers when records are written, many in one append', async () => {
    const sink = new MemorySink();
    const log = logOf('durable', sink);
    const ids = Array.from({ length: 300 }, (_, i) => `r${i}`);
    const answers = await Promise.all(ids.map(async (id) => log.write(record(id))));
    expect(answers).toStrictEqual(ids);
    expect([...sink.records.keys()].toSorted()).toStrictEqual(ids.toSorted());
    expect(sink.sizes.length).toBeLessThan(5);
    expect(log.counts).toStrictEqual({ waiting: 0, written: 300, dropped: 0, failures: 0, renamed: 0 });
  });

  it('gives a record whose id was used before a new one', async () => {
    const sink = new MemorySink();
    const log = logOf('durable', sink);
    expect(await log.write(record('a'))).toBe('a');
    const second = await log.write(record('a'));
    expect(second).toMatch(/^new-/);
    expect([...sink.records.keys()]).toStrictEqual(['a', second]);
    expect(log.counts.renamed).toBe(1);
  });

  it('refuses what cannot be written, without saying why', async () => {
    const sink = new MemorySink();
    sink.failing = true;
    const log = logOf('durable', sink);
    const failure = await log.write(record('a'))!.catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 503, code: 'LOG_UNAVAILABLE', retryAfter: 1 });
    expect((failure as Refusal).message).not.toContain('secret');
    sink.failing = false;
    expect(await log.write(record('a'))).toBe('a');
    expect(log.counts).toMatchObject({ waiting: 0, written: 1, failures: 1 });
  });

  it('shows in the health of the server that nothing can be logged, until it can', async () => {
    const sink = new MemorySink();
    const app = await shopApp({ log: 'durable', logSink: sink });
    const health = async () => (await app.inject('/health')).json() as Record<string, unknown>;
    sink.failing = true;
    expect((await predict(app)).status).toBe(503);
    const problems = ['Predictions cannot be logged: the store does not answer.'];
    expect(await health()).toMatchObject({ status: 'degraded', problems });
    // Requests may come: those that log nothing are answered.
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    sink.failing = false;
    expect((await predict(app)).status).toBe(200);
    expect(await health()).toMatchObject({ status: 'ok', problems: [] });
  });

  it('refuses more than may wait', async () => {
    const sink = new MemorySink();
    const { promise, resolve } = Promise.withResolvers<void>();
    sink.gate = promise;
    const log = logOf('durable', sink, { capacity: 2 });
    const waiting = [log.write(record('a')), log.write(record('b'))];
    expect(() => log.write(record('c'))).toThrow(Refusal);
    resolve();
    expect(await Promise.all(waiting)).toStrictEqual(['a', 'b']);
  });

  it('refuses more characters than may wait, but takes one large record when nothing waits', async () => {
    const sink = new MemorySink();
    const { promise, resolve } = Promise.withResolvers<void>();
    sink.gate = promise;
    const log = logOf('durable', sink, { capacityCharacters: 100 });
    const large = { ...record('a'), features: 'x'.repeat(150) };
    const first = log.write(large);
    expect(() => log.write(record('b'))).toThrow(Refusal);
    resolve();
    expect(await first).toBe('a');
    const more = [log.write({ ...record('c'), details: 'x'.repeat(90) }), log.write(record('d'))];
    expect(() => log.write({ ...record('e'), features: 'x'.repeat(7) })).toThrow(Refusal);
    expect(await Promise.all(more)).toStrictEqual(['c', 'd']);
  });

  it.each(['durable', 'async'] as const)(
    'loses one record that no store can keep, and no other (%s)',
    async (mode) => {
      const sink = new MemorySink();
      const append = sink.append.bind(sink);
      sink.append = async (records) => {
        if (records.some(({ requestId }) => requestId === 'bad'))
          throw new InvalidOption({ option: 'features', got: 'long', expected: 'less' });
        return append(records);
      };
      const log = logOf(mode, sink);
      const ended = await Promise.allSettled(['a', 'bad', 'b'].map((id) => log.write(record(id))));
      expect(ended.map(({ status }) => status)).toEqual([
        'fulfilled',
        mode === 'durable' ? 'rejected' : 'fulfilled',
        'fulfilled',
      ]);
      await log.close();
      expect([...sink.records.keys()]).toStrictEqual(['a', 'b']);
      expect(log.counts).toMatchObject({ waiting: 0, written: 2, dropped: mode === 'async' ? 1 : 0 });
    },
  );
});

describe('a log that is asynchronous', () => {
  it('never makes anybody wait; what is too much is dropped and counted', async () => {
    const sink = new MemorySink();
    const { promise, resolve } = Promise.withResolvers<void>();
    sink.gate = promise;
    const log = logOf('async', sink, { capacity: 10 });
    for (let i = 0; i < 15; i++) expect(log.write(record(`r${i}`))).toBeUndefined();
    expect(log.counts).toMatchObject({ waiting: 10, dropped: 5 });
    resolve();
    await log.close();
    expect(log.counts).toMatchObject({ waiting: 0, written: 10, dropped: 5 });
  });

  it('tries again until the store works', async () => {
    const sink = new MemorySink();
    sink.failing = true;
    const failures: unknown[] = [];
    const log = new PredictionLog({
      mode: 'async',
      sink,
      newId: () => '',
      onFailure: (error) => failures.push(error),
    });
    log.write(record('a'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(failures.length).toBeGreaterThan(0);
    sink.failing = false;
    log.write(record('b'));
    await log.close();
    expect([...sink.records.keys()]).toStrictEqual(['a', 'b']);
  });

  it('ends by its deadline, and counts what it could not write', async () => {
    const sink = new MemorySink();
    sink.failing = true;
    const log = logOf('async', sink);
    log.write(record('a'));
    await log.close(120);
    expect(log.counts.written).toBe(0);
    const idle = logOf('async', new MemorySink());
    await idle.close();
    expect(idle.counts.dropped).toBe(0);
  });
});

describe('a server with a log', () => {
  it('logs every prediction with what it was made from', async () => {
    const sink = new MemorySink();
    const app = await shopApp({ log: 'durable', logSink: sink, now: () => 1_700_000_000_000 });
    const { body } = await predict(app, { ...goodRow, plan: 'gold' }, { 'x-request-id': 'r-1' });
    const [kept] = sink.records.values();
    expect(kept).toStrictEqual({
      requestId: 'r-1',
      at: 1_700_000_000_000,
      model: 'shop',
      version: 0,
      alias: null,
      features: JSON.stringify({ ...goodRow, plan: 'gold' }),
      probability: (body.probability as number[])[1],
      threshold: 0.37,
      prediction: body.prediction,
      label: body.label,
      key: null,
      details: JSON.stringify({ warnings: body.warnings }),
    });
    const again = await predict(app, goodRow, { 'x-request-id': 'r-1' });
    expect(again.body.requestId).not.toBe('r-1');
    expect(again.headers['x-request-id']).toBe(again.body.requestId);
    expect(sink.records.has(again.body.requestId as string)).toBe(true);
  });

  it('logs the rows of batches and streams under ids of their own', async () => {
    const sink = new MemorySink();
    for (const log of ['async', 'durable'] as const) {
      const app = await shopApp({ log, logSink: sink });
      const headers = { 'x-request-id': log };
      await app.inject({
        method: 'POST',
        url: '/predict/batch',
        payload: { rows: [goodRow, goodRow] },
        headers,
      });
      await app.inject({
        method: 'POST',
        url: '/predict/batch',
        payload: `${JSON.stringify(goodRow)}\n${JSON.stringify(goodRow)}\n`,
        headers: { 'x-request-id': `${log}-stream`, 'content-type': 'application/x-ndjson' },
      });
      await app.close();
      for (const id of [`${log}:1`, `${log}:2`, `${log}-stream:1`, `${log}-stream:2`])
        expect(sink.records.has(id)).toBe(true);
    }
  });

  it('says that it cannot log, row by row in a stream', async () => {
    const sink = new MemorySink();
    sink.failing = true;
    const app = await shopApp({ log: 'durable', logSink: sink });
    const one = await predict(app);
    expect([one.status, errorOf(one.body).code, one.headers['retry-after']]).toStrictEqual([
      503,
      'LOG_UNAVAILABLE',
      '1',
    ]);
    expect(JSON.stringify(one.body)).not.toContain('secret');
    const stream = await app.inject({
      method: 'POST',
      url: '/predict/batch',
      payload: JSON.stringify(goodRow),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(JSON.parse(stream.body)).toMatchObject({ row: 1, error: { code: 'LOG_UNAVAILABLE' } });
    const batch = await app.inject({ method: 'POST', url: '/predict/batch', payload: { rows: [goodRow] } });
    expect(batch.statusCode).toBe(503);
  });
});
