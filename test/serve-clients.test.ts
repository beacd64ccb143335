import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createScorer, writeBundle } from '@verdict/learn';
import { afterAll, expect, it } from 'vitest';
import { shopBundle } from '../packages/server/test/support/shop-model.ts';
import { serve } from './support/serve.ts';

const python = process.env.VERDICT_CLIENTS;
if (python === undefined) {
  throw new Error(
    'Set VERDICT_CLIENTS to a Python with the packages of tools/clients.txt, or run npm test, which makes one.',
  );
}
const script = fileURLToPath(new URL('support/ask_as_clients.py', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'verdict-clients-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('clients of Triton and MLflow understand the server, and it them', async () => {
  const bundle = shopBundle();
  await writeBundle(join(home, 'model'), bundle);
  const server = await serve(['--model', join(home, 'model'), '--name', 'shop']);
  try {
    const { stdout } = await promisify(execFile)(python, [script, server.url], { timeout: 60_000 });
    const found = JSON.parse(stdout) as Record<string, unknown>;
    const rows = [
      { tenure: 4, spend: 31.5, plan: 'basic', newsletter: true, since: '2024-03-01' },
      { tenure: 9, spend: 20, plan: 'plus', newsletter: false, since: '2021-01-01' },
      { tenure: 40, spend: 12.25, plan: 'family', newsletter: true, since: '2020-06-30' },
    ];
    const scorer = createScorer(bundle);
    const scores = rows.map((row) => scorer.scoreRow(row));
    const labels = scores.map(({ label }) => label);
    const inferred = {
      probability: scores.map(({ probability }) => [1 - probability, probability]),
      label: labels,
      id: 'call-7',
    };
    expect(found).toMatchObject({
      live: true,
      ready: true,
      server: 'verdict',
      modelReady: true,
      otherReady: false,
      inputs: ['tenure', 'spend', 'plan', 'newsletter', 'since'],
      index: ['shop'],
      json: inferred,
      binary: inferred,
      error: { status: '404', message: expect.stringContaining('"other"') },
      version: '0.1.0',
      predictions: labels,
      probabilities: scores.map(({ probability }) => probability),
    });
  } finally {
    expect(await server.end()).toBe(0);
  }
});
