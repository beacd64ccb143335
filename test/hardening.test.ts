import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFile, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run, RunOptions } from './support/command.ts';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const people = customers(300);
let runs = 0;

const table = (name: string, content: string | Uint8Array): string => folder.file(name, content);

async function train(
  file: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Run & { out: string }> {
  const out = join(folder.path, `trained-${runs++}`);
  const run = await verdict(
    ['train', file, '--target', 'left', '--folds', '2', '--out', out, ...args],
    options,
  );
  return { ...run, out };
}

/** Refused with a message for people, and nothing left behind: no result, no hidden folder. */
function expectRefusal(run: Run & { out: string }, message: RegExp): void {
  expect(run.stderr).toMatch(/^error /);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(run.status).toBe(1);
  expect(existsSync(run.out)).toBe(false);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
}

const typesOf = (out: string): Record<string, string> => {
  const { data } = JSON.parse(readFileSync(join(out, 'performance_metrics.json'), 'utf8')) as {
    data: { columns: { name: string; type: string; role: string }[] };
  };
  return Object.fromEntries(data.columns.map(({ name, type, role }) => [name, `${type} ${role}`]));
};

describe('flags that override columns', () => {
  it('set types and roles; the configuration speaks for the other columns', async () => {
    const [head] = people;
    const config = table(
      'overrides.json',
      JSON.stringify({
        types: { [head[0]]: 'category', [head[1]]: 'identifier' },
        roles: { [head[2]]: 'ignored' },
      }),
    );
    const run = await train(table('people.csv', csv(people)), [
      '--config',
      config,
      '--type',
      `${head[1]}=category`,
      '--role',
      `${head[3]}=ignored`,
    ]);
    expect(run.stderr).toBe('');
    expect(typesOf(run.out)).toMatchObject({
      [head[0]]: 'category feature',
      [head[1]]: 'category feature',
      [head[2]]: expect.stringMatching(/ ignored$/),
      [head[3]]: expect.stringMatching(/ ignored$/),
    });
  });

  it('name a column that is not there, or a type that the values do not have', async () => {
    const file = table('people.csv', csv(people));
    expectRefusal(await train(file, ['--type', 'nobody=numeric']), /no column "nobody"/);
    expectRefusal(await train(file, ['--role', 'nobody=ignored']), /no column "nobody"/);
    expectRefusal(await train(file, ['--type', 'plan=numeric']), /row 1, column "plan": expected a number/);
  });

  it.each(['constructor', '__proto__'])('work beside a column called %s', async (name) => {
    const file = table('names.csv', csv(people.map((row, i) => [i === 0 ? name : String(i % 9), ...row])));
    const run = await train(file, ['--type', `${people[0][0]}=category`]);
    expect(run.stderr).toBe('');
    expect(typesOf(run.out)[people[0][0]]).toBe('category feature');
  });
});

describe('too little to train on', () => {
  it('when the rows that remain after the hold-out cannot be folded, ends with that error alone', async () => {
    const run = await train(table('people.csv', csv(people)), ['--test-size', '0.99', '--threads', '1']);
    expectRefusal(run, /2 folds need 2 rows of each class/);
  });
});

describe('options at their limits', () => {
  it('refuses an empty output path', async () => {
    const run = await train(table('people.csv', csv(people)), ['--out', '']);
    expectRefusal(run, /out: expected the path of a folder/);
  });

  it('takes the largest seed', async () => {
    const run = await train(table('people.csv', csv(people)), ['--seed', String(Number.MAX_SAFE_INTEGER)]);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

describe('columns that rows are weighed and ordered by', () => {
  const withColumn = (name: string, value: (row: number, cells: readonly string[]) => string): string =>
    csv(people.map((row, i) => [i === 0 ? name : value(i, row), ...row]));

  it('refuses weights that single precision cannot sum, and names the first', async () => {
    const huge = table(
      'huge.csv',
      withColumn('w', (row) => (row === 4 ? '1e300' : '1')),
    );
    expectRefusal(await train(huge, ['--weight', 'w']), /huge.csv, row 4, column "w"/);
    const tiny = table(
      'tiny.csv',
      withColumn('w', () => '1e-300'),
    );
    expectRefusal(await train(tiny, ['--weight', 'w']), /tiny.csv, row 1, column "w"/);
  });

  it('refuses weights that leave nothing of one class', async () => {
    const file = table(
      'one-class.csv',
      withColumn('w', (_, cells) => (cells[5] === 'yes' ? '0' : '1')),
    );
    expectRefusal(
      await train(file, ['--weight', 'w']),
      /column "w": expected weights above 0 in rows of both classes/,
    );
  });

  it('refuses a missing time by file, row and column, and times that are all the same', async () => {
    const gap = table(
      'gap.csv',
      withColumn('t', (row) => (row === 6 ? '' : String(row))),
    );
    expectRefusal(
      await train(gap, ['--time', 't']),
      /gap.csv, row 6, column "t": expected a time in every row/,
    );
    const same = table(
      'same.csv',
      withColumn('t', () => '2024-05-01'),
    );
    expectRefusal(await train(same, ['--time', 't']), /all its rows are the same/);
  });
});

describe('where predictions go', () => {
  let model: string | undefined;
  const scored = async (...args: string[]): Promise<Run> => {
    model ??= join((await train(table('people.csv', csv(people)))).out, 'model');
    return verdict(['predict', join(folder.path, 'people.csv'), '--model', model, ...args]);
  };

  it('into a named pipe as they come, without replacing it', async () => {
    const pipe = join(folder.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = new Promise<string>((resolve, reject) => {
      readFile(pipe, 'utf8', (error, text) => (error === null ? resolve(text) : reject(error)));
    });
    const run = await scored('--out', pipe);
    expect(run.status).toBe(0);
    expect((await reading).split('\n')).toHaveLength(people.length + 1);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it('through a link into the file behind it', async () => {
    const link = join(folder.path, 'link.csv');
    table('behind.csv', 'old');
    symlinkSync('behind.csv', link);
    expect((await scored('--out', link)).status).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder.path, 'behind.csv'), 'utf8').split('\n')).toHaveLength(people.length + 1);
  });

  it('never over the table itself, under whatever name', async () => {
    await scored();
    const before = readFileSync(join(folder.path, 'people.csv'), 'utf8');
    const alias = join(folder.path, 'alias.csv');
    symlinkSync('people.csv', alias);
    const run = await scored('--out', alias);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/another file than the table/);
    expect(readFileSync(join(folder.path, 'people.csv'), 'utf8')).toBe(before);
  });

  it('not to a folder or an empty path', async () => {
    mkdirSync(join(folder.path, 'a-folder'));
    expect((await scored('--out', join(folder.path, 'a-folder'))).stderr).toMatch(/a file, not a folder/);
    expect((await scored('--out', '')).stderr).toMatch(/the path of a file/);
  });
});

describe('what a terminal shows of hostile input', () => {
  it('has no control characters, and is cut to a readable length', async () => {
    const file = table('people.csv', csv(people));
    const run = await train(file, ['--drop', `\u001b[2Jlost\nline${'x'.repeat(100_000)}`]);
    expectRefusal(run, /no column "·\[2Jlost·line/);
    expect(run.stderr).not.toContain('\u001b');
    expect(run.stderr.length).toBeLessThan(1000);
    const config = table('deep.json', `{"drop":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    const deep = await train(file, ['--config', config]);
    expectRefusal(deep, /drop: expected a list of column names/);
    expect(deep.stderr.length).toBeLessThan(1000);
  });
});

describe('JSON that nests without end', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

  it('is refused with its line before a parser falls over it', async () => {
    const good = '{"age":31,"left":"no"}';
    const run = await train(table('deep.jsonl', `${good}\n${good}\n{"age":${deep},"left":"yes"}\n`));
    expectRefusal(run, /deep.jsonl: line 3 nests more than 1000 values/);
    expectRefusal(
      await train(table('deep.json', `[${good},{"age":${deep}}]`)),
      /line 1 nests more than 1000/,
    );
  });

  it('is not seen in texts', async () => {
    const rows = people
      .slice(1)
      .map(([age, , , , , left]) => ({ age: Number(age), note: `\\"${'[{'.repeat(800)}`, left }));
    const run = await train(table('texts.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')));
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  });
});

describe('a table that does not fit into memory', () => {
  it('is refused before it is read, and goes through when it fits', async () => {
    const file = folder.file('wide.csv', csv(customers(20_000, 5)));
    const out = join(folder.path, 'too-large');
    const said = await refuses(['train', file, '--target', 'left', '--out', out, '--memory', '152MB']);
    expect(said).toMatch(
      /wide\.csv does not fit into memory: (19|20),\d{3} rows .* need about 0\.1\d GB, and 0\.15 GB can be used/,
    );
    expect(said).toMatch(/sample.*--memory/s);
    expect(existsSync(out)).toBe(false);
    expect(await refuses(['inspect', file, '--memory', '150.1MB'])).toContain('does not fit');
    await succeeds(['inspect', file, '--memory', '0.5GiB']);
    expect((await verdict(['inspect', file, '--memory', 'much'])).status).toBe(2);
  });
});
