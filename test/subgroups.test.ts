import { join } from 'node:path';
import type { Evaluation, PerformanceMetrics, RowExplanation } from 'verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { filesBelow, refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const out = join(folder.path, 'out');
const model = join(out, 'model');
// `paper` is left out of the model and still judges its fairness, as does a column that only later rows have.
const rows = customers(500);
rows.push(['30', 'pro', '', '2016-01-01', 'no', '']);
const file = folder.file('customers.csv', csv(rows));
const later = customers(300, 2).map((row, i) => [...row, i === 0 ? 'region' : ['north', 'south', ''][i % 3]]);
const test = folder.file('later.csv', csv(later));
const train = ['train', file, '--target', 'left', '--folds', '2', '--drop', 'paper', '--fairness', 'paper'];
let metrics: PerformanceMetrics;

beforeAll(async () => {
  metrics = JSON.parse((await succeeds([...train, '--out', out, '--json'])).stdout) as PerformanceMetrics;
});

describe('fairness of a training run', () => {
  it('is judged by a column that was dropped, on the rows of the headline', () => {
    const [fairness] = metrics.fairness ?? [];
    expect(metrics.data.columns.find(({ name }) => name === 'paper')?.role).toBe('ignored');
    expect(fairness.column).toBe('paper');
    expect(fairness.groups.map(({ group }) => group)).toEqual(['no', 'yes']);
    expect(fairness.groups.reduce((sum, group) => sum + group.rows, 0)).toBe(metrics.headline.rows);
    const { tp, fn, fp } = metrics.headline.confusion;
    const sum = (rate: 'baseRate' | 'selectionRate'): number =>
      fairness.groups.reduce((total, group) => total + group.rows * group[rate].value, 0);
    expect(sum('baseRate')).toBeCloseTo(tp + fn, 9);
    expect(sum('selectionRate')).toBeCloseTo(tp + fp, 9);
    expect(fairness.demographicParity?.groups).toBe(2);
  });

  it('is judged on a test file, and by several columns of the model too', async () => {
    const run = await succeeds([
      ...train,
      '--fairness',
      'plan',
      '--test',
      test,
      '--out',
      join(folder.path, 'two'),
      '--json',
    ]);
    const { fairness = [], headline } = JSON.parse(run.stdout) as PerformanceMetrics;
    expect(fairness.map(({ column }) => column)).toEqual(['paper', 'plan']);
    for (const { groups } of fairness)
      expect(groups.reduce((sum, group) => sum + group.rows, 0)).toBe(headline.rows);
    expect(headline.rows).toBe(300);
  });

  it('is judged on all rows where cross-validation judges', async () => {
    const run = await succeeds([...train, '--test-size', '0', '--out', join(folder.path, 'cv'), '--json']);
    const { fairness = [], weakSlices } = JSON.parse(run.stdout) as PerformanceMetrics;
    expect(fairness[0].groups.reduce((sum, group) => sum + group.rows, 0)).toBe(500);
    expect(weakSlices.rows).toBe(500);
  });

  it('stands in the report and the summary, which the report’s command repeats', async () => {
    const report = filesBelow(out).get('report.html')?.toString() ?? '';
    expect(report).toContain('id="fairness"');
    expect(report).toContain('--drop paper --fairness paper');
    const to = join(folder.path, 'summary');
    expect((await succeeds([...train, '--out', to])).stdout).toContain('Fairness by paper');
  });

  it('refuses a column that the table does not have, before any work', async () => {
    const to = join(folder.path, 'none');
    expect(await refuses([...train, '--fairness', 'papre', '--out', to])).toMatch(/"papre".*\n.*"paper"/);
  });

  it('refuses the target, whose groups are the labels', async () => {
    const to = join(folder.path, 'none');
    expect(await refuses([...train, '--fairness', 'left', '--out', to])).toContain('not the target');
    expect(await refuses(['evaluate', test, '--model', model, '--fairness', 'left'])).toContain(
      'not the target',
    );
  });

  it('does not change the model', async () => {
    const to = join(folder.path, 'plain');
    await succeeds(['train', file, '--target', 'left', '--folds', '2', '--drop', 'paper', '--out', to]);
    expect(filesBelow(join(to, 'model'))).toEqual(filesBelow(model));
  });
});

