import { createScorer } from '@verdict/learn';
import { describe, expect, it } from 'vitest';
import { SingleModel } from '../src/index.ts';
import { errorOf, predict, shopApp, shopModel } from './support/shop-app.ts';
import { goodRow, shopBundle } from './support/shop-model.ts';

const app = await shopApp();
const scorer = createScorer(shopBundle());

describe('POST /predict', () => {
  it('answers with the fields that the interface promises, by the scorer', async () => {
    const { status, body, headers } = await predict(app);
    const { probability, decision, label } = scorer.scoreRow(goodRow);
    expect(status).toBe(200);
    expect(body).toStrictEqual({
      prediction: decision,
      label,
      probability: [1 - probability, probability],
      confidence: Math.max(probability, 1 - probability),
      threshold: 0.37,
      model: 'shop',
      version: '0',
      requestId: headers['x-request-id'],
    });
    expect(body.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('takes numbers, texts, booleans, dates and nulls as the schema allows', async () => {
    for (const row of [
      { ...goodRow, tenure: '4', newsletter: 'yes' },
      { ...goodRow, newsletter: 1, since: '2024-03-01T00:00:00Z' },
    ]) {
      const { body } = await predict(app, row);
      expect(body.warnings).toBeUndefined();
      expect(body.probability).toStrictEqual((await predict(app)).body.probability);
    }
    const { spend: _spend, since: _since, ...needed } = goodRow;
    const bare = await predict(app, needed);
    const nulls = await predict(app, { ...needed, spend: null, since: null });
    expect(bare.status).toBe(200);
    expect(nulls.body.probability).toStrictEqual(bare.body.probability);
    expect((await predict(app, { ...needed, spend: 'NA' })).body.probability).toStrictEqual(
      bare.body.probability,
    );
  });

  it('decides by the threshold of the bundle', async () => {
    const rows = Array.from({ length: 60 }, (_, tenure) => ({ ...goodRow, plan: 'plus', tenure }));
    const replies = await Promise.all(rows.map(async (row) => (await predict(app, row)).body));
    for (const { prediction, probability, label } of replies) {
      const positive = (probability as number[])[1] >= 0.37;
      expect([prediction, label]).toStrictEqual(positive ? [1, 'leaves'] : [0, 'stays']);
    }
    expect(new Set(replies.map(({ prediction }) => prediction))).toStrictEqual(new Set([0, 1]));
  });

  it('names the field, what came and what is allowed', async () => {
    const cases: [object, string, string, string][] = [
      [{ tenure: 'a lot' }, 'features.tenure', 'a number', '"a lot"'],
      [{ tenure: null }, 'features.tenure', 'a number', 'null'],
      [{ tenure: true }, 'features.tenure', 'a number', 'true'],
      [{ newsletter: 'perhaps' }, 'features.newsletter', 'true, false, "no" or "yes"', '"perhaps"'],
      [{ newsletter: 'NA' }, 'features.newsletter', 'true, false, "no" or "yes"', '"NA"'],
      [{ since: 5 }, 'features.since', 'a date or date-time such as 2024-03-01T12:30:00Z', '5'],
      [{ since: 'soon' }, 'features.since', 'a date or date-time such as 2024-03-01T12:30:00Z', '"soon"'],
      [{ plan: undefined }, 'features.plan', 'a text', 'nothing'],
      [{ plan: null }, 'features.plan', 'a text', 'null'],
    ];
    for (const [change, field, expected, got] of cases) {
      const { status, body } = await predict(app, { ...goodRow, ...change });
      expect(status).toBe(422);
      expect(errorOf(body)).toMatchObject({ code: 'INVALID_FEATURES', field, expected, got });
      expect(errorOf(body).message).toContain(field);
    }
  });

  it('lists all problems of a row', async () => {
    const { body } = await predict(app, { tenure: 'x', newsletter: 'z' });
    const fields = (errorOf(body).problems as { field: string }[]).map(({ field }) => field);
    expect(fields).toStrictEqual(['features.tenure', 'features.plan', 'features.newsletter']);
  });

  it('refuses values that no feature can be, and fields that no request has', async () => {
    const nested = await predict(app, { ...goodRow, plan: { a: 1 } });
    expect(nested.status).toBe(400);
    expect(errorOf(nested.body)).toMatchObject({
      code: 'INVALID_REQUEST',
      field: 'features.plan',
      got: 'an object',
    });

    const extra = await app.inject({
      method: 'POST',
      url: '/predict',
      payload: { features: goodRow, rows: [] },
    });
    expect(extra.json()).toMatchObject({ error: { code: 'INVALID_REQUEST', field: 'rows' } });
    const none = await app.inject({ method: 'POST', url: '/predict', payload: {} });
    expect(none.json()).toMatchObject({ error: { field: 'features', message: 'features is missing.' } });
    const list = await app.inject({ method: 'POST', url: '/predict', payload: [1] });
    expect(list.json()).toMatchObject({ error: { field: 'body', got: 'an array' } });
  });

  it('finds the model by name, and says which there is', async () => {
    const ask = async (choice: object) =>
      app.inject({ method: 'POST', url: '/predict', payload: { features: goodRow, ...choice } });
    expect((await ask({ model: 'shop', version: '0' })).statusCode).toBe(200);
    expect((await ask({ model: 'shops' })).json()).toMatchObject({
      error: { code: 'MODEL_NOT_FOUND', message: 'There is no model "shops"; "shop" is served.' },
    });
    expect((await ask({ version: '3' })).json()).toMatchObject({ error: { code: 'VERSION_NOT_FOUND' } });
    expect((await ask({ alias: 'champion' })).json()).toMatchObject({ error: { code: 'ALIAS_NOT_FOUND' } });
  });
});

describe('rows unlike those of training', () => {
  const odd = { ...goodRow, plan: 'gold', tenure: 5000, tenur: 3, customer: 'c-17' };

  it('are scored and flagged', async () => {
    const { status, body } = await predict(app, odd);
    expect(status).toBe(200);
    const { probability } = scorer.scoreRow(odd);
    expect(body.probability).toStrictEqual([1 - probability, probability]);
    const warnings = body.warnings as { code: string; field: string; message: string }[];
    expect(warnings.map(({ code, field }) => [code, field])).toStrictEqual([
      ['out_of_range', 'features.tenure'],
      ['unknown_category', 'features.plan'],
      ['unknown_field', 'features.tenur'],
    ]);
    expect(warnings[1].message).toContain('"basic"');
    expect(warnings[2].message).toContain('did you mean "tenure"?');
  });

  it('are refused where the policy says so', async () => {
    const policies = [
      [{ outOfRange: 'refuse' }, 'features.tenure', /a number from -?\d+/],
      [{ unknownCategories: 'refuse' }, 'features.plan', /one of "/],
      [{ unknownFields: 'refuse' }, 'features.tenur', /a column of the model/],
    ] as const;
    for (const [policy, field, expected] of policies) {
      const strict = await shopApp({ models: new SingleModel(shopModel(policy)) });
      const { status, body } = await predict(strict, odd);
      expect(status).toBe(422);
      expect(errorOf(body)).toMatchObject({ field, expected: expect.stringMatching(expected) });
      expect((await predict(strict)).status).toBe(200);
    }
  });

  it('may leave blanks around a level and name a level by a number', async () => {
    const { body } = await predict(app, { ...goodRow, plan: ' basic ' });
    expect(body.warnings).toBeUndefined();
    const number = await predict(app, { ...goodRow, plan: 7 });
    expect(number.body.warnings).toMatchObject([{ code: 'unknown_category' }]);
    expect((await predict(app, { ...goodRow, tenure: '9e9' })).body.warnings).toMatchObject([
      { code: 'out_of_range' },
    ]);
  });
});

describe('request ids', () => {
  it("are the caller's if well-formed", async () => {
    const { body, headers } = await predict(app, goodRow, { 'x-request-id': 'order-17:b' });
    expect([body.requestId, headers['x-request-id']]).toStrictEqual(['order-17:b', 'order-17:b']);
    for (const id of ['', 'a b', 'x'.repeat(129), 'é', '-a', '<script>']) {
      const other = await predict(app, goodRow, { 'x-request-id': id });
      expect(other.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('come with every refusal', async () => {
    const { body, headers } = await predict(app, {}, { 'x-request-id': 'r-1' });
    expect([errorOf(body).requestId, headers['x-request-id']]).toStrictEqual(['r-1', 'r-1']);
  });
});
