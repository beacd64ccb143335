import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { evaluate } from '@verdict/learn';
import { loadScorer } from 'verdict';
import type {
  BundleInspection,
  Evaluation,
  PerformanceMetrics,
  RowExplanation,
  TableInspection,
} from 'verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Run } from './support/command.ts';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { bundleParts, cells, filesBelow, plotNames, refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const churn = fileURLToPath(new URL('../data/churn.csv', import.meta.url));
const folder = scratchFolder();
const out = join(folder.path, 'results');
const model = join(out, 'model');
const table = cells(readFileSync(churn, 'utf8'));
const header = table[0];
const some = table.slice(0, 301);
let trained: Run;

beforeAll(async () => {
  trained = await verdict(['train', churn, '--target', 'churn', '--out', out]);
});

describe('train', () => {
  it('leaves the bundle, the figures, the report and the pictures, and nothing else', () => {
    expect(trained.stderr).toBe('');
    expect(trained.status).toBe(0);
    const plots = plotNames.flatMap((name) => [`plots/${name}.png`, `plots/${name}.svg`]);
    expect([...filesBelow(out).keys()].sort()).toEqual(
      [
        'performance_metrics.json',
        'report.html',
        ...bundleParts.map((part) => `model/${part}`),
        ...plots,
      ].sort(),
    );
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
    for (const name of plotNames) {
      const png = readFileSync(join(out, 'plots', `${name}.png`));
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16)).toBeGreaterThan(400);
      expect(readFileSync(join(out, 'plots', `${name}.svg`), 'utf8')).toMatch(/^<svg[\s>]/);
    }
  });

  it('says what it found, where the results lie and what to do next', () => {
    expect(trained.stdout).toMatch(
      /^churn: yes or no\?\n3,750 rows of churn\.csv, 19 columns used, 14\.1 % yes\./,
    );
    for (const text of [
      'ROC AUC',
      'logistic regression',
      'always "no"',
      'Cross-validated over 5 folds',
      'false alarms',
      model,
      join(out, 'report.html'),
      join(out, 'performance_metrics.json'),
      `verdict predict NEW.csv --model ${model}`,
    ]) {
      expect(trained.stdout).toContain(text);
    }
    // Readable on a terminal: no escape sequence, no overlong line apart from paths.
    expect(trained.stdout).not.toContain('\u001b');
    const lines = trained.stdout.split('\n').filter((line) => !line.includes(folder.path));
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  it('is about as good on churn as gradient boosting can be, and says so by its own metrics', () => {
    const metrics = JSON.parse(
      readFileSync(join(out, 'performance_metrics.json'), 'utf8'),
    ) as PerformanceMetrics;
    expect(metrics.headline.metrics.rocAuc).toBeGreaterThan(0.89);
    expect(metrics.crossValidation.scores.rocAuc.mean).toBeGreaterThan(0.9);
    expect(metrics.crossValidation.scores.logLoss.mean).toBeLessThan(0.17);
    expect(metrics.headline.metrics.logLoss).toBeLessThan(metrics.baselines.logistic.metrics.logLoss);
    expect(metrics.baselines.logistic.metrics.logLoss).toBeLessThan(metrics.baselines.majority.logLoss);
    const { tp, fp, tn, fn } = metrics.headline.confusion;
    expect(tp + fp + tn + fn).toBe(750);
  });
});

describe('train --json', () => {
  it('prints one document, the same as the file, and nothing else', async () => {
    const small = folder.file('json.csv', csv(customers(200)));
    const to = join(folder.path, 'json-out');
    const run = await succeeds(['train', small, '--target', 'left', '--folds', '2', '--out', to, '--json']);
    expect(JSON.parse(run.stdout)).toEqual(
      JSON.parse(readFileSync(join(to, 'performance_metrics.json'), 'utf8')),
    );
  });
});

