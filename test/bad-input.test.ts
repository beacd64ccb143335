import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from './support/command.ts';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const good = customers(300);
let runs = 0;

/** Trains on a table that cannot be learnt from; nothing may be left behind, and no stack trace shown. */
async function refused(file: string, ...args: string[]): Promise<Run> {
  const out = join(folder.path, `out-${runs++}`);
  const run = await verdict(['train', file, '--target', 'left', '--folds', '2', '--out', out, ...args]);
  expect(run.stdout).toBe('');
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(run.stderr).toMatch(/^error /);
  expect(run.status).toBe(1);
  expect(existsSync(out)).toBe(false);
  return run;
}

const table = (name: string, content: string | Uint8Array): string => folder.file(name, content);
const withColumn = (name: string, value: (row: number) => string): string =>
  csv(good.map((row, i) => [...row, i === 0 ? name : value(i)]));

describe('a file that is no table', () => {
  it('does not exist: the nearest name is suggested', async () => {
    table('customers.csv', csv(good));
    const { stderr } = await refused(join(folder.path, 'custommers.csv'));
    expect(stderr).toContain('custommers.csv');
    expect(stderr).toContain('customers.csv');
  });

  it('is a folder', async () => {
    const path = join(folder.path, 'a-folder');
    mkdirSync(path);
    expect((await refused(path)).stderr).toMatch(/folder/);
  });

  it('is empty', async () => {
    expect((await refused(table('empty.csv', ''))).stderr).toMatch(/empty/);
  });

  it('has a header only', async () => {
    expect((await refused(table('header.csv', 'age,left\n'))).stderr).toMatch(/row/);
  });

  it('is binary garbage', async () => {
    const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255);
    expect((await refused(table('garbage.csv', bytes))).stderr).toContain('garbage.csv');
  });

  it('is a truncated gzip file', async () => {
    const bytes = gzipSync(csv(good));
    expect((await refused(table('cut.csv.gz', bytes.subarray(0, bytes.length >> 1)))).stderr).toContain(
      'cut.csv.gz',
    );
  });

  it('is no Parquet file although it says so', async () => {
    expect((await refused(table('cut.parquet', 'PAR1 and then nothing'))).stderr).toContain('cut.parquet');
  });

  it('is in a wrong encoding: the byte is named', async () => {
    const bytes = Buffer.from(
      csv(good.map((row) => row.map((cell) => cell.replace('basic', 'bäsic')))),
      'latin1',
    );
    expect((await refused(table('latin.csv', bytes))).stderr).toMatch(/UTF-8|encod/i);
  });

  it('has ragged rows: the row is named, with what was expected', async () => {
    const lines = csv(good).split('\n');
    lines[7] += ',one,too,many';
    const { stderr } = await refused(table('ragged.csv', lines.join('\n')));
    expect(stderr).toMatch(/row 7/);
    expect(stderr).toMatch(/6/);
    expect(stderr).toMatch(/9/);
  });
});

describe('a table that nothing can be learnt from', () => {
  it('has one row', async () => {
    expect((await refused(table('one.csv', csv(good.slice(0, 2))))).stderr).toMatch(/class|label|row/);
  });

  it('has one class', async () => {
    const only = good.map((row, i) => (i === 0 ? row : [...row.slice(0, -1), 'no']));
    expect((await refused(table('class.csv', csv(only)))).stderr).toMatch(/"no"/);
  });

  it('has no target column: the nearest names are suggested', async () => {
    const run = await verdict([
      'train',
      table('t.csv', csv(good)),
      '--target',
      'lefft',
      '--out',
      join(folder.path, 'x'),
    ]);
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('Did you mean "left"?');
  });

  it('has a target that is missing everywhere', async () => {
    const none = good.map((row, i) => (i === 0 ? row : [...row.slice(0, -1), 'NA']));
    expect((await refused(table('missing.csv', csv(none)))).stderr).toMatch(/missing|no value/);
  });

  it('has three classes: values and counts are listed', async () => {
    const three = good.map((row, i) => (i % 3 === 1 ? [...row.slice(0, -1), 'maybe'] : row));
    const { stderr } = await refused(table('three.csv', csv(three)));
    expect(stderr).toMatch(/maybe/);
    expect(stderr).toMatch(/100/);
  });

  it('has no usable feature', async () => {
    const bare = good.map((row, i) => (i === 0 ? ['same', 'left'] : ['x', row[5]]));
    expect((await refused(table('bare.csv', csv(bare)))).stderr).toMatch(/column/);
  });

  it('has fewer rows of a class than folds', async () => {
    const few = good.map((row, i) => (i === 0 ? row : [...row.slice(0, -1), i < 3 ? 'yes' : 'no']));
    expect((await refused(table('few.csv', csv(few)), '--folds', '5')).stderr).toMatch(/folds/);
  });
});

