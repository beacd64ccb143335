import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ColumnSchema } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/support/folder.ts';
import { csv, customers } from '../../../test/support/table.ts';
import { featureTypes, featureTypesText } from '../src/feature-types.ts';
import { train } from '../src/train.ts';

const run = promisify(execFile);
const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const folder = scratchFolder();

type Described = Parameters<typeof featureTypesText>[0];

const hostile = 'a*/\'"\\\n\u2028\u202e\u009bb';

const columns: ColumnSchema[] = [
  { name: 'age', type: 'integer', role: 'feature', optional: false },
  { name: 'balance', type: 'numeric', role: 'feature', optional: true },
  { name: 'plan type', type: 'category', role: 'feature', optional: false },
  { name: 'paper', type: 'boolean', role: 'feature', optional: false, words: ['nein', 'ja'] },
  { name: 'since', type: 'datetime', role: 'feature', optional: false },
  { name: 'note', type: 'text', role: 'feature', optional: false },
  { name: hostile, type: 'identifier', role: 'feature', optional: true },
  { name: 'dropped', type: 'numeric', role: 'feature', optional: false },
  { name: 'many', type: 'category', role: 'feature', optional: true },
  { name: 'row', type: 'identifier', role: 'ignored', optional: false },
  { name: hostile + 2, type: 'boolean', role: 'target', optional: false },
];

const levels = (names: readonly string[]) =>
  ({ kind: 'levels', missing: 0, levels: names, counts: names.map(() => 5), other: 0 }) as const;

const described: Described = {
  schema: { columns, target: { name: `${hostile}2`, positive: "it's", negative: '1' } },
  plan: {
    version: 2,
    inputs: columns.filter(({ role, name }) => role === 'feature' && name !== 'dropped'),
    steps: [],
    outputs: [],
    linear: [],
  },
  profile: {
    rowCount: 100,
    minimumCount: 5,
    columns: [
      { name: 'plan type', type: 'category', distribution: levels(['basic', 'pro', hostile]) },
      {
        name: 'many',
        type: 'category',
        distribution: levels(Array.from({ length: 101 }, (_, i) => `level ${i}`)),
      },
      {
        name: 'age',
        type: 'integer',
        distribution: { kind: 'number', missing: 0, edges: [], counts: [100] },
      },
    ],
    score: { kind: 'number', missing: 0, edges: [], counts: [100] },
  },
};

/** What the compiler says of each program that uses the types; nothing of those that compile. */
async function compile(types: string, programs: readonly string[]): Promise<string[]> {
  writeFileSync(join(folder.path, 'features.ts'), types);
  const files = programs.map((program, i) => {
    writeFileSync(join(folder.path, `program${i}.ts`), program);
    return `program${i}.ts`;
  });
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
  const said = await run(process.execPath, [tsc, ...options, ...files], { cwd: folder.path }).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
  return files.map((file) =>
    said
      .split('\n')
      .filter((line) => line.startsWith(file))
      .join('\n'),
  );
}

const start = `import type { CustomerFeatures, CustomerLabel } from './features.ts';
const row: CustomerFeatures = {
  age: 3, balance: null, 'plan type': 'basic', paper: 'ja', since: '2024-03-01', note: 'x' };
`;

describe('types of features', () => {
  const open = featureTypesText(described, { name: 'Customer' });

  it('let right rows compile', async () => {
    const program = `${start}
const another: CustomerFeatures = { ...row, 'plan type': 'new one', paper: true, since: new Date(), dropped: 1, many: 'any' };
const { balance: _, ...without } = row;
const labels: CustomerLabel[] = ['1', "it's"];
const asRecord: Readonly<Record<string, unknown>> = row;
export const all: CustomerFeatures[] = [row, another, without];
export { labels, asRecord };
`;
    expect(await compile(open, [program])).toEqual(['']);
  });

  it('refuse wrong ones, and say what is wrong', async () => {
    const wrong: [string, RegExp][] = [
      ['{ ...row, agee: 3 }', /TS2561.*'agee'/],
      ["{ ...row, age: '3' }", /TS2322.*'string'.*'number'/],
      ['{ ...row, age: null }', /TS2322.*'null'/],
      ["{ ...row, paper: 'yes' }", /TS2322/],
      ['{ ...row, since: 3 }', /TS2322/],
      ['{ age: 3 }', /TS2740|TS2739/],
      // A column that is ignored.
      ["{ ...row, row: 'x' }", /TS2353.*'row'/],
    ];
    const programs = wrong.map(([value]) => `${start}export const wrong: CustomerFeatures = ${value};`);
    const said = await compile(open, programs);
    said.forEach((text, i) => expect(text).toMatch(wrong[i][1]));
  });

  it('refuse a level that training has not seen, if they are closed', async () => {
    const closed = featureTypesText(described, { name: 'Customer', closed: true });
    const program = `${start}export const wrong: CustomerFeatures = { ...row, 'plan type': 'new one' };`;
    const [said, nothing] = await compile(closed, [program, `${start}export { row };`]);
    expect(said).toMatch(/TS2322.*new one/);
    expect(nothing).toBe('');
    // The closed type lists what the open one would only have proposed.
    expect(closed).toContain("'level 100'");
    expect(open).not.toContain("'level 100'");
  });

  it('take their name from the target', () => {
    const named = (target: string): string =>
      /export type (\S+)Features/.exec(
        featureTypesText({
          ...described,
          schema: { ...described.schema, target: { ...described.schema.target, name: target } },
        }),
      )?.[1] ?? '';
    expect(['churn', 'has left-us', '2nd try', 'größe?', '!'].map(named)).toEqual([
      'Churn',
      'HasLeftUs',
      'Model2ndTry',
      'Größe',
      'Model',
    ]);
    // Nothing that turns the direction of text, so that the code reads as it is.
    expect(featureTypesText(described)).not.toMatch(/[\u202a-\u202e\u0080-\u009f]/u);
    expect(() => featureTypesText(described, { name: 'a b' })).toThrow(/expected a name such as Churn/);
  });

  it('are made of a bundle, and written whole', async () => {
    const file = folder.file('customers.csv', csv(customers(200)));
    const { model } = await train({
      file,
      target: 'left',
      folds: 2,
      testSize: 0,
      out: join(folder.path, 'out'),
    });
    const out = join(folder.path, 'made.ts');
    const text = await featureTypes({ model, out, name: 'Sample' });
    expect(readFileSync(out, 'utf8')).toBe(text);
    expect(text).toMatch(
      /export type SampleFeatures = \{\n {2}\/\*\* integer \*\/\n {2}readonly age: number;/,
    );
    expect(text).toMatch(/readonly plan: '\w+' \| '\w+' \| '\w+' \| \(string & \{\}\);/);
    await expect(featureTypes({ model, out: join(folder.path, 'no', 'such', 'x.ts') })).rejects.toMatchObject(
      {
        code: 'UNREADABLE_FILE',
      },
    );
    await expect(featureTypes({ model: folder.path })).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});
