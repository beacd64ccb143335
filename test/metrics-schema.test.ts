import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const schema: object = JSON.parse(
  readFileSync(fileURLToPath(new URL('../docs/performance_metrics.schema.json', import.meta.url)), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

// A weight, a group, an identifier, a constant, duplicate rows and rows without a target beside the usual columns.
const rows = customers(240);
rows.push(...rows.slice(1, 6), ['30', 'pro', '', '2016-01-01', 'no', '']);
const table = rows.map((row, i) =>
  i === 0
    ? ['id', 'same', 'w', 'household', ...row]
    : [`A-${i}-${i * 7}`, 'x', String(1 + (i % 3)), `h${i % 60}`, ...row],
);
const file = folder.file('customers.csv', csv(table));
const test = folder.file('test.csv', csv([table[0], ...table.slice(1, 81)]));

let runs = 0;
async function metricsOf(...args: string[]): Promise<PerformanceMetrics> {
  const out = join(folder.path, `out-${runs++}`);
  const all = ['train', file, '--target', 'left', '--folds', '2', '--out', out, '--json', ...args];
  return JSON.parse((await succeeds(all)).stdout) as PerformanceMetrics;
}

describe('performance_metrics.json is what its schema says', () => {
  it.each([
    ['by default', [], 'hold-out'],
    ['with weights', ['--weight', 'w'], 'hold-out'],
    ['with a test file', ['--test', test], 'test file'],
    ['judged by cross-validation', ['--test-size', '0', '--seed', '1'], 'cross-validation'],
    ['in the order of time', ['--time', 'since'], 'hold-out'],
    ['by groups', ['--group', 'household'], 'hold-out'],
    ['with costs', ['--cost-fp', '1', '--cost-fn', '5'], 'hold-out'],
    [
      'with gains, by groups',
      ['--cost-fp', '1', '--cost-fn', '5', '--cost-tp', '-2', '--group', 'household'],
      'hold-out',
    ],
    [
      'with a capacity, costs and a calibration that pays',
      [
        '--capacity',
        '10',
        '--capacity-of',
        '80',
        '--cost-fp',
        '1',
        '--cost-fn',
        '5',
        '--calibration',
        'auto',
      ],
      'hold-out',
    ],
    [
      'with a precision and a calibration',
      ['--target-precision', '1', '--calibration', 'beta', '--test-size', '0'],
      'cross-validation',
    ],
    ['with a recall', ['--target-recall', '90%', '--calibration', 'isotonic'], 'hold-out'],
    ['with rare values', ['--reveal-rare', '--threshold-rule', 'f1'], 'hold-out'],
  ])('%s', async (_, args, source) => {
    const metrics = await metricsOf(...args);
    validate(metrics);
    expect(validate.errors).toBeNull();
    expect(metrics.headline.source).toBe(source);
    expect(metrics.data).toMatchObject({ rows: 246, labelledRows: 245, unlabelledRows: 1 });
  });

  it('and nothing else', async () => {
    const metrics = await metricsOf('--test-size', '0');
    expect(validate(metrics)).toBe(true);
    const { threshold: _, ...decision } = metrics.decision;
    for (const broken of [
      { ...metrics, formatVersion: 2 },
      { ...metrics, surprise: true },
      { ...metrics, decision },
      { ...metrics, headline: { ...metrics.headline, source: 'training rows' } },
      { ...metrics, run: { ...metrics.run, startedAt: 'yesterday' } },
    ]) {
      expect(validate(broken)).toBe(false);
    }
  });

  it('describes every key', () => {
    const silent: string[] = [];
    const look = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return;
      const { properties, $defs, items, oneOf } = part as Record<string, object | undefined>;
      for (const group of [properties, $defs]) {
        for (const [name, entry] of Object.entries(group ?? {})) {
          if (!('description' in entry) && !('$ref' in entry)) silent.push(`${path}/${name}`);
          look(entry, `${path}/${name}`);
        }
      }
      look(items, `${path}[]`);
      for (const option of (oneOf as object[] | undefined) ?? []) look(option, path);
    };
    look(schema, '');
    expect(silent).toEqual([]);
  });
});
