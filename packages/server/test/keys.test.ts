import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { hashKey, KeyRing, makeKey } from '../src/index.ts';
import type { KnownKey } from '../src/index.ts';
import { joinedKeys, keyFile, parseKeyFile } from '../src/keys/key-file.ts';
import { RateLimiter } from '../src/keys/rate-limiter.ts';
import { errorOf, predict, shopApp } from './support/shop-app.ts';
import { scratchFolder } from './support/shop-model.ts';

const home = scratchFolder();

function known(role: KnownKey['role'], key: string, rest: Partial<KnownKey> = {}): KnownKey {
  return { id: `id-${role}`, name: role, role, hash: hashKey(key), expires: null, ...rest };
}

async function ringOf(keys: KnownKey[], now = () => 1000): Promise<KeyRing> {
  const ring = new KeyRing({ list: async () => keys }, now);
  await ring.refresh();
  return ring;
}

describe('a key', () => {
  it('is 256 random bits of which the hash is kept', () => {
    const { key, hash, prefix } = makeKey();
    expect(key).toMatch(/^vk_[A-Za-z0-9_-]{43}$/);
    expect(hash).toBe(hashKey(key));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength(11);
    expect(makeKey().key).not.toBe(key);
  });

  it('is demanded, and its role too', async () => {
    const roles = ['predict', 'read', 'admin'] as const;
    const secrets = Object.fromEntries(roles.map((role) => [role, makeKey().key]));
    const app = await shopApp({ keys: await ringOf(roles.map((role) => known(role, secrets[role]))) });
    const ask = async (url: string, key?: string) => {
      const method = url === '/predict' ? 'POST' : 'GET';
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
      const payload = url === '/predict' ? { payload: { features: {} } } : {};
      return (await app.inject({ method, url, headers, ...payload })).statusCode;
    };
    const table = [];
    for (const url of ['/predict', '/metrics', '/health', '/health/live', '/health/ready']) {
      table.push([
        url,
        await ask(url),
        ...(await Promise.all(roles.map(async (role) => ask(url, secrets[role])))),
      ]);
    }
    expect(table).toStrictEqual([
      ['/predict', 401, 422, 403, 422],
      ['/metrics', 401, 403, 200, 200],
      ['/health', 200, 200, 200, 200],
      ['/health/live', 200, 200, 200, 200],
      ['/health/ready', 200, 200, 200, 200],
    ]);
  });

  it('comes in one of two headers, and not in both', async () => {
    const { key } = makeKey();
    const app = await shopApp({ keys: await ringOf([known('predict', key)]) });
    const tries: [Record<string, string>, number][] = [
      [{ authorization: `Bearer ${key}` }, 200],
      [{ authorization: `bearer ${key}` }, 200],
      [{ 'x-api-key': key }, 200],
      [{ authorization: `Bearer ${key}`, 'x-api-key': key }, 401],
      [{ authorization: `Basic ${key}` }, 401],
      [{ authorization: key }, 401],
      [{ authorization: `Bearer ${key}x` }, 401],
      [{ authorization: `Bearer ${key.slice(0, -1)}` }, 401],
      [{ 'x-api-key': '' }, 401],
      [{ 'x-api-key': 'x'.repeat(600) }, 401],
      [{}, 401],
    ];
    for (const [headers, expected] of tries) {
      const { status, body, headers: got } = await predict(app, undefined, headers);
      expect(status).toBe(expected);
      if (status === 200) continue;
      expect(errorOf(body).code).toBe('UNAUTHORISED');
      expect(got['www-authenticate']).toBe('Bearer realm="verdict"');
    }
  });

  it('ends when it expires or is revoked', async () => {
    let now = 1000;
    const keys = [known('predict', 'first', { expires: 2000 }), known('read', 'second')];
    const ring = new KeyRing({ list: async () => keys }, () => now);
    await ring.refresh();
    expect(ring.size).toBe(2);
    expect(ring.find('first')).toBe(keys[0]);
    now = 2000;
    expect(ring.find('first')).toBeUndefined();
    expect(ring.size).toBe(1);
    keys[1] = { ...keys[1], revokedAt: 1500 };
    expect(ring.find('second')).toBeDefined();
    await ring.refresh();
    expect(ring.find('second')).toBeUndefined();
    expect(ring.size).toBe(0);
  });

  it('works as soon as it was made, and guesses are not looked up twice', async () => {
    const late = known('predict', 'late');
    let asked = 0;
    const source = {
      list: async () => [],
      byHash: async (hash: string) => {
        asked++;
        return hash === late.hash ? late : undefined;
      },
    };
    const ring = new KeyRing(source, () => 0);
    await ring.refresh();
    expect(await ring.find('late')).toBe(late);
    expect(ring.find('late')).toBe(late);
    expect(await ring.find('guess')).toBeUndefined();
    expect(ring.find('guess')).toBeUndefined();
    expect(asked).toBe(2);
    await ring.refresh();
    expect(await ring.find('guess')).toBeUndefined();
    const dead = new KeyRing({ ...source, byHash: async () => ({ ...late, revokedAt: 0 }) }, () => 0);
    expect(await dead.find('late')).toBeUndefined();
  });
});