describe('the output folder', () => {
  const small = folder.file('again.csv', csv(customers(150)));
  const train = (to: string): string[] => ['train', small, '--target', 'left', '--folds', '2', '--out', to];

  it('keeps what Verdict did not make, and loses the files of a former run', async () => {
    const to = join(folder.path, 'again');
    mkdirSync(join(to, 'plots'), { recursive: true });
    writeFileSync(join(to, 'notes.txt'), 'mine');
    writeFileSync(join(to, 'plots', 'mine.png'), 'mine too');
    await succeeds(train(to));
    writeFileSync(join(to, 'model', 'card.md'), 'spoilt');
    writeFileSync(join(to, 'report.html'), 'spoilt');
    writeFileSync(join(to, 'plots', 'roc.svg'), 'spoilt');
    await succeeds(train(to));
    const files = filesBelow(to);
    expect(files.get('notes.txt')?.toString()).toBe('mine');
    expect(files.get('plots/mine.png')?.toString()).toBe('mine too');
    for (const name of ['model/card.md', 'report.html', 'plots/roc.svg']) {
      expect(files.get(name)?.toString()).not.toContain('spoilt');
    }
    expect(readdirSync(to).sort()).toEqual([
      'model',
      'notes.txt',
      'performance_metrics.json',
      'plots',
      'report.html',
    ]);
    expect(await verdict(['predict', small, '--model', join(to, 'model')])).toMatchObject({ status: 0 });
  });

  it('is refused, before any work, when a result would replace something else', async () => {
    const foreign = join(folder.path, 'foreign');
    mkdirSync(join(foreign, 'model'), { recursive: true });
    writeFileSync(join(foreign, 'model', 'weights.bin'), 'of another program');
    expect(await refuses(train(foreign))).toMatch(/model/);
    expect([...filesBelow(foreign).keys()]).toEqual(['model/weights.bin']);

    expect(await refuses(train(small))).toMatch(/folder/);
    const report = join(folder.path, 'report-is-folder');
    mkdirSync(join(report, 'report.html'), { recursive: true });
    expect(await refuses(train(report))).toMatch(/report\.html/);
    expect(readdirSync(report)).toEqual(['report.html']);
  });
});

