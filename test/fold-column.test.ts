import { join } from 'node:path';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const sites = ['north', 'south', 'east', 'west'];
const rows = customers(240).map((row, i) => [...row, i === 0 ? 'site' : sites[i % 4]]);
const table = folder.file('sites.csv', csv(rows));

async function train(...flags: string[]): Promise<PerformanceMetrics> {
  const args = ['train', table, '--target', 'left', '--out', join(folder.path, 'out'), '--json', ...flags];
  return JSON.parse((await succeeds(args)).stdout) as PerformanceMetrics;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

describe('train --fold', () => {
  it('takes the values of the column for folds, and holds out whole ones', async () => {
    const { crossValidation, options, data, headline, importance } = await train('--fold', 'site');
    expect(data.columns.find(({ name }) => name === 'site')?.role).toBe('fold');
    expect(importance.columns.map(({ column }) => column)).not.toContain('site');
    expect(crossValidation.folds).toBe(4);
    expect(options.folds).toBe(4);
    expect(headline).toMatchObject({ source: 'hold-out', rows: 60 });
  });

  it('gives figures by the names of cross_validate', async () => {
    const { crossValidation: cv } = await train('--role', 'site=fold', '--test-size', '0');
    const { accuracy, f1Weighted } = cv.scores;
    expect(f1Weighted.values).toHaveLength(4);
    expect(cv.cv_accuracy_mean).toBeCloseTo(mean(accuracy.values), 12);
    expect(cv.cv_f1_mean).toBeCloseTo(mean(f1Weighted.values), 12);
    const deviation = (values: readonly number[]): number =>
      Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    expect(cv.cv_accuracy_std).toBeCloseTo(deviation(accuracy.values), 12);
    expect(cv.cv_f1_std).toBeCloseTo(deviation(f1Weighted.values), 12);
    expect(cv.train_test_gap).toBe(cv.trainTestGap.accuracy);
    expect(cv.cv_accuracy_std).toBeGreaterThan(0);
  });

  it('names a column that cannot be folds', async () => {
    const args = ['train', table, '--target', 'left', '--out', join(folder.path, 'out')];
    expect(await refuses([...args, '--fold', 'age'])).toContain('column "age"');
    expect(await refuses([...args, '--fold', 'stie'])).toContain('Did you mean "site"?');
    const { status } = await verdict([...args, '--fold', 'site', '--folds', '3']);
    expect(status).toBe(2);
    expect(await refuses([...args, '--role', 'site=fold', '--folds', '3'])).toContain(
      'the column "site" says the folds',
    );
  });
});
