import { createScorer } from '@verdict/learn';
import { expect, it } from 'vitest';
import { kinds, shipped, tenant, writtenAndRead } from '../../learn/test/support/ensemble-model.ts';
import { ServedModel, SingleModel } from '../src/index.ts';
import { defaultPolicy } from '../src/scoring/policy.ts';
import { predict, shopApp } from './support/shop-app.ts';

it('serves and explains a model of several kinds of trees as its scorer does', async () => {
  const { bundle } = await writtenAndRead(await shipped(kinds));
  const scorer = createScorer(bundle);
  const served = new ServedModel({ ...scorer, bundle }, { model: 'tenants', version: 1 }, defaultPolicy);
  const app = await shopApp({ models: new SingleModel(served) });
  for (const row of [0, 1, 200]) {
    const { left: _left, ...features } = tenant(row);
    const { probability } = scorer.scoreRow(features);
    const { status, body } = await predict(app, features);
    expect([status, body.probability]).toStrictEqual([200, [1 - probability, probability]]);
    const reply = await app.inject({ method: 'POST', url: '/explain', payload: { features } });
    const explained = reply.json<Record<string, unknown>>();
    const { columns, contributions, margin, bias } = scorer.explainRow(features);
    expect([reply.statusCode, explained.margin, explained.bias]).toStrictEqual([200, margin, bias]);
    const pairs = columns.map((column, i) => ({ column, contribution: contributions[i] }));
    expect(explained.contributions).toHaveLength(pairs.length);
    expect(explained.contributions).toEqual(expect.arrayContaining(pairs));
  }
});
