import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { checkConfig } from '@verdict/data';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../docs/configuration.md');
const schema = JSON.parse(read('../docs/verdict.config.schema.json')) as {
  properties: Record<string, object>;
};
const validate = new Ajv2020({ strict: false }).compile(schema);
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, text]) => JSON.parse(text) as Record<string, unknown>,
);
const folder = scratchFolder();
const table = folder.file('customers.csv', csv(customers(200)));

/** Trains with a configuration and flags, and returns the figures. */
async function train(config: object, ...flags: string[]): Promise<PerformanceMetrics> {
  const file = folder.file('verdict.config.json', JSON.stringify(config));
  const args = [
    'train',
    table,
    '--config',
    file,
    '--folds',
    '2',
    '--out',
    join(folder.path, 'out'),
    '--json',
  ];
  return JSON.parse((await succeeds([...args, ...flags])).stdout) as PerformanceMetrics;
}

describe('docs/configuration.md', () => {
  it('describes every key, with its flag, in a table and in an example', async () => {
    const help = (await verdict(['train', '--help'])).stdout;
    const keys = Object.keys(schema.properties);
    expect(keys.filter((key) => !page.includes(`| \`${key}\` |`))).toEqual([]);
    expect(keys.filter((key) => !examples.some((example) => key in example))).toEqual([]);
    const flags = [...page.matchAll(/^\| `\$?\w+` \| `(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toHaveLength(keys.length - 1);
    expect(flags.filter((flag) => !help.includes(`${flag} `) && !help.includes(`${flag}\n`))).toEqual([]);
  });

  it('has examples that reader and JSON Schema both take', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      validate(example);
      expect(validate.errors).toBeNull();
      const { $schema: _, ...options } = example;
      expect(checkConfig(example, 'example')).toEqual(options);
    }
  });
});

describe('train --config', () => {
  it('takes target, columns, seed and costs from the file; flags go before them', async () => {
    const config = {
      target: 'left',
      positive: 'no',
      drop: ['plan'],
      seed: 7,
      costFp: 1,
      costFn: 3,
      testSize: 0,
    };
    const metrics = await train(config, '--seed', '8');
    expect(metrics.options).toMatchObject({ seed: 8, testSize: 0, folds: 2 });
    expect(metrics.target).toEqual({ name: 'left', positive: 'no', negative: 'yes' });
    expect(metrics.decision).toMatchObject({ threshold: 0.25, rule: { rule: 'cost', costFp: 1, costFn: 3 } });
    expect(metrics.headline.source).toBe('cross-validation');
    expect(metrics.data.columns.find(({ name }) => name === 'plan')?.role).toBe('ignored');
  });

  it('lets a flag that says how to judge replace either way in the file', async () => {
    const metrics = await train({ target: 'left', test: 'not-there.csv' }, '--test-size', '0.5');
    expect(metrics.headline.source).toBe('hold-out');
    // Each class is halved by itself.
    expect(Math.abs(metrics.headline.rows - 100)).toBeLessThanOrEqual(1);
  });

  it('names a key that is not known, and a missing target', async () => {
    const file = folder.file('wrong.json', '{"traget": "left"}');
    expect(await refuses(['train', table, '--config', file])).toContain('did you mean "target"');
    const none = folder.file('none.json', '{}');
    const { status, stderr } = await verdict(['train', table, '--config', none]);
    expect(stderr).toMatch(/--target/);
    expect(status).toBe(2);
  });
});
