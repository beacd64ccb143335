import { cellsOfRecord, createScorer, reasonWriter } from '@verdict/learn';
import { describe, expect, it } from 'vitest';
import { SingleModel } from '../src/index.ts';
import type { ModelTable } from '../src/scoring/model-table.ts';
import { makeLogger } from '../src/serve/logger.ts';
import { errorOf, predict, shopApp, shopModel } from './support/shop-app.ts';
import { goodRow, shopBundle } from './support/shop-model.ts';

describe('POST /explain', () => {
  it('gives contributions that add up, and reasons in words', async () => {
    const app = await shopApp();
    const bundle = shopBundle();
    const scorer = createScorer(bundle);
    const reply = await app.inject({
      method: 'POST',
      url: '/explain',
      payload: { features: goodRow, reasons: 2 },
    });
    const body = reply.json() as {
      contributions: { column: string; contribution: number }[];
      [key: string]: unknown;
    };
    expect(reply.statusCode).toBe(200);
    const { margin, bias, columns, contributions } = scorer.explainRow(goodRow);
    expect(body).toMatchObject({ margin, bias, model: 'shop', threshold: 0.37 });
    const total = body.contributions.reduce((sum, { contribution }) => sum + contribution, bias);
    expect(total).toBeCloseTo(margin, 5);
    const sizes = body.contributions.map(({ contribution }) => Math.abs(contribution));
    expect(sizes).toStrictEqual(sizes.toSorted((a, b) => b - a));
    const shares = columns.map((column, i) => ({ column, contribution: contributions[i] }));
    expect(body.reasons).toStrictEqual(
      reasonWriter(bundle, { most: 2 })(cellsOfRecord(bundle.plan, goodRow), shares),
    );
    const bad = await app.inject({ method: 'POST', url: '/explain', payload: { features: { tenure: 'x' } } });
    expect([bad.statusCode, bad.json().error.field]).toStrictEqual([422, 'features.tenure']);
  });
});

describe('POST /feedback', () => {
  it('needs a store', async () => {
    const app = await shopApp();
    const reply = await app.inject({
      method: 'POST',
      url: '/feedback',
      payload: { requestId: 'a', outcome: 1 },
    });
    expect([reply.statusCode, reply.json().error.code]).toStrictEqual([409, 'NO_STORE']);
  });

  it('takes labels, numbers and truth values, for predictions that there are', async () => {
    const taken: { outcome: string; id: string }[] = [];
    let delay = 0;
    const app = await shopApp({
      log: 'async',
      logSink: { append: async () => ({ conflicts: [] }) },
      feedback: {
        prediction: async (id) =>
          (id === 'late' && delay++ === 0) || id === 'none' ? undefined : { model: 'shop', version: 0 },
        append: async ([record]) => {
          const known = taken.some(({ id }) => id === record.id);
          if (!known) taken.push(record);
          return { known: known ? [record.id] : [], conflicts: record.note === 'other' ? [record.id] : [] };
        },
        forRequest: async () => [],
      },
    });
    const tell = async (payload: object) => app.inject({ method: 'POST', url: '/feedback', payload });
    for (const [outcome, label] of [
      ['leaves', 'leaves'],
      ['stays', 'stays'],
      [true, 'leaves'],
      [0, 'stays'],
      [1, 'leaves'],
      [false, 'stays'],
    ] as const) {
      // prettier-ignore
      expect((await tell({ requestId: 'a', outcome })).json()).toMatchObject({ outcome: label, known: false });
    }
    expect(taken).toHaveLength(6);
    expect((await tell({ requestId: 'late', outcome: 1, id: 'm1' })).json()).toMatchObject({
      id: 'm1',
      known: false,
    });
    expect((await tell({ requestId: 'late', outcome: 1, id: 'm1' })).json()).toMatchObject({ known: true });
    expect((await tell({ requestId: 'none', outcome: 1 })).json().error.code).toBe('PREDICTION_NOT_FOUND');
    expect((await tell({ requestId: 'a', outcome: 1, note: 'other' })).statusCode).toBe(409);
    const wrong = await tell({ requestId: 'a', outcome: 'perhaps' });
    expect([wrong.statusCode, wrong.json().error.field, wrong.json().error.got]).toStrictEqual([
      422,
      'outcome',
      '"perhaps"',
    ]);
    expect((await tell({ requestId: 'a', outcome: 7 })).statusCode).toBe(422);
  });
});

