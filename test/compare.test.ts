import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidOption } from '@verdict/core';
import { readTable } from '@verdict/data';
import { openPool, trainModel, writeBundle } from '@verdict/learn';
import { compare, evaluate, loadScorer, readBundle } from 'verdict';
import type { Comparison } from 'verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const pool = openPool(2);
const at = (name: string): string => join(folder.path, name);
const file = folder.file('customers.csv', csv(customers(600, 3)));
const later = folder.file(
  'later.csv',
  csv([...customers(500, 2), ['30', 'pro', '', '2016-01-01', 'no', '']]),
);

/** Trains on the table and leaves an output folder that holds the bundle alone. */
async function trained(name: string, options: Parameters<typeof readTable>[1], seed = 42): Promise<string> {
  const table = await readTable(file, options);
  const { fingerprint } = table.source;
  const { bundle } = await trainModel(table, { folds: 3, explain: false, pool, seed, fingerprint });
  await writeBundle(join(at(name), 'model'), { ...bundle, card: '# A model' });
  return at(name);
}

beforeAll(async () => {
  const target = 'left';
  await trained('all', { target });
  await trained('fewer', { target, drop: ['calls'] });
  await trained('seeded', { target }, 7);
  await trained('swapped', { target, positive: 'no' });
  await trained('other', { target: 'paper' });
  await trained('weighted', { target, weight: 'age' });
  await trained('weighted-too', { target, weight: 'age', drop: ['calls'] });
});

afterAll(() => pool.close());

async function compared(...args: string[]): Promise<Comparison> {
  return JSON.parse((await succeeds(['compare', ...args, '--json'])).stdout) as Comparison;
}

function jsonLines([names, ...rows]: readonly (readonly string[])[]): string {
  return rows
    .map((row) => `${JSON.stringify(Object.fromEntries(row.map((cell, i) => [names[i], cell])))}\n`)
    .join('');
}

