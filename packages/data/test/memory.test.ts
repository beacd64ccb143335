import { totalmem } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectTable, readTable, scanTable, writeTable } from '../src/index.ts';
import { freeMemory, parseFreeSwap, requireMemory } from '../src/memory.ts';
import { Source } from '../src/source.ts';
import { errorOf, leftovers, rowsWithTarget, testFolder } from './folder.ts';

const { path, write } = testFolder();
const base = 150e6;

async function estimated(file: string): Promise<number> {
  const source = await Source.open(file, {});
  try {
    return await source.estimateRows();
  } finally {
    await source.close();
  }
}

const columns = { a: (row: number) => row * 1.25, b: (row: number) => `level ${row % 7}`, c: (row: number) => row % 100 };
const text = rowsWithTarget(20_000, columns);

describe('the rows of a file are estimated', () => {
  it('from lines of texts, unpacked where they are packed', async () => {
    const files = [
      write('rows.csv', text),
      write('rows.csv.gz', gzipSync(text)),
      write('rows.jsonl', Array.from({ length: 20_000 }, (_, row) => `${JSON.stringify({ a: row, b: 'x'.repeat(row % 50) })}\n`).join('')),
    ];
    for (const file of files) {
      const rows = await estimated(file);
      expect(rows).toBeGreaterThan(19_000);
      expect(rows).toBeLessThan(20_600);
    }
  });

  it('rather too low than too high, when values hold line ends or lines grow', async () => {
    const broken = rowsWithTarget(5000, { a: () => `"${'line\n'.repeat(20)}"`, b: (row) => row });
    expect(await estimated(write('broken.csv', broken))).toBeLessThan(5300);
    const growing = rowsWithTarget(20_000, { a: (row) => 'w'.repeat(1 + Math.floor(row / 100)), b: (row) => row });
    expect(await estimated(write('growing.csv', growing))).toBeLessThan(20_600);
    expect(await estimated(write('one.csv', 'a,b'))).toBe(0);
  });

  it('exactly in Parquet, and as a sum over files', async () => {
    for (const part of [0, 1]) {
      const values = Float64Array.from({ length: 3000 + part }, (_, row) => row / 2);
      await writeTable(path(`part-${part}.parquet`), [[{ kind: 'number', name: 'x', values }]]);
    }
    expect(await estimated(path('part-*.parquet'))).toBe(6001);
  });
});

describe('a table that does not fit', () => {
  // 20,000 rows of two numbers, a text and the target.
  const needed = 20_000 * (8 + 4 + 8 + 4);

  it('is refused before it is read, with what is needed and what is there', async () => {
    const file = write('large.csv.gz', gzipSync(text));
    const error = await errorOf(readTable(file, { target: 'y', memory: base + needed * 0.9 }));
    expect(error.code).toBe('OUT_OF_RESOURCES');
    expect(error.message).toMatch(/large\.csv\.gz does not fit into memory: (19|20),\d{3} rows .* 4 columns need about 0\.15 GB, and 0\.15 GB can be used/);
    expect(error.hint).toMatch(/sample.*--drop.*predict.*--memory/s);
    expect((await errorOf(inspectTable(file, { memory: base + needed * 0.9 }))).code).toBe('OUT_OF_RESOURCES');
    expect(leftovers()).toEqual([]);
    expect((await readTable(file, { target: 'y', memory: base + needed * 1.1 })).source.rows).toBe(20_000);
  });

  it('counts what the caller will need, and not what is left out', async () => {
    const file = write('work.csv', text);
    const options = { target: 'y', memory: base + needed * 1.1 };
    expect((await errorOf(readTable(file, { ...options, bytesPerValue: 4 }))).code).toBe('OUT_OF_RESOURCES');
    const table = await readTable(file, { ...options, bytesPerValue: 4, drop: ['a'], roles: { b: 'ignored' } });
    expect(table.source.rows).toBe(20_000);
  });

  it('does not count texts that all differ: no more than a few are kept', async () => {
    const keys = rowsWithTarget(20_000, { key: (row) => `k${row}-${row * 7}`, a: (row) => row / 3 });
    const file = write('keys.csv', keys);
    expect((await readTable(file, { target: 'y', memory: base + 20_000 * 13 })).source.rows).toBe(20_000);
  });

  it('is scanned whatever its length, unless the caller keeps its rows', async () => {
    const file = write('scan.csv', text);
    const { schema } = await readTable(file, { target: 'y' });
    let rows = 0;
    for await (const batch of scanTable(file, schema, { memory: 1 })) rows += batch.rowCount;
    expect(rows).toBe(20_000);
    for (const kept of [{ bytesPerRow: 100 }, { bytesPerValue: 30 }]) {
      const scan = scanTable(file, schema, { ...kept, memory: base + 1e6 });
      expect((await errorOf(scan.next())).message).toMatch(/does not fit into memory/);
    }
  });
});

describe('the memory of the machine', () => {
  it('is more than nothing and no more than there is', () => {
    expect(freeMemory()).toBeGreaterThan(2 ** 26);
    expect(freeMemory()).toBeLessThanOrEqual(2 * totalmem() + 2 ** 40);
    const need = { label: 'x', rows: 1e9, columns: 1e6 };
    expect(() => requireMemory({ ...need, bytes: 1e18 })).toThrow(/1,000,000,000 rows .* need about 1000000000 GB|1\.00e\+9 GB/);
    expect(() => requireMemory({ ...need, bytes: 1000 })).not.toThrow();
  });

  it('counts swap that nothing uses', () => {
    expect(parseFreeSwap('MemTotal:  100 kB\nSwapTotal:      2048 kB\nSwapFree:        1024 kB\n')).toBe(2 ** 20);
    expect(parseFreeSwap('MemTotal:  100 kB\n')).toBe(0);
  });
});