describe('without any key', () => {
  it('the server is open on loopback, for the names of this machine alone', async () => {
    const ring = new KeyRing({ list: async () => [] }, () => 0, true);
    const app = await shopApp({ keys: ring, loopbackOnly: true });
    expect((await predict(app)).status).toBe(200);
    for (const host of ['127.0.0.1:8000', '[::1]:8000', 'localhost', 'a.localhost']) {
      expect((await predict(app, undefined, { host })).status).toBe(200);
    }
    const rebound = await predict(app, undefined, { host: 'attacker.example' });
    expect([rebound.status, errorOf(rebound.body).code]).toStrictEqual([403, 'FORBIDDEN_HOST']);
  });

  it('is not open again when the last key has died', async () => {
    const ring = new KeyRing({ list: async () => [known('admin', 'k', { expires: 5 })] }, () => 9, true);
    await ring.refresh();
    expect([ring.size, ring.isOpen]).toStrictEqual([0, false]);
    const app = await shopApp({ keys: ring, loopbackOnly: true });
    expect((await predict(app)).status).toBe(401);
  });
});

describe('a file of keys', () => {
  it('has a key a line, itself or its hash', async () => {
    const first = makeKey();
    const second = makeKey();
    const path = join(home, 'keys');
    writeFileSync(path, `# ours\n\npredict ${first.key} the shop\r\nadmin sha256:${second.hash}\n`);
    const ring = new KeyRing(
      joinedKeys([keyFile(path), { list: async () => [known('read', 'other')] }]),
      () => 0,
    );
    await ring.refresh();
    expect(ring.find(first.key)).toMatchObject({ id: 'file:3', name: 'the shop', role: 'predict' });
    expect(ring.find(second.key)).toMatchObject({ id: 'file:4', name: 'file:4', role: 'admin' });
    expect(ring.find('other')).toMatchObject({ role: 'read' });
    expect(await ring.find('nothing')).toBeUndefined();
  });

  it('is refused with its line, never with a key', () => {
    const secret = 'too-short-secret';
    for (const text of [`root ${secret}`, `predict ${secret}`, 'predict', `\npredict sha256:abc`]) {
      const parse = () => parseKeyFile(text, 'keys');
      expect(parse).toThrow(InvalidOption);
      expect(parse).toThrow(/keys, line \d/);
      expect(parse).not.toThrow(secret);
    }
  });
});

describe('the limit of a key', () => {
  it('lets a burst through, then so many a second', () => {
    const limiter = new RateLimiter(2);
    expect([limiter.take('a', 0), limiter.take('a', 0)]).toStrictEqual([0, 0]);
    expect(limiter.take('a', 0)).toBe(0.5);
    expect(limiter.take('b', 0)).toBe(0);
    expect(limiter.take('a', 400)).toBeCloseTo(0.1);
    expect(limiter.take('a', 500)).toBe(0);
    expect(limiter.take('a', 1e9)).toBe(0);
    expect(limiter.take('a', 1e9)).toBe(0);
    expect(limiter.take('a', 1e9)).toBeGreaterThan(0);
    expect(new RateLimiter(0.1).take('a', 0)).toBe(0);
  });

  it('remembers no more than so many callers', () => {
    const limiter = new RateLimiter(1);
    limiter.take('first', 0);
    limiter.take('second', 0);
    limiter.take('first', 0);
    for (let i = 0; i < 9_999; i++) limiter.take(`caller ${i}`, 0);
    // The one that was silent longest starts anew.
    expect(limiter.take('second', 0)).toBe(0);
  });

  it('is told to whoever exceeds it', async () => {
    const keys = await ringOf([known('predict', 'one'), known('admin', 'two')]);
    const app = await shopApp({ keys, limiter: new RateLimiter(0.01) });
    const ask = async (key: string) => predict(app, undefined, { 'x-api-key': key });
    expect((await ask('one')).status).toBe(200);
    const limited = await ask('one');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers['retry-after'])).toSatisfy((seconds) => seconds > 1 && seconds <= 100);
    expect(errorOf(limited.body).code).toBe('RATE_LIMITED');
    expect((await ask('two')).status).toBe(200);
  });

  it('does not depend on a clock that is set back', async () => {
    let now = 1_800_000_000_000;
    const app = await shopApp({ limiter: new RateLimiter(50), now: () => now });
    expect((await predict(app)).status).toBe(200);
    now -= 3_600_000;
    expect((await predict(app)).status).toBe(200);
  });
});