describe('health', () => {
  it('says what is served', async () => {
    let now = 5000;
    const app = await shopApp({ now: () => now });
    now = 8500;
    const health = await app.inject('/health');
    expect(health.json()).toStrictEqual({
      status: 'ok',
      version: '0.1.0',
      uptimeSeconds: 3.5,
      models: [{ model: 'shop', alias: null, version: '0' }],
      log: 'off',
      problems: [],
    });
    expect((await app.inject('/health/live')).json()).toStrictEqual({ status: 'ok' });
    expect((await app.inject('/health/ready')).json()).toStrictEqual({ status: 'ok', problems: [] });
  });

  it('tells trouble from being of no use', async () => {
    const single = new SingleModel(shopModel());
    let ready = true;
    const models: ModelTable = {
      resolve: (choice) => single.resolve(choice),
      list: () => single.list(),
      problems: () => ['Version 4 does not load.'],
      isReady: () => ready,
    };
    const app = await shopApp({ models });
    const degraded = await app.inject('/health');
    expect([degraded.statusCode, degraded.json().status]).toStrictEqual([200, 'degraded']);
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    expect((await app.inject('/metrics')).body).toContain('verdict_model_alarm 1');
    ready = false;
    const gone = await app.inject('/health');
    expect([gone.statusCode, gone.json().status, gone.headers['retry-after']]).toStrictEqual([
      503,
      'unavailable',
      '1',
    ]);
    const unready = await app.inject('/health/ready');
    expect(unready.json().problems).toStrictEqual(['Version 4 does not load.', 'No model is loaded yet.']);
    expect(unready.statusCode).toBe(503);
  });
});

describe('GET /metrics', () => {
  it('counts requests, predictions, warnings and refusals', async () => {
    const app = await shopApp({ processMetrics: true });
    await predict(app);
    await predict(app, { ...goodRow, plan: 'gold' });
    await predict(app, {});
    await app.inject('/nowhere');
    const reply = await app.inject('/metrics');
    expect(reply.headers['content-type']).toContain('text/plain; version=0.0.4');
    for (const line of [
      'verdict_http_requests_total{method="POST",route="/predict",status="200"} 2',
      'verdict_http_requests_total{method="POST",route="/predict",status="422"} 1',
      'verdict_http_requests_total{method="*",route="(none)",status="404"} 1',
      'verdict_http_request_duration_seconds_count{method="POST",route="/predict"} 3',
      'verdict_http_request_duration_seconds_bucket{le="+Inf",method="POST",route="/predict"} 3',
      'verdict_prediction_warnings_total{model="shop",version="0",kind="unknown_category"} 1',
      'verdict_rows_refused_total{model="shop",version="0"} 1',
      'verdict_model_info{model="shop",alias="",version="0"} 1',
      'verdict_model_alarm 0',
      'verdict_requests_in_flight 1',
      'verdict_requests_shed_total 0',
      'verdict_prediction_log_waiting 0',
      'process_cpu_seconds_total',
    ]) {
      expect(reply.body).toContain(line);
    }
    const predictions = [...reply.body.matchAll(/verdict_predictions_total\{.*\} (\d+)/g)].map(([, n]) =>
      Number(n),
    );
    expect(predictions.reduce((sum, n) => sum + n, 0)).toBe(2);
  });
});

