import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, ServiceError } from '../src/index.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A text is sent as it is. */
  readonly body?: unknown;
  /** Never answers. */
  readonly silent?: boolean;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A service that gives the answers in turn, the last one again and again, and remembers what it was asked. */
async function service(...answers: Answer[]): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: text === '' ? undefined : JSON.parse(text) });
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      if (answer.silent === true) return;
      const { status = 200, body = {} } = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

const refused = (code: string, more = {}): Answer['body'] => ({
  error: { code, message: `It is ${code}.`, requestId: 'r1', ...more },
});

type Row = { readonly age: number; readonly since: string | Date };
const row: Row = { age: 3, since: new Date(0) };

describe('the client', () => {
  it('asks each route as its schema says', async () => {
    const { url, seen } = await service({ body: { ok: true } });
    const client = createClient<Row>({
      url: `${url}/`,
      key: 'vk_secret',
      model: 'churn',
      alias: 'challenger',
    });
    expect(await client.predict(row, { requestId: 'mine' })).toEqual({ ok: true });
    await client.predictBatch([row, row]);
    await client.explain(row, { reasons: 2 });
    await client.explain(row);
    await client.feedback({ requestId: 'mine', outcome: 'yes' });
    await client.health();
    await client.models();
    const features = { age: 3, since: '1970-01-01T00:00:00.000Z' };
    const choice = { model: 'churn', alias: 'challenger' };
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/predict', { features, ...choice }],
      ['POST', '/predict/batch', { rows: [features, features], ...choice }],
      ['POST', '/explain', { features, ...choice, reasons: 2 }],
      ['POST', '/explain', { features, ...choice }],
      ['POST', '/feedback', { requestId: 'mine', outcome: 'yes' }],
      ['GET', '/health', undefined],
      ['GET', '/models', undefined],
    ]);
    expect(seen[0].headers).toMatchObject({
      authorization: 'Bearer vk_secret',
      'x-request-id': 'mine',
      'content-type': 'application/json',
    });
    expect(seen[5].headers['content-type']).toBeUndefined();
  });

  it('says nothing of key, model and id where there are none', async () => {
    const { url, seen } = await service({ body: {} });
    await createClient({ url, version: '3' }).predict({ age: 3 });
    expect(seen[0].body).toEqual({ features: { age: 3 }, version: '3' });
    expect(seen[0].headers.authorization).toBeUndefined();
    expect(seen[0].headers['x-request-id']).toBeUndefined();
  });

  it('rejects with what the service says, and asks only once', async () => {
    const more = { field: 'features.age', expected: 'a number', got: '"old"' };
    const { url, seen } = await service({ status: 422, body: refused('INVALID_FEATURES', more) });
    const error = await createClient({ url })
      .predict({ age: 'old' })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      name: 'ServiceError',
      status: 422,
      code: 'INVALID_FEATURES',
      message: 'It is INVALID_FEATURES.',
      requestId: 'r1',
      ...more,
    });
    expect(seen).toHaveLength(1);
  });

  it('comes back when the service is busy, after the time that it names', async () => {
    const busy = { status: 503, headers: { 'retry-after': '0' }, body: refused('BUSY') };
    const { url, seen } = await service(busy, { ...busy, status: 429 }, { body: { label: 'yes' } });
    expect(await createClient({ url }).predict({})).toEqual({ label: 'yes' });
    expect(seen).toHaveLength(3);
  });

  it('gives up after so many attempts', async () => {
    const { url, seen } = await service({ status: 503, body: refused('BUSY') });
    const start = performance.now();
    await expect(createClient({ url, retries: 1 }).health()).rejects.toMatchObject({ code: 'BUSY' });
    expect(seen).toHaveLength(2);
    // It did not say when to come back: a quarter of a second is waited.
    expect(performance.now() - start).toBeGreaterThan(240);
  });

  it('stops when it is told to, also while it waits', async () => {
    const { url, seen } = await service({ status: 503, headers: { 'retry-after': '20' }, body: '{}' });
    const stop = new AbortController();
    const asked = createClient({ url }).predict({}, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 100);
    await expect(asked).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
    await expect(createClient({ url }).predict({}, { signal: stop.signal })).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
  });

  it('tells a service that is silent, gone or another one', async () => {
    const silent = await service({ silent: true });
    await expect(createClient({ url: silent.url, timeout: 50 }).health()).rejects.toMatchObject({
      code: 'TIMEOUT',
      status: 0,
      message: `${silent.url} did not answer within 50 ms.`,
    });
    await expect(createClient({ url: 'http://127.0.0.1:1' }).health()).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    const other = await service({ body: '<html>' }, { status: 404, body: { detail: 'Not Found' } });
    const client = createClient({ url: other.url });
    await expect(client.health()).rejects.toMatchObject({ code: 'UNREADABLE_REPLY', status: 200 });
    await expect(client.health()).rejects.toMatchObject({ code: 'UNREADABLE_REPLY', status: 404 });
  });
});
