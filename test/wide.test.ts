import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { cells, succeeds } from './support/output.ts';

const folder = scratchFolder();
const random = new Random(1, 'wide');
const width = 1200;
const file = join(folder.path, 'wide.csv');
const rows = Array.from({ length: 240 }, () => {
  const values = Array.from({ length: width }, () => random.float().toFixed(3));
  return [...values, Number(values[7]) + random.float() / 2 > 0.75 ? 'yes' : 'no'];
});
const header = [...Array.from({ length: width }, (_, column) => `gene_${column}`), 'ill'];
writeFileSync(file, [header, ...rows].map((row) => `${row.join(',')}\n`).join(''));

describe('a table with more columns than rows', () => {
  it('is trained on, predicted and explained', async () => {
    const out = join(folder.path, 'results');
    await succeeds(['train', file, '--target', 'ill', '--out', out]);
    const metrics = JSON.parse(
      readFileSync(join(out, 'performance_metrics.json'), 'utf8'),
    ) as PerformanceMetrics;
    const importance = metrics.importance.columns;
    expect(importance).toHaveLength(width);
    expect(importance.filter(({ permutation }) => permutation !== undefined)).toHaveLength(100);
    const foremost = importance.toSorted((a, b) => b.shap - a.shap)[0];
    expect(foremost.column).toBe('gene_7');
    expect(foremost.permutation?.mean).toBeGreaterThan(0.1);

    const model = join(out, 'model');
    const predictions = join(folder.path, 'predictions.csv');
    expect((await verdict(['predict', file, '--model', model, '--out', predictions])).status).toBe(0);
    expect(cells(readFileSync(predictions, 'utf8'))).toHaveLength(241);
    const explained = await succeeds(['explain', file, '--model', model]);
    expect(explained.stdout).toContain('gene_7 ');
    expect(explained.stdout).toContain('… and 1,150 columns that move less; --json lists all.');
    expect(explained.stdout.split('\n').length).toBeLessThan(70);
  });
});
