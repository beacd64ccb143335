import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBundle } from '../src/bundle/index.ts';
import { plainKinds, stepKinds } from '../src/features/step-registry.ts';
import { loadScorer } from '../src/scorer/index.ts';
import type { LoadedScorer } from '../src/scorer/index.ts';

// Bundles as they were written once, and their scores as XGBoost and a few lines of Python compute them from
// docs/bundle.md (fixtures/score_bundle.py). The first has a feature plan of version 1, the second one of version 2
// with a step of every kind.

interface Kept {
  readonly parts: Record<string, string>;
  readonly rows: Record<string, unknown>[];
  readonly scores: { margin: number; probability: number; label: string }[];
}

async function fixture(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', name), 'utf8')) as unknown;
}

async function kept(name: string): Promise<Kept> {
  return {
    ...((await fixture(`${name}.json`)) as Omit<Kept, 'scores'>),
    scores: (await fixture(`${name}-scores.json`)) as Kept['scores'],
  };
}

const bundles = { 'bundle-v1': await kept('bundle-v1'), 'bundle-v2': await kept('bundle-v2') };
let home: string;
const scorers = new Map<string, LoadedScorer>();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bundle-'));
  for (const [version, { parts }] of Object.entries(bundles)) {
    const dir = join(home, version);
    await mkdir(dir);
    for (const [name, content] of Object.entries(parts))
      await writeFile(join(dir, name), Buffer.from(content, 'base64'));
    scorers.set(version, await loadScorer(dir));
  }
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** A row with its moments as dates. */
function dated({ bundle }: LoadedScorer, row: Record<string, unknown>): Record<string, unknown> {
  const moments = new Set(
    bundle.schema.columns.filter(({ type }) => type === 'datetime').map(({ name }) => name),
  );
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      moments.has(name) && value !== null ? new Date(value as number) : value,
    ]),
  );
}

describe.each(Object.entries(bundles))('the kept %s', (version, { parts, rows, scores }) => {
  it('scores as XGBoost and Python do', () => {
    const scorer = scorers.get(version)!;
    const own = rows.map((row) => scorer.scoreRow(dated(scorer, row)));
    own.forEach(({ margin, probability }, i) => {
      expect(margin).toBeCloseTo(scores[i].margin, 5);
      expect(probability).toBeCloseTo(scores[i].probability, 5);
    });
    expect(own.map(({ label }) => label)).toEqual(scores.map(({ label }) => label));
    expect(new Set(own.map(({ label }) => label)).size).toBe(2);
  });

  it('is written again with the same bytes, but for the trees, whose format is XGBoost’s, and a plan of version 1', async () => {
    const dir = join(home, `${version} again`);
    await writeBundle(dir, scorers.get(version)!.bundle);
    const changed = new Set([
      'model.ubj',
      'manifest.json',
      ...(version === 'bundle-v1' ? ['features.json'] : []),
    ]);
    const own = Object.entries(parts).filter(([name]) => !changed.has(name));
    expect(own.length).toBe(version === 'bundle-v1' ? 6 : 7);
    for (const [name, content] of own)
      expect((await readFile(join(dir, name))).toString('base64')).toBe(content);
  });
});

describe('a plan of version 1', () => {
  it('becomes one of version 2, in which each feature is made of a list of columns', async () => {
    const { parts, rows } = bundles['bundle-v1'];
    const before = JSON.parse(Buffer.from(parts['features.json'], 'base64').toString()) as {
      version: number;
      outputs: { name: string; source: string; type: string }[];
    };
    expect(before.version).toBe(1);
    const scorer = scorers.get('bundle-v1')!;
    expect(scorer.bundle.plan).toEqual({
      ...before,
      version: 2,
      outputs: before.outputs.map(({ source, ...rest }) => ({ ...rest, sources: [source] })),
    });
    const dir = join(home, 'renewed');
    await writeBundle(dir, scorer.bundle);
    const again = await loadScorer(dir);
    expect(again.bundle.plan).toEqual(scorer.bundle.plan);
    for (const row of rows)
      expect(again.scoreRow(dated(again, row))).toEqual(scorer.scoreRow(dated(scorer, row)));
  });

  it('is the only one without engineered features among the kept ones', () => {
    const kinds = (version: string): Set<string> =>
      new Set(scorers.get(version)!.bundle.plan.steps.map(({ kind }) => kind));
    expect(kinds('bundle-v2')).toEqual(new Set(Object.keys(stepKinds)));
    expect(kinds('bundle-v1')).toEqual(new Set(Object.keys(plainKinds)));
  });
});
