import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidOption } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hashKey, makeKey, startServer } from '../src/index.ts';
import type { RunningServer, ServeOptions } from '../src/index.ts';
import { makeLogger } from '../src/serve/logger.ts';
import { registryHome } from './support/registry-home.ts';
import type { RegistryHome } from './support/registry-home.ts';
import { goodRow, scratchFolder } from './support/shop-model.ts';

const quiet = makeLogger('silent');
const open: RunningServer[] = [];
const stores: RegistryHome[] = [];
afterAll(async () => {
  await Promise.all(open.map(async (server) => server.stop()));
  await Promise.all(stores.map(async ({ store }) => store.close()));
});

async function home(): Promise<RegistryHome> {
  const made = await registryHome(scratchFolder());
  stores.push(made);
  return made;
}

async function start(dataDir: string, options: ServeOptions = {}): Promise<RunningServer> {
  const server = await startServer({ dataDir, port: 0, docs: false, mostLag: 1e9, ...options }, quiet);
  open.push(server);
  return server;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

async function ask(
  { url }: RunningServer,
  path: string,
  method = 'GET',
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const reply = await fetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: reply.status,
    body: (await reply.json()) as Record<string, unknown>,
    headers: reply.headers,
  };
}

const predict = async (server: RunningServer, choice: object = {}, headers: Record<string, string> = {}) =>
  ask(server, '/predict', 'POST', { features: goodRow, ...choice }, headers);

const codeOf = ({ body }: Reply): unknown => (body.error as Record<string, unknown> | undefined)?.code;

