import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verdict-examples-'));
const model = join(folder, 'results', 'model');
let trained: string;

async function example(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(examples, name), ...args], { cwd: folder });
  return stdout;
}

beforeAll(async () => {
  trained = await example('train-model.ts', join(folder, 'results'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples', () => {
  it('train a model and score a file', () => {
    expect(trained).toMatch(/^ROC AUC 0\.9\d\d \(0\.\d{3} to 0\.\d{3}\), log loss 0\.1\d\d\n/);
    expect(trained).toContain('3750 rows scored');
    expect(readdirSync(join(folder, 'results'))).toContain('predictions.parquet');
  });

  it('score rows, and refuse a wrong value', async () => {
    const lines = (await example('score-row.ts', model)).split('\n');
    expect(lines[0]).toMatch(/^churn: no, probability 0\.0/);
    expect(lines[1]).toMatch(/^after six calls to the service: (yes|no), probability 0\.[3-9]/);
    expect(lines[2]).toMatch(/^INVALID_VALUE: .*"total_day_minutes".*"a lot"/);
  });

  it('explain a row by numbers that add up', async () => {
    const lines = (await example('explain-row.ts', model, '7')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^row 7: (yes|no), probability/);
    const parts = lines.slice(1, -1).map((line) => Number(line.trim().split(/\s/)[0]));
    expect(parts).toHaveLength(7);
    const margin = Number(/^= (-?\d+\.\d+) {2}log-odds$/.exec(lines.at(-1) ?? '')?.[1]);
    expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - margin)).toBeLessThan(0.005);
  });

  it('search for a model', async () => {
    const lines = (await example('tune-model.ts', join(folder, 'tuned'), '3')).trimEnd().split('\n');
    expect(lines.filter((line) => /^trial [012]: complete, 0\.1\d{3}$/.test(line))).toHaveLength(3);
    expect(lines.at(-2)).toMatch(/^\d+ % .*trees.* \(trial [012]\)$/);
    expect(lines.at(-1)).toMatch(/^ROC AUC 0\.9\d{3} on rows that chose nothing$/);
    expect(readdirSync(join(folder, 'tuned'))).toContain('trials.csv');
  }, 180_000);

  it('compare models', async () => {
    const second = join(folder, 'second');
    const lines = (await example('compare-models.ts', join(folder, 'results'), second)).split('\n');
    expect(lines[0]).toMatch(/^best: .*results \(.*, unpaired\)$/);
    expect(lines[1]).toMatch(/^difference in ROC AUC -?0\.\d{4} … 0\.\d{4}$/);
    expect(lines[2]).toMatch(/^fold by fold: p = 0\.0\d{3}$/);
    expect(lines[3]).toMatch(/ROC AUC/);
  }, 180_000);

  it('say in words why, and how groups are treated', async () => {
    const lines = (await example('reasons.ts', model, '7')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^- \w+.*: (raises|lowers) the probability of churn = yes$/);
    expect(lines.some((line) => /^(yes|no) if \w+ .+ -> .+: probability \d\.\d{3}$/.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+ weak slices of \d+$/.test(line))).toBe(true);
    expect(lines.filter((line) => /^area_code_\d+: \d+ rows, [\d.]+ % called yes$/.test(line))).toHaveLength(
      3,
    );
  });

  it('train boosted trees alone', async () => {
    const text = await example('boosted-trees.ts');
    const [, rounds, loss] = /^(\d+) rounds, log loss (0\.\d+)\n/.exec(text) ?? [];
    expect(Number(rounds)).toBeGreaterThan(10);
    expect(Number(loss)).toBeLessThan(0.6);
    expect(readFileSync(join(folder, 'trees.ubj'))[0]).toBe('{'.charCodeAt(0));
  });

  it('import a model', async () => {
    const lines = (await example('import-model.ts', join(folder, 'imported'))).split('\n');
    expect(lines[0]).toBe('xgboost-json, 30 rounds, objective binary:logistic');
    expect(lines[1]).toMatch(/^ROC AUC 0\.[89]\d\d on the sample/);
    expect(lines[2]).toMatch(/^threshold 0\.\d{3}$/);
    expect(lines[3]).toMatch(/^churn: (yes|no), probability 0\.\d{3}$/);
    expect(readdirSync(join(folder, 'imported'))).toContain('report.html');
  });

  it('steer boosted trees', async () => {
    const text = await example('steered-trees.ts');
    const [, lawful, free] =
      /^rises with mileage for (\d+) of 3000 rows; without the law for (\d+)\n/.exec(text) ?? [];
    expect(Number(lawful)).toBe(3000);
    expect(Number(free)).toBeLessThan(3000);
    const errors = [...text.matchAll(/: median error (\d\.\d{3}) after/g)].map(([, error]) => Number(error));
    expect(errors).toHaveLength(2);
    expect(errors[1]).toBeLessThan(errors[0]);
    const [, before, after] =
      /forest of 30 trees: median error (\d\.\d+); 20 rounds later: (\d\.\d+)\n$/.exec(text) ?? [];
    expect(Number(after)).toBeLessThan(Number(before));
  });

  it('inspect a table', async () => {
    const text = await example('inspect-table.ts');
    expect(text).toMatch(/^3750 rows, 20 columns, csv\n/);
    expect(text).toMatch(/\ntotal_day_minutes: numeric, \d+ values, 0 missing: /);
  });

  it('are all described in docs/library.md, and use public exports only', () => {
    const names = readdirSync(examples).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const library = readFileSync(join(examples, '..', 'docs', 'library.md'), 'utf8');
    expect(names.filter((name) => !library.includes(`(../examples/${name})`))).toEqual([]);
    for (const name of names) {
      const imports = [...readFileSync(join(examples, name), 'utf8').matchAll(/ from '(.*)'/g)].map(
        ([, from]) => from,
      );
      expect(imports.filter((from) => !/^(node:.*|verdict|@verdict\/[a-z]+)$/.test(from))).toEqual([]);
    }
  });
});