describe('predict', () => {
  const input = folder.file('some.csv', csv(some));
  const predict = (...args: string[]): string[] => ['predict', input, '--model', model, ...args];

  it('writes a line for each row, in order, equal to what the library says of each row', async () => {
    const lines = cells((await succeeds(predict())).stdout);
    expect(lines[0]).toEqual(['probability', 'prediction']);
    expect(lines).toHaveLength(some.length);
    const scorer = await loadScorer(model);
    const { threshold } = scorer.bundle.decision;
    for (const [i, row] of some.slice(1).entries()) {
      const score = scorer.scoreRow(record(row));
      expect(Number(lines[i + 1][0])).toBe(score.probability);
      expect(lines[i + 1][1]).toBe(score.label);
      expect(score.label).toBe(score.probability >= threshold ? 'yes' : 'no');
    }
  });

  it('explains by contributions that add up to the margin', async () => {
    const lines = cells((await succeeds(predict('--explain'))).stdout);
    const features = header.filter((name) => name !== 'churn');
    expect(lines[0]).toEqual([
      'probability',
      'prediction',
      ...features.map((name) => `contribution:${name}`),
      'contribution:bias',
    ]);
    const scorer = await loadScorer(model);
    expect(scorer.bundle.decision.calibration.kind).toBe('none');
    for (const [i, row] of some.slice(1).entries()) {
      const [probability, , ...contributions] = lines[i + 1].map(Number);
      const sum = contributions.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum - scorer.scoreRow(record(row)).margin)).toBeLessThan(1e-5);
      expect(Math.abs(sum - Math.log(probability / (1 - probability)))).toBeLessThan(1e-5);
    }
  });

  it('writes the same table as CSV, TSV, JSON lines, Parquet and gzip of these', async () => {
    const { stdout } = await succeeds(predict());
    const expected = cells(stdout);
    const path = (name: string): string => join(folder.path, name);
    for (const name of ['p.csv', 'p.tsv', 'p.jsonl', 'p.csv.gz', 'p.parquet']) {
      const run = await verdict(predict('--out', path(name)));
      expect(run).toMatchObject({ status: 0, stdout: '' });
      expect(run.stderr).toContain('300 rows');
    }
    expect(readFileSync(path('p.csv'), 'utf8')).toBe(stdout);
    expect(gunzipSync(readFileSync(path('p.csv.gz'))).toString()).toBe(stdout);
    expect(cells(readFileSync(path('p.tsv'), 'utf8'), '\t')).toEqual(expected);
    const objects = readFileSync(path('p.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toEqual(
      expected
        .slice(1)
        .map(([probability, prediction]) => ({ probability: Number(probability), prediction })),
    );
    const inspected = JSON.parse(
      (await succeeds(['inspect', path('p.parquet'), '--json'])).stdout,
    ) as TableInspection;
    expect(inspected.source).toMatchObject({ format: 'parquet', rows: 300 });
    expect(inspected.profile.map(({ name }) => name)).toEqual(['probability', 'prediction']);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('reads standard input, other orders of the columns and columns that it does not know', async () => {
    const { stdout } = await succeeds(predict());
    expect((await succeeds(['predict', '-', '--model', model], csv(some))).stdout).toBe(stdout);
    const shuffled = some.map((row, i) => [i === 0 ? 'extra' : `x${i}`, ...row.toReversed()]);
    const file = folder.file('shuffled.csv', csv(shuffled));
    expect((await succeeds(['predict', file, '--model', model])).stdout).toBe(stdout);
    const bare = folder.file('bare.csv', csv(some.map((row) => row.slice(0, -1))));
    expect((await succeeds(['predict', bare, '--model', model])).stdout).toBe(stdout);
  });

  it('gives a header only for a table without rows', async () => {
    const empty = folder.file('header-only.csv', `${header.join(',')}\n`);
    expect((await succeeds(['predict', empty, '--model', model])).stdout).toBe('probability,prediction\n');
    const explained = (await succeeds(['predict', empty, '--model', model, '--explain'])).stdout;
    expect(cells(explained)).toHaveLength(1);
    expect(cells(explained)[0]).toHaveLength(header.length + 2);
    const parquet = join(folder.path, 'empty.parquet');
    expect(await verdict(['predict', empty, '--model', model, '--out', parquet])).toMatchObject({
      status: 0,
    });
    expect(existsSync(parquet)).toBe(true);
  });

  it('names a column that is missing', async () => {
    const without = header.indexOf('total_day_minutes');
    const file = folder.file('without.csv', csv(some.map((row) => row.toSpliced(without, 1))));
    const message = await refuses(['predict', file, '--model', model]);
    expect(message).toContain('without.csv');
    expect(message).toContain('"total_day_minutes"');
  });

  it('names file, row and column of a value of the wrong type, and writes no file', async () => {
    const column = header.indexOf('total_day_minutes');
    const file = folder.file(
      'mistyped.csv',
      csv(some.map((row, i) => (i === 250 ? row.with(column, 'a lot') : row))),
    );
    const to = join(folder.path, 'mistyped-out.csv');
    const message = await refuses(['predict', file, '--model', model, '--out', to]);
    expect(message).toContain('mistyped.csv, row 250, column "total_day_minutes"');
    expect(message).toContain('"a lot"');
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('takes a column that had missing values in training as missing when it is not there', async () => {
    const rows = customers(200);
    const file = folder.file('optional.csv', csv(rows));
    const to = join(folder.path, 'optional');
    await succeeds(['train', file, '--target', 'left', '--folds', '2', '--out', to]);
    const calls = rows[0].indexOf('calls');
    const absent = folder.file('absent.csv', csv(rows.map((row) => row.toSpliced(calls, 1))));
    const blank = folder.file('blank.csv', csv(rows.map((row, i) => (i === 0 ? row : row.with(calls, '')))));
    const bundle = join(to, 'model');
    expect((await succeeds(['predict', absent, '--model', bundle])).stdout).toBe(
      (await succeeds(['predict', blank, '--model', bundle])).stdout,
    );
  });
});

describe('evaluate', () => {
  it('gives the figures of the predictions, and counts rows without a label', async () => {
    const target = header.indexOf('churn');
    const unlabelled = some.map((row, i) => (i > 0 && i % 10 === 0 ? row.with(target, '') : row));
    const file = folder.file('partly.csv', csv(unlabelled));
    const result = JSON.parse(
      (await succeeds(['evaluate', file, '--model', model, '--json'])).stdout,
    ) as Evaluation;
    expect(result).toMatchObject({ rows: 270, unlabelledRows: 30 });
    const predicted = cells((await succeeds(['predict', file, '--model', model])).stdout).slice(1);
    const labelled = unlabelled.slice(1).map((row) => row[target]);
    const kept = labelled.flatMap((label, i) => (label === '' ? [] : [i]));
    expect(result.metrics).toEqual(
      evaluate(
        Uint8Array.from(kept, (i) => (labelled[i] === 'yes' ? 1 : 0)),
        Float64Array.from(kept, (i) => Number(predicted[i][0])),
        result.threshold,
      ),
    );
    const hits = kept.filter((i) => predicted[i][1] === 'yes' && labelled[i] === 'yes');
    expect(result.confusion.tp).toBe(hits.length);

    const { stdout } = await succeeds(['evaluate', file, '--model', model]);
    expect(stdout).toContain('30 rows without a target left out');
    expect(stdout).toContain(result.metrics.rocAuc.toFixed(4));
  });

  it('refuses a table without labels', async () => {
    const file = folder.file('no-labels.csv', csv(some.map((row) => row.slice(0, -1))));
    expect(await refuses(['evaluate', file, '--model', model])).toContain('"churn"');
    const blank = folder.file(
      'blank-labels.csv',
      csv(some.map((row, i) => (i === 0 ? row : row.with(row.length - 1, '')))),
    );
    expect(await refuses(['evaluate', blank, '--model', model])).toMatch(/target column "churn"/);
  });
});

describe('explain', () => {
  const input = folder.file('explained.csv', csv(some));

  it('ranks the columns of a table', async () => {
    const { stdout } = await succeeds(['explain', input, '--model', model]);
    expect(stdout).toContain('What moves the scores of 300 rows');
    const result = JSON.parse((await succeeds(['explain', input, '--model', model, '--json'])).stdout);
    expect(result).toMatchObject({ kind: 'table', rows: 300, explainedRows: 300 });
    const sizes = result.columns.map(({ meanAbsolute }: { meanAbsolute: number }) => meanAbsolute);
    expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => b - a));
    expect(stdout.indexOf(result.columns[0].column)).toBeLessThan(stdout.indexOf(result.columns[1].column));
  });

  it('explains one row, by its values', async () => {
    const result = JSON.parse(
      (await succeeds(['explain', input, '--model', model, '--row', '7', '--json'])).stdout,
    ) as RowExplanation;
    const predicted = cells((await succeeds(['predict', input, '--model', model])).stdout)[7];
    expect(result.row).toBe(7);
    expect(String(result.probability)).toBe(predicted[0]);
    expect(result.prediction).toBe(predicted[1]);
    const sum = result.contributions.reduce((total, { contribution }) => total + contribution, result.bias);
    expect(Math.abs(sum - result.margin)).toBeLessThan(1e-5);
    const minutes = result.contributions.find(({ column }) => column === 'total_day_minutes');
    expect(minutes?.value).toBe(Number(some[7][header.indexOf('total_day_minutes')]));
    const { stdout } = await succeeds(['explain', input, '--model', model, '--row', '7']);
    expect(stdout).toMatch(/^Row 7: (yes|no), probability /);
    // A bar begins where the one above it ends, but for the width of a character.
    const bars = stdout.split('\n').flatMap((line) => {
      const left = line.search(/[█▒]+$/);
      if (left < 0) return [];
      return [line.endsWith('█') ? { from: left, to: line.length } : { from: line.length, to: left }];
    });
    expect(bars.length).toBeGreaterThan(5);
    bars.slice(1).forEach(({ from }, i) => expect(Math.abs(from - bars[i].to)).toBeLessThanOrEqual(1));
  });

  it('draws one row, as the ending says', async () => {
    for (const name of ['row.svg', 'row.png']) {
      const to = join(folder.path, name);
      const run = await succeeds(['explain', input, '--model', model, '--row', '7', '--plot', to]);
      expect(run.stdout).toMatch(/^Row 7: (yes|no), probability /);
      const bytes = readFileSync(to);
      expect(bytes.subarray(0, 4).toString('latin1')).toBe(name === 'row.svg' ? '<svg' : '\u0089PNG');
      expect(existsSync(`${to}.partial`)).toBe(false);
    }
    expect(readFileSync(join(folder.path, 'row.svg'), 'utf8')).toContain('Row 7: ');
  });

  it('refuses a picture of no row, of another kind, and where none can be written', async () => {
    const of = (...args: string[]): Promise<string> => refuses(['explain', input, '--model', model, ...args]);
    expect(await of('--plot', join(folder.path, 'all.svg'))).toContain('--row');
    expect(await of('--row', '1', '--plot', join(folder.path, 'row.pdf'))).toContain('.svg or .png');
    expect(await of('--row', '1', '--plot', join(folder.path, 'nowhere', 'row.svg'))).toContain('nowhere');
    const asPicture = join(folder.path, 'table.svg');
    copyFileSync(input, asPicture);
    const over = ['explain', asPicture, '--model', model, '--row', '1', '--plot'];
    expect(await refuses([...over, asPicture])).toContain('another file than the table');
    expect(readFileSync(asPicture)).toEqual(readFileSync(input));
    mkdirSync(join(folder.path, 'folder.png'));
    expect(await of('--row', '1', '--plot', join(folder.path, 'folder.png'))).toContain('not a folder');
  });

  it('refuses a row that the table does not have', async () => {
    expect(await refuses(['explain', input, '--model', model, '--row', '301'])).toContain('from 1 to 300');
    expect((await verdict(['explain', input, '--model', model, '--row', '0'])).status).toBe(2);
  });
});

describe('inspect', () => {
  it('shows what is in a table', async () => {
    const { stdout } = await succeeds(['inspect', churn]);
    expect(stdout).toContain('3,750 rows, 20 columns');
    expect(stdout).toContain('total_day_minutes');
    // Bounds that few rows have are rounded, and look so.
    expect(stdout).toMatch(/total_day_minutes.*~-?\d+ … ~\d+/);
    expect(stdout).toContain('~ rounded outwards');
    const result = JSON.parse((await succeeds(['inspect', churn, '--json'])).stdout) as TableInspection;
    expect(result.kind).toBe('table');
    expect(result.profile.map(({ name }) => name)).toEqual(header);
  });

  it('shows what is in a bundle', async () => {
    const { stdout } = await succeeds(['inspect', model]);
    expect(stdout).toContain('churn');
    expect(stdout).toMatch(/trees/);
    expect(stdout).toMatch(/logistic .* C [\d.]{1,6} \(/);
    const result = JSON.parse((await succeeds(['inspect', model, '--json'])).stdout) as BundleInspection;
    expect(result).toMatchObject({ kind: 'bundle', seed: 42 });
    expect(result.schema.target).toMatchObject({ name: 'churn', positive: 'yes', negative: 'no' });
  });
});

describe('help', () => {
  it.each(['train', 'import', 'predict', 'evaluate', 'explain', 'inspect'])(
    'of %s has examples',
    async (command) => {
      const { stdout } = await succeeds([command, '--help']);
      expect(stdout).toMatch(new RegExp(`Examples:\\n  verdict ${command} `));
      expect((await succeeds(['help', command])).stdout).toBe(stdout);
    },
  );

  it('of the command itself names the commands, the formats and the exit statuses', async () => {
    const { stdout } = await succeeds(['--help']);
    for (const text of [
      'train',
      'import',
      'predict',
      'evaluate',
      'explain',
      'inspect',
      'Parquet',
      '130 interrupted',
    ]) {
      expect(stdout).toContain(text);
    }
    expect((await succeeds(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

/** A row as a program would send it: numbers as numbers. */
function record(row: readonly string[]): Record<string, string | number> {
  return Object.fromEntries(
    row.map((cell, i) => [header[i], cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell]),
  );
}
