import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { registryHome } from '../packages/server/test/support/registry-home.ts';
import { goodRow } from '../packages/server/test/support/shop-model.ts';
import { verdict } from './support/command.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

const home = mkdtempSync(join(tmpdir(), 'verdict-serve-'));
const registry = await registryHome(home);
await registry.register(1);
await registry.register(2);
await registry.promote(1);
const servers: Served[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.end('SIGKILL')));
});
afterAll(async () => {
  await registry.store.close();
  rmSync(home, { recursive: true, force: true });
});

async function start(args: readonly string[]): Promise<Served> {
  const server = await serve(args);
  servers.push(server);
  return server;
}

async function predict({ url }: Served, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ features: goodRow }),
  });
}

/** Process ids of the workers of a server, by its metrics of the kernel. */
async function workersOf({ child }: Served): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

describe('verdict serve', () => {
  it('serves a bundle and stops when told, with status 0', async () => {
    const server = await start(['--model', join(home, 'bundle-shop-1')]);
    const reply = await predict(server);
    expect(await reply.json()).toMatchObject({ model: 'left', version: '0' });
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.said()).toContain('"msg":"stopped"');
    const other = await start([
      '--model',
      join(home, 'bundle-shop-1'),
      '--name',
      'shop',
      '--log-level',
      'silent',
    ]);
    expect(await (await predict(other)).json()).toMatchObject({ model: 'shop' });
    expect(await other.end('SIGINT')).toBe(0);
  });

  it('finishes what it accepted', async () => {
    const server = await start(['--model', join(home, 'bundle-shop-1')]);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const line = new TextEncoder().encode(`${JSON.stringify(goodRow)}\n`);
    const reply = fetch(`${server.url}/predict/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: readable,
      duplex: 'half',
    } as RequestInit);
    await writer.write(line);
    const body = (await reply).text();
    const ended = server.end('SIGTERM');
    await expect
      .poll(async () =>
        predict(server).then(
          () => 'answers',
          () => 'refuses',
        ),
      )
      .toBe('refuses');
    await writer.write(line);
    await writer.close();
    expect((await body).trimEnd().split('\n')).toHaveLength(2);
    expect(await ended).toBe(0);
  });

  it('says what is wrong before it starts', async () => {
    const cases: [string[], number, RegExp][] = [
      [['--model', '/nowhere'], 1, /nowhere/],
      [['--model', join(home, 'bundle-shop-1'), '--host', '0.0.0.0'], 1, /--host.*\n.*verdict keys create/],
      [['--model', 'x', '--port', '70000'], 2, /0 to 65535/],
      [['--model', 'x', '--log', 'never'], 2, /off, async, durable/],
      [['--data-dir', home, '--trace-share', '2'], 2, /0 to 1/],
    ];
    for (const [args, status, words] of cases) {
      const run = await verdict(['serve', ...args]);
      expect([run.status, run.stderr]).toStrictEqual([status, expect.stringMatching(words)]);
    }
    const help = await verdict(['serve', '--help']);
    for (const option of [
      '--workers',
      '--rate-limit',
      '--tls-cert',
      '--key-file',
      '--log <MODE>',
      'Examples:',
    ]) {
      expect(help.stdout).toContain(option);
    }
  });
});

describe('several workers', () => {
  it('answer on one port, log through one writer, and move together', async () => {
    const server = await start([
      '--data-dir',
      registry.dataDir,
      '--workers',
      '2',
      '--log',
      'durable',
      '--rate-limit',
      '1000',
    ]);
    const workers = await workersOf(server);
    expect(workers).toHaveLength(2);
    const ids = Array.from({ length: 40 }, (_, i) => `w-${i}`);
    const replies = await Promise.all(
      ids.map(async (id) => (await predict(server, { 'x-request-id': id })).json()),
    );
    expect(new Set(replies.map((reply) => (reply as { version: string }).version))).toStrictEqual(
      new Set(['1']),
    );
    for (const id of ids)
      expect(await registry.store.predictions.get(id)).toMatchObject({ requestId: id, alias: 'champion' });

    for (const version of [2, 1, 2]) {
      const promoted = await fetch(`${server.url}/models/shop/aliases/champion`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ version, reason: 'in turn' }),
      });
      expect(await promoted.json()).toMatchObject({ served: true, waiting: [] });
      const versions = await Promise.all(
        Array.from(
          { length: 10 },
          async () => ((await (await predict(server)).json()) as { version: string }).version,
        ),
      );
      expect(new Set(versions)).toStrictEqual(new Set([String(version)]));
    }

    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    // Of both workers together.
    expect(metrics).toContain('verdict_http_requests_total{method="POST",route="/predict",status="200"} 70');
    expect(metrics).toContain('verdict_prediction_log_written_total 70');
    expect(metrics).toContain('verdict_model_info{model="shop",alias="champion",version="2"} 1');
    expect(await server.end('SIGTERM')).toBe(0);
    await expect.poll(async () => registry.store.servers.live(Date.now() - 60_000)).toStrictEqual([]);
  });

  it('are started anew when they die, and know what is served', async () => {
    const server = await start(['--data-dir', registry.dataDir, '--workers', '2', '--log', 'off']);
    const [first] = await workersOf(server);
    process.kill(first, 'SIGKILL');
    await expect.poll(() => server.said(), { timeout: 20_000 }).toContain('a worker was started anew');
    const workers = await workersOf(server);
    expect(workers).toHaveLength(2);
    expect(workers).not.toContain(first);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await predict(server)).status),
    );
    expect(new Set(statuses)).toStrictEqual(new Set([200]));
    const keys = await fetch(`${server.url}/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ name: 'shop', role: 'predict' }),
    });
    const { key } = (await keys.json()) as { key: string };
    // From now on every worker asks for it.
    const open = await Promise.all(Array.from({ length: 8 }, async () => (await predict(server)).status));
    expect(new Set(open)).toStrictEqual(new Set([401]));
    expect((await predict(server, { 'x-api-key': key })).status).toBe(200);
    expect(await server.end('SIGINT')).toBe(0);
  });
});