describe('a server of a registry', () => {
  it('answers by name, alias and version', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.register(2);
    await registry.register(3);
    await registry.promote(2);
    await registry.promote(1, 'challenger');
    const server = await start(registry.dataDir);
    const versions = [];
    for (const choice of [
      {},
      { model: 'shop' },
      { alias: 'challenger' },
      { model: 'shop', alias: 'champion' },
      { version: '3' },
    ]) {
      versions.push((await predict(server, choice)).body.version);
    }
    expect(versions).toStrictEqual(['2', '2', '1', '2', '3']);

    expect(codeOf(await predict(server, { model: 'other' }))).toBe('MODEL_NOT_FOUND');
    expect(codeOf(await predict(server, { alias: 'canary' }))).toBe('ALIAS_NOT_FOUND');
    expect(codeOf(await predict(server, { version: '9' }))).toBe('VERSION_NOT_FOUND');
    expect(codeOf(await predict(server, { version: '0' }))).toBe('VERSION_NOT_FOUND');
    expect(codeOf(await predict(server, { version: '1', alias: 'champion' }))).toBe('INVALID_REQUEST');

    await registry.register(4, 'second');
    await registry.promote(1, 'champion', 'second');
    await expect.poll(async () => codeOf(await predict(server))).toBe('MODEL_NEEDED');
    expect((await predict(server, { model: 'second' })).body).toMatchObject({
      model: 'second',
      version: '1',
    });
  });

  it('has nothing to say before a model was promoted, and does as soon as one is', async () => {
    const registry = await home();
    const server = await start(registry.dataDir);
    const none = await predict(server);
    expect([none.status, codeOf(none), none.headers.get('retry-after')]).toStrictEqual([
      503,
      'NO_MODEL',
      '5',
    ]);
    await registry.register(1);
    await registry.promote(1);
    await expect.poll(async () => (await predict(server)).status).toBe(200);
  });

  it('answers by the new version once a promote has returned, and fails no request meanwhile', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.register(2);
    await registry.promote(1);
    const server = await start(registry.dataDir, { log: 'off' });
    const stop = new AbortController();
    const statuses = new Set<number>();
    const load = Array.from({ length: 4 }, async () => {
      while (!stop.signal.aborted) statuses.add((await predict(server)).status);
    });
    for (let move = 0; move < 20; move++) {
      const version = (move % 2) + 1;
      const promoted = await ask(server, '/models/shop/aliases/champion', 'PUT', {
        version,
        reason: 'in turn',
      });
      expect(promoted.body).toMatchObject({ served: true, waiting: [], move: { version } });
      expect((await predict(server)).body.version).toBe(String(version));
    }
    stop.abort();
    await Promise.all(load);
    expect(statuses).toStrictEqual(new Set([200]));
  });

  it('serves the old version on where the new one is broken, and raises the alarm', async () => {
    const registry = await home();
    await registry.register(1);
    const broken = await registry.register(2);
    await registry.promote(1);
    const server = await start(registry.dataDir);
    // The manifest of the second version is gone from where artifacts lie.
    const lost = readdirSync(join(registry.dataDir, 'artifacts'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((name) => name.endsWith(broken.artifact));
    expect(lost).toHaveLength(1);
    rmSync(join(registry.dataDir, 'artifacts', lost[0]));
    const promoted = await ask(server, '/models/shop/aliases/champion', 'PUT', {
      version: 2,
      reason: 'hope',
    });
    expect(promoted.body).toMatchObject({
      served: false,
      waiting: [{ address: server.url, problem: expect.any(String) }],
    });
    expect((await predict(server)).body.version).toBe('1');
    const health = await ask(server, '/health');
    expect([health.status, health.body.status]).toStrictEqual([200, 'degraded']);
    // Who has no key learns no paths.
    expect(health.body.problems).toStrictEqual([
      "Version 2 of shop@champion does not load; the server's own log says why.",
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('verdict_model_alarm 1');
    expect(metrics).toMatch(/verdict_model_load_failures_total\{model="shop"\} [1-9]/);
    expect((await predict(server, { version: '2' })).status).toBe(503);

    const back = await ask(server, '/models/shop/aliases/champion/rollback', 'POST', {
      reason: 'it does not load',
    });
    expect(back.body).toMatchObject({ served: true, move: { version: 1, kind: 'rollback' } });
    expect((await ask(server, '/health')).body.status).toBe('ok');
  });
});

describe('the registry over HTTP', () => {
  it('shows models, versions, aliases and who moved them', async () => {
    const registry = await home();
    const first = await registry.register(1);
    await registry.register(2);
    await registry.promote(1);
    const server = await start(registry.dataDir);
    const before = new Date().toISOString();
    await ask(server, '/models/shop/aliases/champion', 'PUT', { version: 2, reason: 'better', expected: 1 });

    expect((await ask(server, '/models')).body).toMatchObject({
      models: [{ model: 'shop', latest: 2, aliases: [{ alias: 'champion', version: 2 }] }],
    });
    expect((await ask(server, '/models/shop')).body).toMatchObject({ model: 'shop', latest: 2 });
    const { versions } = (await ask(server, '/models/shop/versions')).body as {
      versions: { version: number }[];
    };
    expect(versions.map(({ version }) => version)).toStrictEqual([2, 1]);
    expect((await ask(server, '/models/shop/versions/1')).body).toMatchObject({
      version: 1,
      artifact: first.artifact,
      by: 'test',
    });
    const { moves } = (await ask(server, '/models/shop/aliases/champion/history')).body as {
      moves: object[];
    };
    expect(moves).toMatchObject([
      { version: 1, by: 'test' },
      { version: 2, previous: 1, by: 'anonymous', reason: 'better' },
    ]);
    expect((await ask(server, '/models/shop/aliases/champion')).body).toMatchObject({ version: 2 });
    expect((await ask(server, `/models/shop/aliases/champion?at=${before}`)).body).toMatchObject({
      version: 1,
    });

    for (const [path, status] of [
      ['/models/none', 404],
      ['/models/shop/versions/9', 404],
      ['/models/shop/versions/x', 400],
      ['/models/shop/aliases/canary', 404],
      ['/models/shop/aliases/champion?at=yesterday', 400],
      ['/models/shop/aliases/champion?at=2001-01-01', 404],
      ['/runs/none', 404],
      ['/predictions/none', 404],
    ] as const) {
      expect([path, (await ask(server, path)).status]).toStrictEqual([path, status]);
    }
    const stale = await ask(server, '/models/shop/aliases/champion', 'PUT', {
      version: 1,
      reason: 'x',
      expected: 1,
    });
    expect([stale.status, codeOf(stale)]).toStrictEqual([409, 'CONFLICT']);
    const silent = await ask(server, '/models/shop/aliases/champion', 'PUT', { version: 1 });
    expect([silent.status, silent.body]).toMatchObject([400, { error: { field: 'reason' } }]);
    expect(
      codeOf(await ask(server, '/models/shop/aliases/champion', 'PUT', { version: 7, reason: 'x' })),
    ).toBe('NOT_FOUND');
  });

  it('archives versions, but none that serves', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.register(2);
    await registry.promote(2);
    const server = await start(registry.dataDir);
    const serving = await ask(server, '/models/shop/versions/2/archive', 'POST');
    expect(serving.status).toBe(409);
    const archived = await ask(server, '/models/shop/versions/1/archive', 'POST');
    expect(archived.body).toMatchObject({
      version: 1,
      archivedBy: 'anonymous',
      archivedAt: expect.any(Number),
    });
    expect((await ask(server, '/models/shop/versions/1/unarchive', 'POST')).body).toMatchObject({
      archivedAt: null,
    });
  });

  it('moves an alias that asks for approval only with it', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.store.models.setPolicy({ name: 'shop', alias: 'champion', approval: true, by: 'test' });
    const server = await start(registry.dataDir);
    const path = '/models/shop/aliases/champion';
    expect(codeOf(await ask(server, path, 'PUT', { version: 1, reason: 'now' }))).toBe('APPROVAL_NEEDED');
    const wanted = await registry.store.models.requestMove({
      name: 'shop',
      alias: 'champion',
      version: 1,
      by: 'ann',
      reason: 'please',
    });
    expect((await ask(server, '/requests')).body).toMatchObject({
      requests: [{ id: wanted.id, state: 'pending', by: 'ann' }],
    });
    const approved = await ask(server, `/requests/${wanted.id}/approve`, 'POST', { reason: 'checked' });
    expect(approved.body).toMatchObject({ served: true, move: { version: 1, approvedBy: 'anonymous' } });
    expect((await predict(server)).body.version).toBe('1');
    const mine = await ask(server, `${path}/requests`, 'POST', { version: 1, reason: 'again' });
    expect(mine.body).toMatchObject({ state: 'pending', by: 'anonymous' });
    const rejected = await ask(server, `/requests/${String(mine.body.id)}/reject`, 'POST', { reason: 'no' });
    expect(rejected.body).toMatchObject({ state: 'rejected', decision: 'no' });
  });

  it('shows runs', async () => {
    const registry = await home();
    const run = await registry.store.runs.create({ kind: 'train', model: 'shop', by: 'test', parameters: { seed: 1 }, dataFingerprint: null, seed: 1, codeVersion: '0.1.0', lockHash: null }); // prettier-ignore
    const server = await start(registry.dataDir);
    expect((await ask(server, '/runs?model=shop&limit=5')).body).toMatchObject({
      runs: [{ id: run.id, state: 'running' }],
      next: null,
    });
    expect((await ask(server, '/runs')).body).toMatchObject({ runs: [{ id: run.id }] });
    expect((await ask(server, `/runs/${run.id}`)).body).toMatchObject({ id: run.id, kind: 'train' });
    expect((await ask(server, '/runs?limit=0')).status).toBe(400);
  });
});

