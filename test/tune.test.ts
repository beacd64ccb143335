import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const file = folder.file('customers.csv', csv(customers(240)));
const usual = ['--target', 'left', '--folds', '3', '--seed', '5'];
const schema: object = JSON.parse(
  readFileSync(fileURLToPath(new URL('../docs/performance_metrics.schema.json', import.meta.url)), 'utf8'),
);
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

function words(text: string): string[] {
  return text.split(' ');
}

/** The search of a run, in a form that does not tell how long anything took. */
function foundBy(metrics: PerformanceMetrics): unknown {
  const { search } = metrics;
  return JSON.parse(
    JSON.stringify({ ...search, trials: search?.trials.map((trial) => ({ ...trial, seconds: 0 })) }),
  );
}

function bytesOf(out: string): Record<string, string> {
  const model = join(out, 'model');
  return Object.fromEntries(
    readdirSync(model).map((name) => [name, readFileSync(join(model, name), 'base64')]),
  );
}

async function tune(out: string, ...args: string[]): Promise<PerformanceMetrics> {
  const { stdout } = await succeeds(['tune', file, ...usual, '--out', out, '--json', ...args]);
  return JSON.parse(stdout) as PerformanceMetrics;
}

describe('verdict tune', () => {
  it('leaves what train leaves and a table of trials, the same with one thread and two', async () => {
    const [one, two] = [join(folder.path, 'one'), join(folder.path, 'two')];
    const first = await tune(one, '--trials', '5', '--threads', '1');
    const second = await tune(two, '--trials', '5', '--threads', '2');
    expect(bytesOf(two)).toEqual(bytesOf(one));
    expect(foundBy(second)).toEqual(foundBy(first));
    validate(first);
    expect(validate.errors).toBeNull();
    expect(first.headline.source).toBe('hold-out');
    expect(first.search?.trials).toHaveLength(5);
    expect(readFileSync(join(one, 'trials.csv'), 'utf8').trim().split('\n')).toHaveLength(6);
    const drawn = ['report.html', 'plots/optimisation_history.png', 'plots/parallel_coordinates.svg'];
    expect(drawn.filter((name) => !existsSync(join(one, name)))).toEqual([]);
    expect(statSync(join(one, 'report.html')).size).toBeLessThan(5_000_000);
    const predicted = await succeeds(['predict', file, '--model', one]);
    expect(predicted.stdout.trim().split('\n')).toHaveLength(241);
    expect(first.crossValidation.chosenOnTheseRows.slice(0, 2)).toEqual([
      'engineered features',
      'parameters',
    ]);
  });

  it('says everywhere what the rows have chosen that its figures come from', async () => {
    const out = join(folder.path, 'chosen');
    const args = words('--trials 2 --engineering none --select f_classif --no-ensemble --test-size 0');
    const { status, stdout } = await verdict(['tune', file, ...usual, '--out', out, ...args]);
    expect(status).toBe(0);
    const read = (name: string): string => readFileSync(join(out, name), 'utf8');
    const metrics = JSON.parse(read('performance_metrics.json')) as PerformanceMetrics;
    expect(metrics.headline.source).toBe('cross-validation');
    expect(metrics.crossValidation.chosenOnTheseRows).toEqual([
      'selected features',
      'parameters',
      'rounds',
      'blend',
      'calibration',
      'threshold',
    ]);
    const chosen = 'chose selected features, parameters, rounds, blend, calibration and threshold';
    for (const text of [stdout, read('report.html'), read('model/card.md')])
      expect(text.replaceAll(/\s+/g, ' ')).toContain(chosen);
    expect(read('report.html').replaceAll(/\s+/g, ' ')).toContain(
      `The same rows also ${chosen}, so the figures are <strong>optimistic</strong>; a hold-out, a test file or outer folds`,
    );
  });

  it('goes on after kill -9 as if nothing had happened, without evaluating a trial again', async () => {
    const [whole, killed] = [join(folder.path, 'whole'), join(folder.path, 'killed')];
    const expected = await tune(whole, '--trials', '8', '--engineering', 'none');
    const journal = join(killed, 'search.journal');
    const args = [
      'tune',
      file,
      ...usual,
      '--trials',
      '8',
      '--engineering',
      'none',
      '--out',
      killed,
      '--json',
    ];
    const lines = (): number =>
      existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
    const { status } = await verdict(args, {
      onStart(child) {
        const watch = setInterval(() => {
          if (lines() >= 4) child.kill('SIGKILL');
        }, 5);
        child.on('exit', () => clearInterval(watch));
      },
    });
    // Not 0: it was killed in the middle of the search.
    expect(status).toBeNull();
    const before = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
    expect(existsSync(join(killed, 'model'))).toBe(false);

    const found = await tune(killed, '--trials', '8', '--engineering', 'none', '--resume');
    expect(readFileSync(journal, 'utf8').split('\n').slice(0, before.length)).toEqual(before);
    expect(foundBy(found)).toEqual(foundBy(expected));
    expect(bytesOf(killed)).toEqual(bytesOf(whole));
  }, 180_000);

  it('refuses a folder that another search writes into, and says nothing of its files', async () => {
    const out = join(folder.path, 'at once');
    const search = ['tune', file, ...usual, '--trials', '2', '--engineering', 'none', '--out', out, '--json'];
    const runs = await Promise.all(
      [search, [...search, '--resume']].map((args, i) => verdict([...args, '--seed', String(i)])),
    );
    const done = runs.filter(({ status }) => status === 0);
    expect(done).toHaveLength(1);
    for (const { status, stdout, stderr } of runs.filter((run) => run !== done[0])) {
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('expected a folder that no other search writes into');
      expect(stderr).toContain('choose another folder with --out');
    }
    const { options } = JSON.parse(done[0].stdout) as PerformanceMetrics;
    const kept = JSON.parse(
      readFileSync(join(out, 'performance_metrics.json'), 'utf8'),
    ) as PerformanceMetrics;
    expect(kept.options.seed).toBe(options.seed);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
  }, 180_000);

  it('says after an interruption where its trials are kept', async () => {
    const out = join(folder.path, 'interrupted');
    const journal = join(out, 'search.journal');
    const { status, stderr } = await verdict(['tune', file, ...usual, '--trials', '8', '--out', out], {
      onStart(child) {
        const watch = setInterval(() => {
          if (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 4) return;
          clearInterval(watch);
          child.kill('SIGINT');
        }, 5);
        child.on('exit', () => clearInterval(watch));
      },
    });
    expect(status).toBe(130);
    expect(stderr).toContain(`kept in ${journal}; with --resume`);
    expect(readdirSync(out)).toEqual(['search.journal']);
  });

  it('searches a grid, selects features, and judges itself in outer folds', async () => {
    const grid = folder.file(
      'grid.json',
      JSON.stringify({ classifier__n_estimators: [5, 10], max_depth: [2, 3] }),
    );
    const out = join(folder.path, 'grid');
    const metrics = await tune(
      out,
      ...words('--search grid --metric f1_weighted --select f_classif --outer-folds 2 --test-size 0'),
      ...words('--engineering none --grid'),
      grid,
    );
    validate(metrics);
    expect(validate.errors).toBeNull();
    expect(metrics.headline.source).toBe('outer folds');
    const { search } = metrics;
    expect(search?.trials.map(({ rounds }) => rounds)).toEqual([5, 10, 5, 10]);
    expect(search?.trials.every(({ foldScores }) => foldScores.length === 3)).toBe(true);
    expect(search?.nested?.outer).toHaveLength(2);
    expect(search?.selection?.method).toBe('f_classif');
    expect(metrics.crossValidation.chosenOnTheseRows.slice(0, 3)).toEqual([
      'selected features',
      'parameters',
      'ensemble',
    ]);
    expect(search?.ended).toBe('grid');
  });

  it('judges trials in windows of time', async () => {
    const out = join(folder.path, 'windows');
    const windows = words('--time since --windows expanding --gap 2 --trials 2 --engineering none');
    const { status, stdout } = await verdict(['tune', file, ...usual, '--out', out, ...windows]);
    expect(status).toBe(0);
    const metrics = JSON.parse(
      readFileSync(join(out, 'performance_metrics.json'), 'utf8'),
    ) as PerformanceMetrics;
    validate(metrics);
    expect(validate.errors).toBeNull();
    expect(metrics.search?.trials).toHaveLength(2);
    // Everybody is told how it was validated.
    expect(metrics.validation).toEqual({
      time: 'since',
      judging: 'latest',
      leftOut: 2,
      folds: { kind: 'time blocks', count: 3 },
      trials: { kind: 'expanding', folds: 3, gap: 2 },
    });
    // Lines are broken at blanks.
    const said = stdout.replaceAll('\n', ' ');
    expect(said).toContain('The latest rows by "since" judge, and were set aside.');
    expect(said).toContain('in 3 windows of time by "since" (expanding), with a gap of 2 rows before each');
    // Its time has the drawing in it: it is written when all else is.
    const written = (name: string): bigint => statSync(join(out, name), { bigint: true }).mtimeNs;
    expect(written('performance_metrics.json')).toBeGreaterThan(written('plots/roc.png'));
    expect(written('performance_metrics.json')).toBeGreaterThan(written('report.html'));
    expect(stdout).toContain(`${join(out, 'trials.csv')}  all trials`);
    expect(stdout).toContain(`${join(out, 'search.journal')}  what --resume goes on from`);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('(expanding), with a gap of 2 rows before each: all earlier rows train.');
  });

  it('judges trials in windows that roll, behind a gap that held-out rows and outer folds have, too', async () => {
    const out = join(folder.path, 'rolling');
    const rolling = (window: string): string[] =>
      words(`--time since --windows rolling --gap 5 --window ${window} --trials 2 --engineering none`);
    const metrics = await tune(out, ...rolling('30'), '--outer-folds', '2');
    validate(metrics);
    expect(validate.errors).toBeNull();
    expect(metrics.validation.trials).toEqual({ kind: 'rolling', folds: 3, gap: 5, window: 30 });
    // A day that lies partly in the gap is left out wholly.
    expect(metrics.validation.leftOut).toBeGreaterThanOrEqual(5);
    expect(metrics.search?.nested?.outer).toHaveLength(2);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('--windows rolling --gap 5 --window 30');
    expect(report).toContain('at most the latest 30 earlier rows train');
    // Its trials are not those of another window.
    const resumed = ['tune', file, ...usual, '--out', out, '--resume', '--outer-folds', '2'];
    expect(await refuses([...resumed, ...rolling('40')])).toContain('search.journal');
    expect(foundBy(await tune(out, ...rolling('30'), '--outer-folds', '2', '--resume'))).toEqual(
      foundBy(metrics),
    );
    const tight = ['tune', file, ...usual, '--out', join(folder.path, 'tight'), ...rolling('1')];
    expect(await refuses(tight)).toMatch(/fewer folds, a shorter gap or a longer window|Use a longer window/);
  });

  it.each([
    ['a grid without a search by grid', ['--grid', 'g.json'], /--search grid/],
    ['a search by grid without a grid', ['--search', 'grid'], /needs '--grid/],
    ['windows without time', ['--windows', 'rolling'], /needs '--time/],
    ['a gap without windows', ['--gap', '3'], /needs '--windows/],
    ['a window without windows', ['--window', '30'], /needs '--windows rolling'/],
    [
      'the length of a window that expands',
      ['--time', 'since', '--windows', 'expanding', '--window', '30'],
      /needs '--windows rolling'/,
    ],
    [
      'a window of no rows',
      ['--time', 'since', '--windows', 'rolling', '--window', '0'],
      /'--window <ROWS>'.*at least 1/s,
    ],
    ['repeats of time', ['--time', 'since', '--windows', 'rolling', '--repeats', '2'], /time has one order/],
    ['an unknown metric', ['--metric', 'auc'], /log_loss/],
    ['repeats of rows in order', ['--time', 'since', '--repeats', '2'], /time has one order/],
    [
      'repeats of folds of a column',
      ['--role', 'since=fold', '--repeats', '2'],
      /'--repeats'.*decides alone/,
    ],
    [
      'windows beside folds of a column',
      ['--time', 'since', '--role', 'age=fold', '--windows', 'rolling'],
      /decides alone/,
    ],
    ['too many repeats', ['--repeats', '101'], /from 1 to 100/],
    ['one outer fold', ['--outer-folds', '1'], /from 2 to 20/],
    ['a budget of nothing', ['--budget', '0'], /above 0/],
    ['a share of a period', ['--capacity', '5%', '--capacity-of', '100'], /needs no '--capacity-of'/],
  ])('refuses %s as wrong usage', async (_, args, message) => {
    const out = join(folder.path, 'never');
    const { status, stderr } = await verdict(['tune', file, ...usual, '--out', out, ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it('leaves no folder behind that it has made for nothing', async () => {
    const out = join(folder.path, 'for nothing');
    const windows = words('--trials 1 --time since --windows expanding --gap 100000');
    const { status, stderr } = await verdict(['tune', file, ...usual, '--out', out, ...windows]);
    expect(status).toBe(1);
    expect(stderr).not.toContain('fault in Verdict');
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['that is not there', 'missing.json', undefined, /there is no such file/],
    ['that is no JSON', 'text.json', 'max_depth: 3', /JSON/],
    ['of an unknown parameter', 'unknown.json', '{"max_dept": [3]}', /max_depth/],
    ['without values', 'empty.json', '{"max_depth": []}', /empty/],
  ])('refuses a grid %s', async (_, name, content, message) => {
    const grid = content === undefined ? join(folder.path, name) : folder.file(name, content);
    const out = join(folder.path, 'never');
    const { status, stderr } = await verdict([
      'tune',
      file,
      ...usual,
      '--out',
      out,
      '--search',
      'grid',
      '--grid',
      grid,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(join(out, 'model'))).toBe(false);
  });

  it('refuses a grid that is no file, without reading it', async () => {
    const search = ['tune', file, '--target', 'left', '--search', 'grid', '--out', join(folder.path, 'none')];
    expect(await refuses([...search, '--grid', '/dev/zero'])).toContain('not a regular file');
    expect(await refuses([...search, '--grid', folder.path])).toContain('this is a folder');
  });
});