describe('verdict compare on rows', () => {
  it('says which model is better, by how much, and how sure', async () => {
    const { stdout } = await succeeds(['compare', at('fewer'), join(at('all'), 'model'), '--data', later]);
    expect(stdout).toMatch(/^left: (yes|no) or (yes|no)\?\n500 rows of .*later\.csv, .*1 row\s+without/);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /all\/model is better than \S+fewer on these 500 rows: its ROC AUC is 0\.\d{4} higher \(0\.\d{4} against 0\.\d{4}; 95 % interval of the difference 0\.\d{4} to 0\.\d{4}; DeLong’s test, p < 0\.0001\)/,
    );
    expect(text).toMatch(
      /rows only \S+all\/model gets right, \d+ only \S+fewer: \S+all\/model decides rightly more often/,
    );
    expect(text).toContain('Cross-validated on the same 3 folds when they were trained');
    expect(stdout).toMatch(
      /\nROC AUC +0\.\d{4} +0\.\d{4} +\+0\.\d{4} +\+0\.\d{4} … \+0\.\d{4} +<?0\.\d{4}\n/,
    );
    for (const line of stdout.split('\n').filter((text) => !text.includes(folder.path))) {
      expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it('has the figures of evaluate, and is the same whatever the threads and the order', async () => {
    const one = await compare({ models: [at('all'), at('fewer')], file: later, threads: 1 });
    const two = await compare({ models: [at('fewer'), at('all')], file: later, threads: 2 });
    expect(two).toEqual(one);
    const alone = await evaluate({ file: later, model: at('fewer') });
    expect(one.models[1].metrics).toEqual(alone.metrics);
    expect(one.models[1].intervals).toEqual(alone.intervals);
    expect(one.rows).toMatchObject({
      rows: 500,
      positives: alone.positives,
      unlabelledRows: 1,
      weighted: false,
    });
    expect(one.models.map(({ columns }) => columns)).toEqual([5, 4]);
    const { a, b, difference } = one.pairs[0].differences.brier;
    expect(difference).toBe(a - b);
    expect(b).toBe(alone.metrics.brier);
  });

  it('finds no difference between two seeds on few rows', async () => {
    const few = folder.file('few.csv', csv(customers(50, 5)));
    const result = await compared(at('all'), at('seeded'), '--data', few, '--metric', 'log_loss');
    expect(result.pairs[0]).toMatchObject({
      outcome: 'no difference found',
      test: { method: 'paired bootstrap' },
      crossValidation: { comparable: false },
    });
    expect(result.sentences[0]).toMatch(/^No difference was found between .*Log loss.*includes 0/);
    expect(result.sentences.at(-1)).toContain('they dealt other rows to their folds');
    expect(result.models[0].metrics.logLoss).toBeLessThanOrEqual(result.models[1].metrics.logLoss);
  });

  it('compares several with the best, corrected for all pairs', async () => {
    const dirs = [at('seeded'), at('fewer'), at('all')];
    const result = await compared(...dirs, '--data', later);
    expect(result.models.at(-1)?.model).toBe(at('fewer'));
    expect(result.pairs.map(({ best }) => best)).toEqual(Array(2).fill(result.models[0].model));
    const worst = result.pairs[1].test;
    expect(worst.adjustedPValue).toBeCloseTo(Math.min(1, 3 * worst.pValue), 12);
    // The smaller of two p-values counts for all three pairs.
    const decisions = result.pairs.map(({ mcnemar }) => mcnemar ?? { pValue: NaN, adjustedPValue: NaN });
    const [first] = decisions.toSorted((a, b) => a.pValue - b.pValue);
    expect(first.adjustedPValue).toBeCloseTo(Math.min(1, 3 * first.pValue), 12);
    expect(result.sentences[0]).toMatch(/is first by ROC AUC/);
    const { stdout } = await succeeds(['compare', ...dirs, '--data', later]);
    expect(stdout).toMatch(
      /\nC +0\.\d{4} +0\.\d{4} … 0\.\d{4} +\+0\.\d{4} +\+0\.\d{4} … \+0\.\d{4} +<?0\.\d{4}\n/,
    );
    expect(stdout).toMatch(/\n +ROC AUC +log loss +Brier score +accuracy +F1 +MCC\n/);
  });

  it('warns of rows that a model was made of, and knows them by the fingerprint of the table', async () => {
    const rows = customers(600, 3);
    const learnt = folder.file('again.jsonl', jsonLines(rows));
    const models = [at('fewer'), at('all'), at('weighted')];
    const { warnings, models: judged } = await compare({ models, file: learnt });
    expect(warnings).toHaveLength(3);
    judged.forEach(({ model }, i) =>
      expect(warnings[i]).toContain(`${model} was made of exactly these rows`),
    );
    const { stdout } = await succeeds(['compare', ...models, '--data', file]);
    expect(stdout).toMatch(/\n! \S+ was made of exactly these rows/);
    // The same number of rows, of which one differs in a column that one of the models does not read.
    const calls = rows[0].indexOf('calls');
    const other = rows.map((row, i) => (i === 9 ? row.with(calls, '3.21') : row));
    const changed = await compare({ models: models.slice(0, 2), file: folder.file('other.csv', csv(other)) });
    expect(changed.warnings).toEqual([expect.stringContaining(`${at('fewer')} was made of`)]);
    expect((await compare({ models: models.slice(0, 2), file: later })).warnings).toEqual([]);
  });

  it('counts rows once where the models weigh them by different columns', async () => {
    const result = await compared(at('all'), at('weighted'), '--data', later);
    expect(result.rows?.weighted).toBe(false);
    expect(result.notes.join(' ')).toContain('every row counts once');
    const weighted = await compared(at('weighted'), at('weighted-too'), '--data', later);
    expect(weighted.rows?.weighted).toBe(true);
    expect(weighted.pairs[0].test.method).toBe('paired bootstrap');
    expect(weighted.notes.join(' ')).toContain('left out');
  });

  it('compares the decisions that the models make', async () => {
    const result = await compare({ models: [at('all'), at('fewer')], file: later });
    const scorers = await Promise.all([at('all'), at('fewer')].map((dir) => loadScorer(join(dir, 'model'))));
    const [head, ...rows] = customers(500, 2);
    let onlyA = 0;
    for (const row of rows) {
      const record = Object.fromEntries(row.map((value, i) => [head[i], value === '' ? null : value]));
      const [a, b] = scorers.map((scorer) => scorer.scoreRow(record).label === record['left']);
      if (a && !b) onlyA++;
    }
    expect(result.pairs[0].mcnemar?.onlyA).toBe(onlyA);
  });
});

describe('verdict compare on what bundles say', () => {
  it('says which rows the figures come from', async () => {
    const result = await compared(at('all'), at('fewer'));
    expect(result.basis).toBe('recorded');
    expect(result.pairs[0].test.method).toBe('unpaired');
    expect(result.notes[0]).toMatch(/^All were judged on the same 120 rows \(hold-out\)/);
    expect(result.pairs[0].crossValidation).toMatchObject({ comparable: true, folds: 3 });
    expect(result.models[0].recorded).toEqual({ source: 'hold-out', rows: 120 });
    const { stdout } = await succeeds(['compare', at('all'), at('fewer')]);
    expect(stdout).toContain('judged on 120 rows (hold-out)');
    const others = await compared(at('all'), at('seeded'));
    expect(others.notes[0]).toMatch(/^They were judged on different rows/);
  });

  it('agrees with the fold scores in the bundles', async () => {
    const { pairs } = await compared(at('all'), at('fewer'));
    const scores = await Promise.all(
      ['all', 'fewer'].map(async (name) => {
        const { metrics } = await readBundle(at(name));
        const { crossValidation } = metrics as {
          crossValidation: { scores: { rocAuc: { values: number[] } } };
        };
        return crossValidation.scores.rocAuc.values;
      }),
    );
    const mean = scores[0].reduce((sum, value, i) => sum + (value - scores[1][i]) / 3, 0);
    const fold = pairs[0].crossValidation;
    expect(fold.comparable && fold.difference).toBeCloseTo(mean, 12);
  });
});

/** A copy of a bundle that says something else of itself. */
async function saying(name: string, change: (headline: object) => object): Promise<string> {
  const bundle = await readBundle(at('all'));
  const { headline, ...metrics } = bundle.metrics as { headline: object };
  await writeBundle(join(at(name), 'model'), {
    ...bundle,
    metrics: { ...metrics, headline: change(headline) },
  });
  return at(name);
}

describe('verdict compare on figures that are worth less', () => {
  it('says so', async () => {
    const crossed = await saying('crossed', (headline) => ({ ...headline, source: 'cross-validation' }));
    const sampled = await saying('sampled', (headline) => ({
      ...headline,
      source: 'sample',
      rowsFingerprint: 1,
    }));
    const { notes } = await compare({ models: [crossed, sampled] });
    expect(notes[0]).toMatch(/^Whether they were judged on the same rows is not known/);
    expect(notes[1]).toMatch(/^Figures from cross-validation are a little too good/);
    expect(notes[2]).toMatch(/^Figures of an imported model come from its sample/);
  });

  it('refuses bundles that say nothing', async () => {
    const silent = await saying('silent', () => ({}));
    await expect(compare({ models: [at('all'), silent] })).rejects.toThrow(
      /does not say what ROC AUC it reached/,
    );
  });
});

describe('verdict compare refuses', () => {
  it('one folder, and an unknown figure, as wrong usage', async () => {
    for (const args of [[at('all')], [at('all'), at('fewer'), '--metric', 'beauty']]) {
      const run = await verdict(['compare', ...args]);
      expect([run.status, run.stdout]).toEqual([2, '']);
      expect(run.stderr).toMatch(/^error: /);
    }
    await expect(compare({ models: [at('all')] })).rejects.toThrow(InvalidOption);
    await expect(compare({ models: [at('all'), at('fewer')], metric: 'x' as 'f1' })).rejects.toThrow(
      InvalidOption,
    );
  });

  it('the same model twice, whatever path leads to it', async () => {
    symlinkSync(at('all'), at('link'));
    cpSync(join(at('all'), 'model'), at('copy'), { recursive: true });
    for (const path of [`${folder.path}/./all`, join(at('all'), 'model'), at('link'), at('copy')])
      await expect(compare({ models: [at('all'), path] })).rejects.toThrow(/different models/);
    expect(await refuses(['compare', at('all'), join(at('all'), 'model')])).toMatch(
      /different models.*all\/model"\]\.\n.*the same model, byte for byte/,
    );
  });

  it('a folder that is not there, or is no bundle', async () => {
    expect(await refuses(['compare', at('all'), at('nowhere')])).toMatch(
      /nowhere: the folder cannot be read/,
    );
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it('models that answer different questions', async () => {
    expect(await refuses(['compare', at('all'), at('other'), '--data', later])).toMatch(/same question/);
    expect(await refuses(['compare', at('all'), at('swapped'), '--data', later])).toMatch(
      /take different labels for yes/,
    );
  });

  it('rows without labels, rows of one label, and streams', async () => {
    const pair = [at('all'), at('fewer'), '--data'];
    const rows = customers(50, 4);
    const bare = folder.file('bare.csv', csv(rows.map((row) => row.slice(0, -1))));
    expect(await refuses(['compare', ...pair, bare])).toMatch(/there is no column "left"/);
    writeFileSync(bare, csv(rows.map((row, i) => (i === 0 ? row : [...row.slice(0, -1), '']))));
    expect(await refuses(['compare', ...pair, bare])).toMatch(/no row with a value in the target column/);
    writeFileSync(bare, csv(rows.filter((row, i) => i === 0 || row.at(-1) === 'yes')));
    expect(await refuses(['compare', ...pair, bare])).toMatch(/ROC AUC is not defined on these rows/);
    expect(await refuses(['compare', ...pair, '-'])).toMatch(/not a stream/);
  });
});