describe('the log and its feedback', () => {
  it('keeps every prediction with what became of it', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.promote(1);
    for (const log of ['durable', 'async'] as const) {
      const server = await start(registry.dataDir, { log });
      const { body } = await predict(server, {}, { 'x-request-id': `order-${log}` });
      expect(body.requestId).toBe(`order-${log}`);
      const told = await ask(server, '/feedback', 'POST', {
        requestId: `order-${log}`,
        outcome: 'leaves',
        id: `m-${log}`,
      });
      expect(told.body).toStrictEqual({
        requestId: `order-${log}`,
        id: `m-${log}`,
        outcome: 'leaves',
        known: false,
      });
      // Sent again, since its reply was lost: it is there once, and that is no conflict.
      const message = { requestId: `order-${log}`, outcome: 'leaves', id: `m-${log}` };
      expect((await ask(server, '/feedback', 'POST', message)).body).toStrictEqual({
        ...message,
        known: true,
      });
      for (const other of [{ outcome: 'stays' }, { note: 'x' }, { at: 5 }]) {
        expect(codeOf(await ask(server, '/feedback', 'POST', { ...message, ...other }))).toBe('CONFLICT');
      }
      await ask(server, '/feedback', 'POST', { requestId: `order-${log}`, outcome: 0, note: 'came back' });
      expect((await ask(server, `/predictions/order-${log}`)).body).toMatchObject({
        model: 'shop',
        version: 1,
        alias: 'champion',
        features: goodRow,
        probability: (body.probability as number[])[1],
        key: null,
        feedback: [
          { outcome: 'leaves', by: 'anonymous' },
          { outcome: 'stays', note: 'came back' },
        ],
      });
      const again = await predict(server, {}, { 'x-request-id': `order-${log}` });
      // Only who waits for the disk can be told that the id was used before.
      expect(again.body.requestId === `order-${log}`).toBe(log === 'async');
      await server.stop();
      open.splice(open.indexOf(server), 1);
    }
    // Nothing that was answered is missing, and what came twice is there twice.
    expect(await registry.store.predictions.count()).toBe(4);
  });
});