describe('weak slices', () => {
  it('are looked for on the rows of the headline', () => {
    expect(metrics.weakSlices.rows).toBe(metrics.headline.rows);
    expect(metrics.weakSlices.looked).toBeGreaterThan(0);
    expect(metrics.weakSlices.loss).toBeCloseTo(metrics.headline.metrics.logLoss, 12);
  });
});

describe('evaluate', () => {
  it('judges fairness by columns that the model does not know, and looks for weak slices', async () => {
    const args = ['evaluate', test, '--model', model, '--fairness', 'region', '--fairness', 'plan'];
    const result = JSON.parse((await succeeds([...args, '--json'])).stdout) as Evaluation;
    expect(result.fairness?.map(({ column }) => column)).toEqual(['region', 'plan']);
    expect(result.fairness?.[0].groups.map(({ group, rows }) => [group, rows])).toEqual([
      ['north', 100],
      ['south', 100],
      [null, 100],
    ]);
    expect(result.weakSlices).toMatchObject({ rows: 300, minimumRows: 30 });
    const text = (await succeeds(args)).stdout;
    for (const part of ['Where it is weaker', 'Fairness by region', 'Demographic parity', '(no value)'])
      expect(text).toContain(part);
    const plain = JSON.parse(
      (await succeeds(['evaluate', test, '--model', model, '--json'])).stdout,
    ) as Evaluation;
    expect(plain.fairness).toBeUndefined();
    expect(plain.metrics).toEqual(result.metrics);
  });
});

describe('explain --row', () => {
  const explain = ['explain', file, '--model', model, '--row', '7'];

  it('says why in words, with codes that agree with the contributions', async () => {
    const result = JSON.parse((await succeeds([...explain, '--json'])).stdout) as RowExplanation;
    const { raising, lowering } = result.reasons;
    const contributions = new Map(result.contributions.map((one) => [one.column, one]));
    for (const reason of [...raising, ...lowering]) {
      expect(reason.contribution).toBe(contributions.get(reason.column)?.contribution);
      expect(reason.value).toBe(contributions.get(reason.column)?.value);
    }
    expect(result.counterfactuals).toBeUndefined();
    const { stdout } = await succeeds(explain);
    expect(stdout).toContain('In words, the strongest first');
    expect(stdout).toContain([...raising, ...lowering][0].words);
  });

  it('finds what would flip the decision, and leaves frozen columns alone', async () => {
    const result = JSON.parse(
      (await succeeds([...explain, '--counterfactual', '--freeze', 'age', '--json'])).stdout,
    ) as RowExplanation;
    const { found, fixed, wanted, decision } = result.counterfactuals!;
    expect(decision).toBe(result.prediction);
    expect(fixed).toContainEqual({ column: 'age', reason: 'frozen' });
    expect(fixed).toContainEqual({ column: 'since', reason: 'type' });
    expect(found.length).toBeGreaterThan(0);
    // The changed row, as a table of its own, gets the other decision.
    const changed = rows[7].map((cell, i) => {
      const change = found[0].changes.find(({ column }) => column === rows[0][i]);
      return change === undefined ? cell : String(change.to);
    });
    const flipped = folder.file('flipped.csv', csv([rows[0], changed]));
    const { stdout } = await succeeds(['predict', flipped, '--model', model]);
    expect(stdout.trimEnd().split(',').at(-1)).toBe(wanted);
    const text = (await succeeds([...explain, '--counterfactual', '--freeze', 'age'])).stdout;
    expect(text).toContain(`What would make it ${wanted}`);
    expect(text).toContain('Frozen: age.');
  });

  it('says so when nothing flips it', async () => {
    const frozen = ['age', 'plan', 'calls'].flatMap((column) => ['--freeze', column]);
    expect((await succeeds([...explain, '--counterfactual', ...frozen])).stdout).toContain(
      'Nothing was found',
    );
  });

  it('refuses options that do not go together, and columns that are not there', async () => {
    const wrong = async (...args: string[]): Promise<string> => {
      const run = await verdict(['explain', file, '--model', model, ...args]);
      expect(run.status).toBe(2);
      return run.stderr;
    };
    expect(await wrong('--counterfactual')).toContain("needs '--row <N>'");
    expect(await wrong('--row', '7', '--freeze', 'age')).toContain("needs '--counterfactual'");
    expect(await refuses([...explain, '--counterfactual', '--freeze', 'aeg'])).toContain('"aeg"');
  });
});
