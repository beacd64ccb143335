import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Run } from './support/command.ts';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { filesBelow } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();

// Values that fewer than five rows have, in every kind of column. Each is spelt like nothing else in the table.
const rare = {
  city: 'Zwieselburg',
  job: 'Harfenbauer',
  income: '987654.25',
  debt: '-76543.5',
  children: '41773',
  born: '1907-03-14',
  customer: 'KX-',
  note: 'Wollgras',
} as const;

const base = customers(400, 5);
const table = base.map((row, i) => {
  const names = Object.keys(rare);
  if (i === 0) return [...row.slice(0, -1), ...names, row.at(-1) ?? ''];
  return [
    ...row.slice(0, -1),
    i % 110 === 7 ? rare.city : ['Ulm', 'Bern', 'Graz'][i % 3],
    i === 11 ? rare.job : i % 2 === 0 ? 'baker' : 'nurse',
    i === 23 ? rare.income : (2000 + ((i * 7919) % 5003) / 4).toFixed(2),
    i === 31 ? rare.debt : String(((i * 31) % 97) * 10),
    i === 47 ? rare.children : String(i % 4),
    i === 59 ? rare.born : `19${60 + (i % 30)}-0${1 + (i % 9)}-1${i % 5}`,
    `${rare.customer}${100000 + i * 37}`,
    `${rare.note} ${i * 13} und ${i * 17} Worte ${i}`,
    row.at(-1) ?? '',
  ];
});
const file = folder.file('private.csv', csv(table));
const out = join(folder.path, 'hidden');
let hidden: Run;

/** What a rare value may look like in a file: as in the table, as a number, with thousands, as a time. */
function spellings(name: keyof typeof rare): string[] {
  const value = rare[name];
  if (name === 'born') return [value, String(Date.parse(value))];
  const number = Number(value);
  if (Number.isNaN(number)) return [value];
  return [value, String(number), number.toLocaleString('en-US'), String(Math.abs(number))];
}

/** Where a spelling of a rare value stands. */
function leaks(text: string): string[] {
  return (Object.keys(rare) as (keyof typeof rare)[]).flatMap((name) =>
    spellings(name).filter((spelling) => appears(text, spelling)),
  );
}

/** Digits count only where they are not a part of a longer number. */
function appears(text: string, spelling: string): boolean {
  if (!/^[-\d]/.test(spelling)) return text.includes(spelling);
  return new RegExp(`(?<![\\d.])${RegExp.escape(spelling)}(?!\\d)`).test(text);
}

/** The numbers that a binary part holds as 32-bit floats of either byte order, as text. */
function holdsFloat(bytes: Buffer, value: number): boolean {
  const view = Buffer.alloc(8);
  view.writeFloatBE(value, 0);
  view.writeFloatLE(value, 4);
  return bytes.includes(view.subarray(0, 4)) || bytes.includes(view.subarray(4));
}

const train = (to: string, ...args: string[]): Promise<Run> =>
  verdict(['train', file, '--target', 'left', '--folds', '2', '--out', to, ...args]);

beforeAll(async () => {
  hidden = await train(out);
});

describe('values that fewer than five rows have', () => {
  it('are in the table that was read', () => {
    const seen = leaks(csv(table));
    for (const value of Object.values(rare)) expect(seen).toContain(value);
  });

  it('are neither in the summary nor in any file of text', () => {
    expect(hidden).toMatchObject({ status: 0, stderr: '' });
    const found = Object.fromEntries(
      [
        ['summary', hidden.stdout] as const,
        ...[...filesBelow(out)].map(([name, bytes]) => [name, bytes.toString()] as const),
      ]
        .filter(([name]) => !/\.(png|ubj)$/.test(name))
        .map(([name, text]) => [name, leaks(text)] as const)
        .filter(([, values]) => values.length > 0),
    );
    expect(found).toEqual({});
  });

  it('are not told by figures over numbers that are different in every row', () => {
    const incomes = table.slice(1).map((row) => row[table[0].indexOf('income')]);
    expect(new Set(incomes).size).toBe(incomes.length);
    const spelt = new Set(
      incomes.map((income) => String(Number(income))).filter((text) => text.includes('.')),
    );
    expect(spelt.size).toBeGreaterThan(200);
    const found = [...filesBelow(out)]
      .filter(([name]) => !/\.(png|ubj|svg|html)$/.test(name))
      .flatMap(([name, bytes]) =>
        (bytes.toString().match(/\d+\.\d+/g) ?? [])
          .filter((text) => spelt.has(text))
          .map((text) => `${text} in ${name}`),
      );
    expect(found).toEqual([]);
  });

  it('are not among the thresholds of the trees', () => {
    const trees = filesBelow(out).get('model/model.ubj') ?? Buffer.alloc(0);
    expect(trees.length).toBeGreaterThan(1000);
    expect([rare.income, rare.debt].filter((value) => holdsFloat(trees, Number(value)))).toEqual([]);
    expect(leaks(trees.toString('latin1'))).toEqual([]);
  });

  it('are not shown by looking into the table or the bundle', async () => {
    for (const path of [file, join(out, 'model')]) {
      for (const args of [[], ['--json']]) {
        const run = await verdict(['inspect', path, ...args]);
        expect(run.status).toBe(0);
        expect(leaks(run.stdout)).toEqual([]);
      }
    }
  });

  it('are kept on request: levels of categories get their own place', async () => {
    const to = join(folder.path, 'revealed');
    expect((await train(to, '--reveal-rare')).status).toBe(0);
    const files = filesBelow(to);
    expect(files.get('model/features.json')?.toString()).toContain(rare.job);
    expect(files.get('model/profile.json')?.toString()).toContain(rare.job);
    expect(filesBelow(out).get('model/features.json')?.toString()).not.toContain(rare.job);
  });
});