describe('keys', () => {
  it('are made, rotated and revoked; each change is in the trail', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.promote(1);
    const admin = makeKey();
    await registry.store.keys.add({
      name: 'boss',
      role: 'admin',
      hash: admin.hash,
      prefix: admin.prefix,
      expires: null,
      by: 'test',
    });
    const server = await start(registry.dataDir);
    const as = (key: unknown) => ({ authorization: `Bearer ${String(key)}` });
    expect((await predict(server)).status).toBe(401);

    const made = await ask(
      server,
      '/keys',
      'POST',
      { name: 'shop', role: 'predict', expiresInDays: 1 },
      as(admin.key),
    );
    expect(made.status).toBe(200);
    const { key, id } = made.body;
    expect((await predict(server, {}, as(key))).status).toBe(200);
    expect((await ask(server, '/keys', 'GET', undefined, as(key))).status).toBe(403);

    const rotated = await ask(
      server,
      `/keys/${String(id)}/rotate`,
      'POST',
      { overlapSeconds: 60 },
      as(admin.key),
    );
    expect(rotated.body).toMatchObject({ name: 'shop', role: 'predict', replaces: id });
    for (const live of [key, rotated.body.key])
      expect((await predict(server, {}, as(live))).status).toBe(200);

    await ask(server, `/keys/${String(id)}`, 'DELETE', undefined, as(admin.key));
    expect((await predict(server, {}, as(key))).status).toBe(401);
    expect((await predict(server, {}, as(rotated.body.key))).status).toBe(200);
    expect((await ask(server, '/keys/none', 'DELETE', undefined, as(admin.key))).status).toBe(404);

    const listed = await ask(server, '/keys', 'GET', undefined, as(admin.key));
    expect(JSON.stringify(listed.body)).not.toContain(String(key));
    expect(JSON.stringify(listed.body)).not.toContain(hashKey(String(key)));
    const { entries } = (await ask(server, '/audit?limit=50', 'GET', undefined, as(admin.key))).body as {
      entries: { action: string; actor: string }[];
    };
    const changes = entries.filter(({ actor }) => actor === 'key:boss').map(({ action }) => action);
    expect(changes).toHaveLength(3);
    expect(entries.map(({ action }) => action)).toContain('server.start');
    expect((await ask(server, '/audit?actor=server', 'GET', undefined, as(admin.key))).body).toMatchObject({
      entries: [{ actor: 'server' }],
    });
    expect((await ask(server, '/audit', 'GET', undefined, as(rotated.body.key))).status).toBe(403);
  });

  it('that are revoked elsewhere end within seconds', async () => {
    const registry = await home();
    await registry.register(1);
    await registry.promote(1);
    const made = makeKey();
    const { id } = await registry.store.keys.add({
      name: 'k',
      role: 'predict',
      hash: made.hash,
      prefix: made.prefix,
      expires: null,
      by: 'test',
    });
    const server = await start(registry.dataDir);
    const headers = { 'x-api-key': made.key };
    expect((await predict(server, {}, headers)).status).toBe(200);
    await registry.store.keys.revoke(id, 'test');
    await expect.poll(async () => (await predict(server, {}, headers)).status, { timeout: 5000 }).toBe(401);
  });
});