describe('weights', () => {
  const cases: [string, string, RegExp][] = [
    ['not a number', 'heavy', /row 5/],
    ['NaN', 'NaN', /row 5/],
    ['infinite', 'inf', /row 5/],
    ['negative', '-1', /row 5/],
  ];
  it.each(cases)('are refused when one is %s, with its row', async (name, value, message) => {
    const file = table(
      `weights-${name}.csv`,
      withColumn('w', (row) => (row === 5 ? value : '1')),
    );
    const { stderr } = await refused(file, '--weight', 'w');
    expect(stderr).toMatch(message);
    expect(stderr).toContain('"w"');
  });

  it('are refused when all are zero', async () => {
    await refused(
      table(
        'weights-zero.csv',
        withColumn('w', () => '0'),
      ),
      '--weight',
      'w',
    );
  });

  it('may span six orders of magnitude', async () => {
    const file = table(
      'weights-span.csv',
      withColumn('w', (row) => String(10 ** ((row % 7) - 3))),
    );
    const out = join(folder.path, 'span');
    const run = await verdict([
      'train',
      file,
      '--target',
      'left',
      '--weight',
      'w',
      '--folds',
      '2',
      '--out',
      out,
      '--json',
    ]);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    const { headline } = JSON.parse(run.stdout);
    expect(headline.metrics.rocAuc).toBeGreaterThan(0.5);
  });
});

describe('unusual but good input', () => {
  it('has a cell of a million characters', async () => {
    const long = good.map((row, i) => [...row, i === 0 ? 'note' : i === 9 ? 'x'.repeat(1_000_000) : 'short']);
    const out = join(folder.path, 'long');
    const run = await verdict([
      'train',
      table('long.csv', csv(long)),
      '--target',
      'left',
      '--folds',
      '2',
      '--out',
      out,
    ]);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(run.stdout.length).toBeLessThan(20_000);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).not.toContain('x'.repeat(1000));
  });
});

describe('a broken bundle', () => {
  it('is refused after one flipped byte, a newer version, or a missing part', async () => {
    const file = table('bundle.csv', csv(good));
    const out = join(folder.path, 'bundle');
    expect((await verdict(['train', file, '--target', 'left', '--folds', '2', '--out', out])).status).toBe(0);
    const model = join(out, 'model');
    for (const part of readdirSync(model)) {
      const path = join(model, part);
      const bytes = readFileSync(path);
      const broken = Buffer.from(bytes);
      broken[broken.length >> 1] ^= 1;
      writeFileSync(path, broken);
      const run = await verdict(['predict', file, '--model', model]);
      expect(run.status).toBe(1);
      expect(run.stdout).toBe('');
      expect(run.stderr).toContain(part);
      writeFileSync(path, bytes);
    }
    expect((await verdict(['predict', file, '--model', model])).status).toBe(0);

    const manifest = readFileSync(join(model, 'manifest.json'), 'utf8');
    writeFileSync(
      join(model, 'manifest.json'),
      manifest
        .replace('"formatVersion":1', '"formatVersion":99')
        .replace('"formatVersion": 1', '"formatVersion": 99'),
    );
    expect((await verdict(['predict', file, '--model', model])).stderr).toMatch(/newer|version 99/);
  });

  it('is not there, or is no bundle', async () => {
    const file = table('nobundle.csv', csv(good));
    for (const model of [join(folder.path, 'nowhere'), folder.path, file]) {
      const run = await verdict(['evaluate', file, '--model', model]);
      expect(run.status).toBe(1);
      expect(run.stderr).toMatch(/^error /);
      expect(run.stderr).not.toMatch(/\n\s+at /);
    }
  });
});

describe('wrong usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['trian']],
    ['no file', ['train']],
    ['an unknown option', ['train', 'x.csv', '--targt', 'y']],
    ['a bad number', ['train', 'x.csv', '--target', 'y', '--folds', 'many']],
    ['a bad choice', ['train', 'x.csv', '--target', 'y', '--threshold-rule', 'best']],
    ['no target', ['train', 'x.csv']],
    ['no model', ['predict', 'x.csv']],
  ])('ends with status 2: %s', async (_, args) => {
    const run = await verdict(args);
    expect(run.status).toBe(2);
    expect(run.stderr).not.toBe('');
  });

  it('costs and rule must agree', async () => {
    const file = table('costs.csv', csv(good));
    for (const args of [
      ['--cost-fp', '1'],
      ['--threshold-rule', 'cost'],
      ['--threshold-rule', 'f1', '--cost-fp', '1', '--cost-fn', '2'],
      ['--cost-tp', '-2'],
      ['--cost-fp', '1', '--cost-fn', '2', '--cost-tp', '3'],
    ]) {
      const run = await verdict(['train', file, '--target', 'left', ...args]);
      expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/'--[^']*cost/) });
    }
    expect((await refused(file, '--cost-fp', '0', '--cost-fn', '0')).stderr).toMatch(/cost/);
  });
});