describe('the page about the interface', () => {
  it('is an OpenAPI 3.1 document of every route', async () => {
    const app = await shopApp({ docs: true });
    const reply = await app.inject('/docs/json');
    const document = reply.json() as { openapi: string; paths: Record<string, Record<string, unknown>> };
    expect(document.openapi).toBe('3.1.0');
    for (const path of ['/predict', '/predict/batch', '/explain', '/feedback']) {
      expect(document.paths[path].post).toMatchObject({
        summary: expect.any(String),
        responses: { 200: {}, 422: {}, 503: {} },
      });
    }
    expect(document.paths['/models/{model}/schema'].get).toBeDefined();
    expect(document.paths['/predict/batch'].post).toMatchObject({
      requestBody: { content: { 'application/json': {}, 'application/x-ndjson': {}, 'text/csv': {} } },
    });
  });

  it('asks nobody else for anything', async () => {
    const app = await shopApp({ docs: true });
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^(\/docs)?\/|^\.\//);
      expect((await app.inject(new URL(link, 'http://localhost/docs/').pathname)).statusCode).toBe(200);
    }
  });

  it('tells what the features of a model may be', async () => {
    const app = await shopApp();
    const schema = (await app.inject('/models/shop/schema')).json() as {
      required: string[];
      properties: Record<string, unknown>;
    };
    expect(schema.required).toStrictEqual(['tenure', 'plan', 'newsletter']);
    expect(schema.properties).toMatchObject({
      tenure: { type: ['number'], 'x-range': [expect.any(Number), expect.any(Number)] },
      spend: { type: ['number', 'null'] },
      plan: { type: ['string', 'number', 'boolean'], examples: expect.arrayContaining(['basic', 'team']) },
      newsletter: { description: 'true, false, "no" or "yes"' },
      since: { type: ['string', 'null'], format: 'date-time' },
    });
    expect((await app.inject('/models/other/schema')).statusCode).toBe(404);
  });
});

