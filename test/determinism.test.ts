import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { writeTable } from '@verdict/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { filesBelow, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
// More rows than one batch of a tree's histogram, so that threads have something to share.
const rows = customers(1500, 3);
const table = folder.file('customers.csv', csv(rows));
let first: Map<string, Buffer>;

/** The files of the bundle that a run leaves. */
async function bundle(name: string, file: string, ...args: string[]): Promise<Map<string, Buffer>> {
  const out = join(folder.path, name);
  await succeeds(['train', file, '--target', 'left', '--folds', '2', '--out', out, ...args]);
  return filesBelow(join(out, 'model'));
}

/** Says which files differ instead of printing their bytes. */
function differing(a: Map<string, Buffer>, b: Map<string, Buffer>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => {
    const [one, other] = [a.get(name), b.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
}

beforeAll(async () => {
  first = await bundle('first', table, '--threads', '1');
});

describe('the bundle has the same bytes', () => {
  it('when the same command runs again, elsewhere', async () => {
    expect(differing(first, await bundle('second place/über', table, '--threads', '1'))).toEqual([]);
  });

  it.each(['2', '3'])('with %s threads', async (threads) => {
    expect(differing(first, await bundle(`threads-${threads}`, table, '--threads', threads))).toEqual([]);
  });

  it('when the same rows come as gzip, JSON lines or Parquet', async () => {
    const zipped = folder.file('zipped.csv.gz', gzipSync(csv(rows)));
    expect(differing(first, await bundle('gzip', zipped))).toEqual([]);

    const [header, ...body] = rows;
    const numbers = new Set(['age', 'calls']);
    const objects = body.map((row) =>
      Object.fromEntries(
        header.map((name, i) => [name, row[i] === '' ? null : numbers.has(name) ? Number(row[i]) : row[i]]),
      ),
    );
    const lines = folder.file('lines.jsonl', objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
    expect(differing(first, await bundle('jsonl', lines))).toEqual([]);

    const parquet = join(folder.path, 'rows.parquet');
    await writeTable(parquet, [
      header.map((name, i) =>
        numbers.has(name)
          ? {
              kind: 'number',
              name,
              values: Float64Array.from(body, (row) => (row[i] === '' ? NaN : Number(row[i]))),
            }
          : codes(
              name,
              body.map((row) => row[i]),
            ),
      ),
    ]);
    expect(differing(first, await bundle('parquet', parquet))).toEqual([]);
  });
});

describe('the bundle', () => {
  it('has other bytes with another seed', async () => {
    const other = differing(first, await bundle('seed', table, '--seed', '43'));
    expect(other).toContain('model.ubj');
    expect(other).toContain('manifest.json');
  });

  it('tells nothing of where, when and on what it was made', () => {
    const year = String(new Date().getFullYear());
    const run = JSON.parse(readFileSync(join(folder.path, 'first', 'performance_metrics.json'), 'utf8')).run;
    const traces = [folder.path, process.cwd(), 'customers.csv', run.startedAt.slice(0, 10), run.node];
    const host = new RegExp(`\\b${RegExp.escape(hostname())}\\b`);
    const patterns = [
      /"?(threads|seconds|startedAt|hostname|platform|cpuSeconds)"?\s*:/,
      new RegExp(`\\b${year}-\\d\\d-\\d\\dT`),
    ];
    const found: string[] = [];
    for (const [name, bytes] of first) {
      const text = bytes.toString('latin1');
      for (const trace of traces) if (text.includes(trace)) found.push(`${trace} in ${name}`);
      // A host may have a name as short as two letters, which bytes of numbers spell by chance.
      if (!name.endsWith('.ubj') && host.test(text)) found.push(`host name in ${name}`);
      for (const pattern of patterns) if (pattern.test(text)) found.push(`${pattern} in ${name}`);
    }
    expect(found).toEqual([]);
  });

  it('differs from run to run outside of model/ only: times are in performance_metrics.json', () => {
    const metrics = JSON.parse(readFileSync(join(folder.path, 'first', 'performance_metrics.json'), 'utf8'));
    expect(metrics.run.threads).toBe(1);
    expect(metrics.run.seconds).toBeGreaterThan(0);
    expect(Date.parse(metrics.run.startedAt)).not.toBeNaN();
  });
});

function codes(
  name: string,
  values: readonly string[],
): {
  kind: 'code';
  name: string;
  codes: Int32Array;
  levels: string[];
} {
  const levels = [...new Set(values)];
  return { kind: 'code', name, codes: Int32Array.from(values, (value) => levels.indexOf(value)), levels };
}
