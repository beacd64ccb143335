import { join } from 'node:path';
import { createScorer, writeBundle } from '@verdict/learn';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { verdictPlugin } from '../src/index.ts';
import { goodRow, scratchFolder, shopBundle } from './support/shop-model.ts';

const model = join(scratchFolder(), 'model');
await writeBundle(model, shopBundle());

describe("the service inside somebody's own program", () => {
  const app = Fastify();
  afterAll(async () => app.close());

  it('answers below its prefix and leaves everything else alone', async () => {
    app.addHook('onRequest', async (request) => {
      if (request.url.startsWith('/decisions/predict') && request.headers.cookie === undefined) {
        throw Object.assign(new Error('log in first'), { statusCode: 401 });
      }
    });
    app.post('/orders', async (request) => ({ got: request.body }));
    await app.register(verdictPlugin, {
      prefix: '/decisions',
      model,
      policy: { unknownCategories: 'refuse' },
    });

    const ask = async (features: object, cookie = 'me') =>
      app.inject({ method: 'POST', url: '/decisions/predict', payload: { features }, headers: { cookie } });
    const { probability } = createScorer(shopBundle()).scoreRow(goodRow);
    expect((await ask(goodRow)).json()).toMatchObject({
      model: 'left',
      probability: [1 - probability, probability],
    });
    expect((await ask({ ...goodRow, plan: 'gold' })).json()).toMatchObject({
      error: { field: 'features.plan' },
    });
    // The program's own rules come first.
    const stranger = await app.inject({
      method: 'POST',
      url: '/decisions/predict',
      payload: { features: goodRow },
    });
    expect(stranger.statusCode).toBe(401);
    expect(stranger.json()).toMatchObject({ error: { code: 'REFUSED', message: 'log in first' } });

    const order = await app.inject({
      method: 'POST',
      url: '/orders',
      payload: '{"a": 1, "a": 2}',
      headers: { 'content-type': 'application/json' },
    });
    expect(order.json()).toStrictEqual({ got: { a: 2 } });
    expect(order.headers['content-security-policy']).toBeUndefined();
    expect((await app.inject('/nowhere')).json()).toMatchObject({ message: 'Route GET:/nowhere not found' });
    expect((await app.inject('/decisions/nowhere')).json()).toMatchObject({
      error: { code: 'NOT_FOUND', message: 'There is nothing at this path.' },
    });
    const metrics = (await app.inject('/decisions/metrics')).body;
    expect(metrics).toContain(
      'verdict_http_requests_total{method="POST",route="/decisions/predict",status="200"} 1',
    );
    expect(metrics).not.toContain('process_cpu');
    expect((await app.inject('/decisions/docs')).statusCode).toBe(404);
  });

  it('may be there twice, under two prefixes', async () => {
    const other = Fastify();
    afterAll(async () => other.close());
    await other.register(verdictPlugin, { prefix: '/a', model, name: 'first', docs: true });
    await other.register(verdictPlugin, { prefix: '/b', model, name: 'second' });
    expect((await other.inject('/a/nowhere')).json().error.message).toBe(
      'There is nothing at this path; GET /a/docs lists what there is.',
    );
    expect((await other.inject('/a/docs')).statusCode).toBe(200);
    for (const [prefix, name] of [
      ['/a', 'first'],
      ['/b', 'second'],
    ]) {
      const reply = await other.inject({
        method: 'POST',
        url: `${prefix}/predict`,
        payload: { features: goodRow },
      });
      expect(reply.json().model).toBe(name);
    }
  });

  it('says what is wrong with a model', async () => {
    const broken = Fastify();
    await expect(broken.register(verdictPlugin, { model: '/nowhere' }).ready()).rejects.toThrow(/nowhere/);
  });
});
