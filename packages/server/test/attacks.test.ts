// What somebody might try, each against a server that listens.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Agent, request as httpsRequest } from 'node:https';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { hashKey, KeyRing, makeKey } from '../src/index.ts';
import { openTelemetry } from '../src/telemetry.ts';
import { predict, shopApp } from './support/shop-app.ts';
import { goodRow, scratchFolder } from './support/shop-model.ts';

const body = JSON.stringify({ features: goodRow });

async function listen(app: FastifyInstance): Promise<number> {
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port);
}

/** Sends raw bytes and gives everything that comes back until the connection ends. */
async function raw(port: number, ...pieces: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await closed;
  return answer;
}

const post = (headers: string, payload = body): string =>
  `POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(payload)}\r\nconnection: close\r\n${headers}\r\n${payload}`;

describe('attacks', () => {
  it('names of models are never paths', async () => {
    const app = await shopApp();
    for (const name of [
      '../../etc/passwd',
      '..',
      '/etc/passwd',
      '%2e%2e%2fetc',
      'a\u0000b',
      '~root',
      'C:\\x',
      'shop/../shop',
    ]) {
      const reply = await app.inject({
        method: 'POST',
        url: '/predict',
        payload: { features: goodRow, model: name },
      });
      expect([name, reply.statusCode, reply.json().error.code]).toStrictEqual([name, 400, 'INVALID_REQUEST']);
    }
    for (const path of [
      '/models/..%2f..%2fetc%2fpasswd/schema',
      '/models/%2e%2e/schema',
      '/v2/models/..%5c..%5cx',
      '/docs/../../etc/passwd',
      '/docs/static/..%2f..%2fpackage.json',
    ]) {
      const reply = await app.inject(path);
      expect([path, reply.statusCode >= 400 && reply.statusCode < 500]).toStrictEqual([path, true]);
      expect(reply.body).not.toMatch(/root:|"name"/);
    }
  });

  it('files beside the pages about the interface stay there', async () => {
    const app = await shopApp({ docs: true });
    for (const path of [
      '/docs/static/../../package.json',
      '/docs/static/..%2f..%2fpackage.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/static//etc/passwd',
    ]) {
      const reply = await app.inject(path);
      expect([path, reply.statusCode]).toStrictEqual([
        path,
        expect.toSatisfy((status: number) => status >= 400 && status < 500),
      ]);
    }
  });

  it('the page about the interface may load from this server alone', async () => {
    const app = await shopApp({ docs: true });
    const policy = (await app.inject('/docs')).headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https?:|swagger\.io|unsafe/);
  });

  it('compressed bodies are refused by name, not taken for text', async () => {
    const app = await shopApp();
    for (const [url, type] of [
      ['/predict', 'application/json'],
      ['/predict/batch', 'text/csv'],
      ['/invocations', 'application/json'],
    ]) {
      const reply = await app.inject({
        method: 'POST',
        url,
        payload: gzipSync(body),
        headers: { 'content-type': type, 'content-encoding': 'gzip' },
      });
      expect([url, reply.statusCode]).toStrictEqual([url, 415]);
      expect(reply.body).toContain('The body is compressed');
    }
    const plain = await predict(app, goodRow, { 'content-encoding': 'identity' });
    expect(plain.status).toBe(200);
  });

  it('what is no HTTP is refused as everything else is, and never within a reply', async () => {
    const app = await shopApp();
    const port = await listen(app);
    expect(await raw(port, 'nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\n[^]*"code":"MALFORMED_REQUEST"/,
    );
    const stream =
      'POST /predict/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n';
    const row = `${JSON.stringify(goodRow)}\n`;
    const answer = await raw(port, stream, `${row.length.toString(16)}\r\n${row}\r\n`, 'zz\r\n');
    expect(answer).toContain('"row":1');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('large bodies and headers are refused', async () => {
    const app = await shopApp({ bodyLimit: 10_000 });
    const port = await listen(app);
    expect(await raw(port, post('', `"${'x'.repeat(20_000)}"`))).toMatch(/^HTTP\/1.1 413 /);
    const chunked =
      'POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await raw(port, chunked, `4e20\r\n${'x'.repeat(20_000)}\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    expect(await raw(port, post(`x-large: ${'x'.repeat(20_000)}\r\n`))).toMatch(/^HTTP\/1.1 431 /);
    const long = await app.inject({ method: 'GET', url: `/models/${'m'.repeat(500)}/schema` });
    expect(long.statusCode).toBe(400);
  });

  it.each(['/predict', '/predict/batch', '/invocations', '/explain', '/v2/models/shop/infer'])(
    '%s without a body is refused',
    async (url) => {
      const app = await shopApp();
      const refused = await app.inject({ method: 'POST', url });
      expect([refused.statusCode, refused.body]).toEqual([400, expect.stringContaining('body')]);
    },
  );

  it('deep and double JSON is refused before it is read', async () => {
    const app = await shopApp();
    const send = async (payload: string) =>
      (
        await app.inject({
          method: 'POST',
          url: '/predict',
          payload,
          headers: { 'content-type': 'application/json' },
        })
      ).json().error.code;
    expect(await send(`{"features":${'['.repeat(100_000)}`)).toBe('TOO_DEEP');
    expect(await send(`{"features": {"tenure": 1, "tenure": 2}}`)).toBe('DUPLICATE_KEY');
    expect(await send(`{"features": {}, "features": ${JSON.stringify(goodRow)}}`)).toBe('DUPLICATE_KEY');
  });

  it('prototypes stay as they are', async () => {
    const app = await shopApp();
    const send = async (payload: string) =>
      app.inject({
        method: 'POST',
        url: '/predict',
        payload,
        headers: { 'content-type': 'application/json' },
      });
    for (const payload of [
      '{"__proto__": {"polluted": 1}, "features": {}}',
      '{"features": {"__proto__": {"tenure": 4, "plan": "basic", "newsletter": true}}}',
      '{"features": {"constructor": {"prototype": {"polluted": 1}}}}',
    ]) {
      expect((await send(payload)).json().error.code).toBe('FORBIDDEN_KEY');
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    // What every object inherits is no value of a field.
    expect((await send('{"features": {}}')).json().error.field).toBe('features.tenure');
    const lines = await app.inject({
      method: 'POST',
      url: '/predict/batch',
      payload: '__proto__,tenure,plan,newsletter\nx,1,basic,yes\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(lines.body).toMatch(/\n1,[01],/);
    expect((await app.inject('/predict/batch?__proto__[x]=1')).statusCode).toBe(404);
  });

  it('has nothing at a path by another method, whatever comes with it', async () => {
    const app = await shopApp();
    for (const method of ['PUT', 'QUERY', 'PATCH'] as const) {
      for (const type of ['application/json', 'text/csv', 'application/x-ndjson']) {
        const reply = await app.inject({
          method: method as 'PUT',
          url: '/predict',
          payload: '{"features":{}}',
          headers: { 'content-type': type },
        });
        expect(reply.statusCode).toBe(404);
        expect(reply.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
      }
    }
  });

  it('who sends slowly is cut off', async () => {
    const app = await shopApp({ bodyTimeout: 400, headersTimeout: 400 });
    const port = await listen(app);
    const drip = async (start: string): Promise<{ answer: string; took: number }> => {
      const began = performance.now();
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      socket.write(start);
      const timer = setInterval(() => socket.write('x'), 50);
      await new Promise<void>((resolve) => socket.on('close', () => resolve()));
      clearInterval(timer);
      return { answer, took: performance.now() - began };
    };
    const headers = await drip('POST /predict HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    const payload = await drip(
      'POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n',
    );
    for (const { answer, took } of [headers, payload]) {
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
      expect(took).toBeLessThan(10_000);
    }
    // Others were answered all the while.
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });

  it('headers of the reply cannot be made by the caller', async () => {
    const app = await shopApp();
    const port = await listen(app);
    for (const id of ['a\r\nset-cookie: x=1', 'a\nx: y', 'a\u0000b', 'é', 'a b']) {
      const answer = await raw(port, post(`x-request-id: ${id}\r\n`));
      expect(answer).not.toMatch(/\r\nset-cookie:/i);
      expect(answer).toMatch(/^HTTP\/1.1 (200|400) /);
    }
    const two = await raw(port, post('x-request-id: a\r\nx-request-id: b\r\n'));
    expect(two).toMatch(/x-request-id: [0-9a-f]{8}-/);
    // Two lengths, or a length and chunks, are how requests are smuggled past a proxy.
    expect(await raw(port, post('content-length: 5\r\n'))).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(port, post('transfer-encoding: chunked\r\n'))).toMatch(/^HTTP\/1.1 400 /);
  });

  it('keys that are wrong, half, expired or revoked open nothing, and are answered alike', async () => {
    const key = makeKey().key;
    const ring = new KeyRing(
      {
        list: async () => [
          { id: '1', name: 'live', role: 'predict', hash: hashKey(key), expires: null },
          { id: '2', name: 'old', role: 'admin', hash: hashKey('vk_expired'), expires: 1 },
          { id: '3', name: 'gone', role: 'admin', hash: hashKey('vk_revoked'), expires: null, revokedAt: 5 },
        ],
      },
      Date.now,
    );
    await ring.refresh();
    const app = await shopApp({ keys: ring });
    const answers = new Set<string>();
    for (const wrong of [
      'vk_expired',
      'vk_revoked',
      key.slice(0, -1),
      `${key}x`,
      key.toUpperCase(),
      hashKey(key),
      'vk_',
      'null',
      '{}',
    ]) {
      const reply = await predict(app, goodRow, { 'x-api-key': wrong, 'x-request-id': 'r' });
      expect(reply.status).toBe(401);
      answers.add(JSON.stringify(reply.body));
    }
    expect(answers.size).toBe(1);
    expect((await predict(app, goodRow, { 'x-api-key': key })).status).toBe(200);
  });

  it('the time of an answer does not say how much of a key is right', async () => {
    const key = makeKey().key;
    const ring = new KeyRing(
      { list: async () => [{ id: '1', name: 'k', role: 'predict', hash: hashKey(key), expires: null }] },
      Date.now,
    );
    await ring.refresh();
    const near = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    const far = `vk_${'0'.repeat(43)}`;
    const time = (guess: string): number => {
      const began = process.hrtime.bigint();
      for (let i = 0; i < 500; i++) void ring.find(guess);
      return Number(process.hrtime.bigint() - began);
    };
    time(near);
    // In turn, and the fastest of many: what the machine does beside falls out.
    let nearest = Infinity;
    let farthest = Infinity;
    for (let round = 0; round < 60; round++) {
      nearest = Math.min(nearest, time(near));
      farthest = Math.min(farthest, time(far));
    }
    expect(Math.abs(Math.log(nearest / farthest))).toBeLessThan(Math.log(1.5));
  });
});

describe('TLS', () => {
  const home = scratchFolder();
  const [certFile, keyFile] = [join(home, 'cert.pem'), join(home, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' }); // prettier-ignore
  const cert = readFileSync(certFile);

  it('comes from files, in versions that are safe, and is said to browsers', async () => {
    const app = await shopApp({ certificate: { cert, key: readFileSync(keyFile) } });
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    const port = Number(new URL(address).port);
    const ask = (options: object) =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const agent = new Agent({ ca: cert, servername: 'localhost', keepAlive: false });
        httpsRequest({ host: '127.0.0.1', port, path: '/health/live', agent, ...options }, (reply) => {
          void text(reply).then(() => resolve(reply.headers));
        })
          .on('error', reject)
          .end();
      });
    expect(address).toMatch(/^https:/);
    expect((await ask({}))['strict-transport-security']).toContain('max-age=');
    await expect(ask({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow(
      /protocol|version|alert|handshake/i,
    );
  });
});

describe('OpenTelemetry', () => {
  it('sends a span for each request, within the trace of the caller', async () => {
    const bodies: string[] = [];
    const collector = createServer((request, reply) => {
      let payload = '';
      request.on('data', (chunk: Buffer) => (payload += chunk.toString()));
      request.on('end', () => {
        bodies.push(payload);
        reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as { port: number };
    const tracer = await openTelemetry({
      endpoint: `http://127.0.0.1:${port}/`,
      version: '0.1.0',
      serviceName: 'shop',
    });
    const app = await shopApp({ tracer });
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await predict(app, goodRow, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    await predict(app, goodRow, { traceparent: `00-${'1'.repeat(32)}-b7ad6b7169203331-00` });
    await predict(app, {});
    await app.inject('/health');
    await app.close();
    collector.close();
    const spans = bodies.flatMap((payload) => {
      const { resourceSpans } = JSON.parse(payload) as {
        resourceSpans: {
          scopeSpans: { spans: { traceId: string; parentSpanId?: string; name: string }[] }[];
        }[];
      };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: list }) => list));
    });
    expect(spans.map(({ name }) => name).toSorted()).toStrictEqual([
      'GET /health',
      'POST /predict',
      'POST /predict',
    ]);
    // What the caller does not keep is not kept here.
    expect(spans.some(({ traceId }) => traceId === '1'.repeat(32))).toBe(false);
    expect(spans.find(({ traceId }) => traceId === trace)).toMatchObject({
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(bodies.join()).not.toContain('basic');
  });
});
