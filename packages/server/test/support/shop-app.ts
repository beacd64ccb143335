import type { FastifyInstance } from 'fastify';
import { createScorer } from '@verdict/learn';
import { afterAll } from 'vitest';
import { buildApp, ServedModel, SingleModel } from '../../src/index.ts';
import type { AppOptions, ScoringPolicy } from '../../src/index.ts';
import { defaultPolicy } from '../../src/scoring/policy.ts';
import { goodRow, shopBundle } from './shop-model.ts';

const bundle = shopBundle();

/** The model of the shop, loaded. */
export function shopModel(policy: Partial<ScoringPolicy> = {}, version = 0): ServedModel {
  const rules = { ...defaultPolicy, ...policy };
  return new ServedModel({ ...createScorer(bundle), bundle }, { model: 'shop', version }, rules);
}

/** A server of that model, closed after the tests of the file. */
export async function shopApp(options: Partial<AppOptions> = {}): Promise<FastifyInstance> {
  const app = await buildApp({
    models: new SingleModel(shopModel()),
    processMetrics: false,
    docs: false,
    ...options,
    // A busy machine must not make a test fail.
    load: { mostLag: Infinity, ...options.load },
  });
  afterAll(async () => app.close());
  return app;
}

/** What the server says to a row. */
export async function predict(
  app: FastifyInstance,
  features: object = goodRow,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Record<string, unknown> }> {
  const reply = await app.inject({ method: 'POST', url: '/predict', payload: { features }, headers });
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers };
}

/** The part of a refusal that says why. */
export function errorOf(body: Record<string, unknown>): Record<string, unknown> {
  return body.error as Record<string, unknown>;
}