describe('every reply', () => {
  it('has headers that keep browsers from misusing it', async () => {
    const app = await shopApp();
    for (const url of ['/health', '/nowhere']) {
      const { headers } = await app.inject(url);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers.server).toBeUndefined();
    }
  });

  it('lets pages of other origins in only where that was said', async () => {
    const open = await shopApp({ corsOrigins: ['https://shop.example'] });
    const ask = async (origin: string) =>
      open.inject({
        method: 'OPTIONS',
        url: '/predict',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    expect((await ask('https://shop.example')).headers['access-control-allow-origin']).toBe(
      'https://shop.example',
    );
    expect((await ask('https://other.example')).headers['access-control-allow-origin']).not.toBe(
      'https://other.example',
    );
    const closed = await shopApp();
    const preflight = await closed.inject({
      method: 'OPTIONS',
      url: '/predict',
      headers: { origin: 'https://a.example' },
    });
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toStrictEqual([
      404,
      undefined,
    ]);
  });

  it('continues the trace of the caller', async () => {
    const app = await shopApp();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const { headers } = await predict(app, goodRow, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect(headers.traceresponse).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
    for (const bad of [
      `00-${trace}-b7ad6b7169203331`,
      `ff-${trace}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `00-${trace}-b7ad6b7169203331-01-x`,
      'x'.repeat(600),
    ]) {
      // prettier-ignore
      expect((await predict(app, goodRow, { traceparent: bad })).headers.traceresponse).toBeUndefined();
    }
    const newer = await predict(app, goodRow, { traceparent: `01-${trace}-b7ad6b7169203331-01-later` });
    expect(newer.headers.traceresponse).toContain(trace);
  });
});

describe('a fault in the server', () => {
  it('goes to its log and not to the caller', async () => {
    const written: string[] = [];
    const logger = makeLogger('info', { write: (line: string) => void written.push(line) });
    const single = new SingleModel(shopModel());
    const models: ModelTable = {
      list: () => single.list(),
      problems: () => [],
      isReady: () => true,
      resolve() {
        throw Object.assign(new Error('password is hunter2', { cause: 'x' }), {
          body: 'secret body',
          code: 'EX',
        });
      },
    };
    const app = await shopApp({ models, logger });
    const { status, body, headers } = await predict(app, goodRow, { 'x-request-id': 'r-9' });
    expect([status, errorOf(body).code, errorOf(body).requestId]).toStrictEqual([500, 'INTERNAL', 'r-9']);
    expect(JSON.stringify([body, headers])).not.toMatch(/hunter2|secret|Error:|at /);
    const line = JSON.parse(written.find((text) => text.includes('r-9'))!) as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 'error',
      requestId: 'r-9',
      route: '/predict',
      status: 500,
      msg: 'failed',
    });
    expect(line.err).toMatchObject({ type: 'Error', code: 'EX', message: 'password is hunter2' });
    expect(JSON.stringify(line)).not.toContain('secret body');
    expect(JSON.stringify(line)).not.toContain('basic');
  });

  it('is not what a wrong request is', async () => {
    const app = await shopApp();
    const send = async (payload: string, type: string) =>
      app.inject({ method: 'POST', url: '/predict', payload, headers: { 'content-type': type } });
    const tries: [string, string, number, string][] = [
      ['{', 'application/json', 400, 'MALFORMED_JSON'],
      ['', 'application/json', 400, 'MALFORMED_JSON'],
      ['{"a": 1, "a": 2}', 'application/json', 400, 'DUPLICATE_KEY'],
      ['a=b', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['x', 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [`"${'x'.repeat(1024 * 1024)}"`, 'application/json', 413, 'TOO_LARGE'],
      ['a,b\n1,2\n', 'text/csv', 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['{"features": {}}\n', 'application/x-ndjson', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ];
    for (const [payload, type, status, code] of tries) {
      const reply = await send(payload, type);
      expect([reply.statusCode, reply.json().error.code]).toStrictEqual([status, code]);
    }
    expect((await app.inject('/predict')).statusCode).toBe(404);
    expect((await app.inject('/%')).statusCode).toBe(400);
  });

  it('says of what kinds a value may be', async () => {
    const app = await shopApp();
    const send = async (payload: unknown) =>
      (
        await app.inject({
          method: 'POST',
          url: '/predict',
          payload: JSON.stringify(payload),
          headers: { 'content-type': 'application/json' },
        })
      ).json().error as Record<string, unknown>;
    expect(await send([])).toMatchObject({ field: 'body', expected: 'an object', got: 'an array' });
    expect(await send({ features: { plan: { a: 1 } } })).toMatchObject({
      field: 'features.plan',
      message: 'features.plan must be a number, a text, true or false or null, got an object.',
    });
    expect(await send({ features: {}, version: 2 })).toMatchObject({ field: 'version', expected: 'a text' });
    // The last of many is left out where it is not known whole.
    const many = await send({ features: { a: [], b: [], c: [] } });
    expect(many.field).toBe('features.a');
    expect(many.problems).toBeUndefined();
    const app2 = await shopApp({
      feedback: {
        prediction: async () => undefined,
        append: async () => ({ known: [], conflicts: [] }),
        forRequest: async () => [],
      },
    });
    const told = async (outcome: unknown) =>
      (await app2.inject({ method: 'POST', url: '/feedback', payload: { requestId: 'a', outcome } })).json()
        .error as Record<string, unknown>;
    expect(await told({})).toMatchObject({ expected: 'a text, a whole number or true or false' });
    expect(await told('')).toMatchObject({ expected: 'must not have fewer than 1 characters' });
  });
});

describe('too much to do', () => {
  it('is refused at once, with a time to come back', async () => {
    const app = await shopApp({ load: { mostInFlight: 0 } });
    const { status, body, headers } = await predict(app);
    expect([status, errorOf(body).code, headers['retry-after']]).toStrictEqual([503, 'OVERLOADED', '1']);
    expect((await app.inject('/health')).statusCode).toBe(200);
    const metrics = await shopApp({ load: { mostInFlight: 1 } });
    expect((await metrics.inject('/metrics')).body).toContain('verdict_requests_shed_total 0');
  });
});