describe('a server refuses to start', () => {
  it('where others could reach it without a key', async () => {
    const registry = await home();
    await expect(startServer({ dataDir: registry.dataDir, host: '0.0.0.0', port: 0 }, quiet)).rejects.toThrow(
      /--host/,
    );
    const file = join(scratchFolder(), 'keys');
    writeFileSync(file, `predict ${makeKey().key}\n`);
    const server = await start(registry.dataDir, { host: '0.0.0.0', keyFile: file });
    expect((await fetch(server.url.replace('0.0.0.0', '127.0.0.1') + '/health/live')).status).toBe(200);
  });

  it('with options that make no sense together', async () => {
    await expect(startServer({ dataDir: (await home()).dataDir, tlsCert: 'x' }, quiet)).rejects.toThrow(
      /--tls-key/,
    );
    await expect(startServer({ model: 'x', log: 'durable' }, quiet)).rejects.toThrow(/--log/);
    await expect(startServer({}, quiet)).rejects.toThrow(/--model/);
    await expect(startServer({ model: '/nowhere' }, quiet)).rejects.toThrow(/nowhere/);
  });

  it('with what cannot be read, listened at or asked, and names the option', async () => {
    const registry = await home();
    const refused = async (options: ServeOptions, option: string) => {
      const failure: unknown = await startServer(
        { dataDir: registry.dataDir, port: 0, ...options },
        quiet,
      ).then(
        async (server) => server.stop(),
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(InvalidOption);
      expect((failure as InvalidOption).option).toBe(option);
    };
    const text = join(scratchFolder(), 'text');
    writeFileSync(text, 'neither certificate nor key\n');
    await refused({ keyFile: `${text}-not` }, '--key-file');
    await refused({ tlsCert: text, tlsKey: `${text}-not` }, '--tls-key');
    await refused({ tlsCert: text, tlsKey: text }, '--tls-cert');
    for (const origin of ['nonsense', '*', 'https://a.example/', 'null']) {
      await refused({ corsOrigins: ['https://b.example', origin] }, '--cors');
    }
    await refused({ otlp: 'nonsense' }, '--otlp');
    const taken = await start(registry.dataDir);
    const port = Number(new URL(taken.url).port);
    await refused({ port }, '--port');
    // A worker says so too, through the process that started it.
    await refused({ port, workers: 2 }, '--port');
    const file = join(scratchFolder(), 'keys');
    writeFileSync(file, `predict ${makeKey().key}\n`);
    await refused({ host: '192.0.2.1', keyFile: file }, '--host');
  });
});
