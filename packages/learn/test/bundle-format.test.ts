import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../src/bundle/index.ts';
import { loadScorer } from '../src/scorer/index.ts';
import type { LoadedScorer } from '../src/scorer/index.ts';

// A bundle of format version 1 as it was written once, and its scores as XGBoost and a few lines of Python
// compute them from docs/bundle.md (fixtures/score_bundle.py).

async function fixture(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', name), 'utf8')) as unknown;
}

const { parts, rows } = (await fixture('bundle-v1.json')) as {
  parts: Record<string, string>;
  rows: Record<string, unknown>[];
};
const scores = (await fixture('bundle-v1-scores.json')) as {
  margin: number;
  probability: number;
  label: string;
}[];

describe('a kept bundle of format version 1', () => {
  let dir: string;
  let scorer: LoadedScorer;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bundle-'));
    for (const [name, content] of Object.entries(parts))
      await writeFile(join(dir, name), Buffer.from(content, 'base64'));
    scorer = await loadScorer(dir);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('scores as XGBoost and Python do', () => {
    const own = rows.map((row) =>
      scorer.scoreRow({ ...row, c3: row['c3'] === null ? null : new Date(row['c3'] as number) }),
    );
    own.forEach(({ margin, probability }, i) => {
      expect(margin).toBeCloseTo(scores[i].margin, 5);
      expect(probability).toBeCloseTo(scores[i].probability, 5);
    });
    expect(own.map(({ label }) => label)).toEqual(scores.map(({ label }) => label));
    expect(new Set(own.map(({ label }) => label)).size).toBe(2);
  });

  it('is written again with the same bytes, but for the trees, whose format is XGBoost’s', async () => {
    await writeBundle(dir, scorer.bundle);
    const own = Object.entries(parts).filter(([name]) => name !== 'model.ubj' && name !== 'manifest.json');
    expect(own.length).toBe(7);
    for (const [name, content] of own)
      expect((await readFile(join(dir, name))).toString('base64')).toBe(content);
  });
});
