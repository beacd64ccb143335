import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { checkConfig, readConfig } from '../src/index.ts';
import { errorOf, testFolder } from './folder.ts';

const { path, write } = testFolder();
const schema: unknown = JSON.parse(readFileSync(new URL('../../../docs/verdict.config.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: false }).compile(schema as object);

const good: readonly unknown[] = [
  {},
  { $schema: 'x', target: 'churn', positive: 'yes', drop: ['a', 'b'], types: { zip: 'category' }, roles: { id: 'ignored' } },
  { weight: 'w', group: 'g', time: 't', seed: 0, testSize: 0.25, folds: 10, threads: 2, thresholdRule: 'f1', out: 'o' },
  { testSize: 0, folds: 50, threads: 256, revealRare: true },
  { fold: 'site', roles: { site: 'fold' } },
  { test: 'test.csv', thresholdRule: 'cost', costFp: 1, costFn: 0 },
  { costFp: 1, costFn: 0, costTp: -5, costTn: 0, calibration: 'auto' },
  { thresholdRule: 'capacity', capacity: 200, capacityOf: 4000 },
  { capacity: 0.05, calibration: 'beta' },
  { targetPrecision: 0.8 },
  { thresholdRule: 'recall', targetRecall: 1 },
];
const bad: readonly (readonly [unknown, string])[] = [
  [[], 'a JSON object'],
  ['text', 'a JSON object'],
  [{ traget: 'x' }, 'did you mean "target"'],
  [{ colours: 'x' }, 'known are target'],
  [{ target: '' }, 'a text that is not empty'],
  [{ target: 5 }, 'a text that is not empty'],
  [{ drop: 'a' }, 'a list of column names'],
  [{ drop: [1] }, 'a list of column names'],
  [{ types: { a: 'money' } }, 'types.a: expected one of numeric'],
  [{ types: ['a'] }, 'an object of column names'],
  [{ roles: { a: 'star' } }, 'roles.a: expected one of feature'],
  [{ seed: -1 }, 'a whole number from 0'],
  [{ seed: 1.5 }, 'a whole number from 0'],
  [{ testSize: 1 }, 'a share from 0 (judge by cross-validation) to below 1'],
  [{ testSize: -0.1 }, 'a share from 0'],
  [{ folds: 51 }, 'a whole number from 2 to 50'],
  [{ threads: 257 }, 'a whole number from 1 to 256'],
  [{ revealRare: 'yes' }, 'true or false'],
  [{ folds: 1 }, 'a whole number from 2 to 50'],
  [{ threads: 0 }, 'a whole number from 1'],
  [{ thresholdRule: 'best' }, 'one of f1, balanced, mcc, cost'],
  [{ costFp: -1, costFn: 1 }, 'a number from 0 up'],
  [{ costFp: 1 }, 'both or neither'],
  [{ costTp: 1 }, 'absent without costFp and costFn'],
  [{ costFp: 1, costFn: 1, costTn: 'none' }, 'a number, negative for a gain'],
  [{ calibration: 'platt' }, 'one of auto, none, sigmoid, beta, isotonic'],
  [{ capacity: 0 }, 'a number above 0'],
  [{ capacity: 200 }, 'unless it is a share below 1'],
  [{ capacityOf: 200 }, 'absent without a capacity'],
  [{ targetPrecision: 0 }, 'a share above 0 and at most 1'],
  [{ targetRecall: 1.1 }, 'a share above 0 and at most 1'],
  [{ test: 'a.csv', testSize: 0.2 }, 'absent where test names a file'],
  [{ fold: 'site', folds: 5 }, 'absent where fold names a column'],
  [{ fold: '' }, 'a text that is not empty'],
];

describe('the configuration file', () => {
  it.each(good.map((value) => [value]))('takes %j, as its JSON Schema does', (value) => {
    expect(validate(value)).toBe(true);
    const { $schema: _, ...rest } = value as Record<string, unknown>;
    expect(checkConfig(value, 'verdict.config.json')).toEqual(rest);
  });

  it.each(bad)('refuses %j, as its JSON Schema does', async (value, text) => {
    expect(validate(value)).toBe(false);
    const error = await errorOf(readConfig(write('verdict.config.json', JSON.stringify(value))));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain(text);
  });

  it('must be there and be JSON', async () => {
    expect((await errorOf(readConfig(path('none.json')))).message).toContain('no such file');
    expect((await errorOf(readConfig(path('.')))).message).toContain('this is a folder');
    const error = await errorOf(readConfig(write('broken.json', '{"target": "x",}')));
    expect(error.message).toContain('it is not JSON');
    expect(await readConfig(write('mark.json', '\ufeff{"seed": 7}'))).toEqual({ seed: 7 });
  });
});
