import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Engine } from '../src/engine.ts';
import { inspectTable, readTable, writeTable } from '../src/index.ts';
import { errorOf, leftovers, rowsWithTarget, testFolder } from './folder.ts';

const { path, write } = testFolder();
const target = { target: 'y' };

describe('files that cannot be read', () => {
  it('names the nearest files for one that is not there', async () => {
    write('customers.csv', 'a,y\n1,yes\n');
    const error = await errorOf(readTable(path('custmers.csv'), target));
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE', hint: 'Did you mean "customers.csv"?' });
    expect(error.message).toContain('custmers.csv');
    expect((await errorOf(readTable(path('no/such/folder/x.csv'), target))).hint).toContain('Check the path');
  });

  it('refuses a folder and a pattern that matches nothing', async () => {
    mkdirSync(path('folder'));
    expect((await errorOf(readTable(path('folder'), target))).message).toContain('this is a folder');
    expect((await errorOf(readTable(path('*.nothing'), target))).message).toContain('no file matches');
  });

  it('refuses what cannot be opened', async () => {
    symlinkSync(path('loop.csv'), path('loop.csv'));
    expect((await errorOf(readTable(path('loop.csv'), target))).message).toContain('cannot be opened');
  });

  it('says when the disk is too full to unpack, and removes what it wrote', () => {
    const file = write('wide.csv.gz', gzipSync(rowsWithTarget(40_000, { a: (row) => Math.sin(row) })));
    // A limit on the size of files stands in for a full disk; only a shell can set it.
    const program = `import { readTable } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      process.on('SIGXFSZ', () => undefined);
      await readTable(process.argv[1], { target: 'y' }).catch((error) => console.log(error.code, error.message));`;
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 200; exec "$0" --input-type=module -e "$1" "$2"', process.execPath, program, file],
      { encoding: 'utf8' },
    );
    expect(stdout).toContain('OUT_OF_RESOURCES There is no space left');
    expect(leftovers()).toEqual([]);
  });

  it('says when memory does not suffice', async () => {
    const engine = await Engine.create();
    try {
      await expect(engine.rows('SELECT 1')).rejects.toThrow('has not been started');
      await engine.start({ memoryLimit: 2 ** 20, threads: 1 });
      const error = await errorOf(engine.rows('SELECT list(range) FROM range(5000000)'));
      expect(error).toMatchObject({ code: 'OUT_OF_RESOURCES' });
      expect(error.message).toContain('does not fit into the memory');
    } finally {
      await engine.close();
    }
  });

  it('refuses a header that never ends', async () => {
    const error = await errorOf(readTable(write('endless.csv', '"a,y\n1,yes\n2,no\n'), target));
    expect(error.message).toMatch(/does not end|never closed/);
  });

  it('refuses an empty file, and one of blanks', async () => {
    for (const content of ['', '\n\n  \n', gzipSync('')]) {
      const error = await errorOf(readTable(write('empty.csv', content), target));
      expect(error).toMatchObject({ code: 'INSUFFICIENT_DATA' });
      expect(error.message).toContain('the file is empty');
    }
  });

  it('refuses a header without rows', async () => {
    const error = await errorOf(readTable(write('header.csv', 'a,y\n'), target));
    expect(error).toMatchObject({ code: 'INSUFFICIENT_DATA' });
    expect(error.message).toContain('no rows');
  });

  it.each([
    ['too few values', 'a,b,y\n1,2,yes\n3,4\n5,6,no\n', 2, 'expected 3 values as in the header, got 2'],
    ['too many values', 'a,b,y\n1,2,yes\n3,4,no\n5,6,7,8,no\n', 3, 'expected 3 values as in the header, got 5'],
    ['too few after quoted line ends', 'a,b,y\n"1\n\n1",2,yes\n3,4\n', 2, 'got 2'],
    ['text after a quotation mark', 'a,b,y\n1,2,yes\n"3"x,4,no\n', 2, 'text follows a closing quotation mark'],
    ['an open quotation mark', 'a,b,y\n1,2,yes\n3,"4,no\n5,6,yes\n', 2, 'never closed'],
  ])('places ragged rows: %s', async (_, content, row, problem) => {
    const error = await errorOf(readTable(write('ragged.csv', content), target));
    expect(error.code).toBe('UNREADABLE_FILE');
    expect(error.message).toContain(`ragged.csv, row ${row}: `);
    expect(error.message).toContain(problem);
  });

  it('places a ragged row deep in a large file', async () => {
    const lines = rowsWithTarget(80_000, { a: (i) => i / 3, b: (i) => `w${i % 9}` }).split('\n');
    lines[70_001] = '1,2';
    const error = await errorOf(readTable(write('deep.csv', lines.join('\n')), target));
    expect(error.message).toContain('row 70001: expected 3 values as in the header, got 2');
  });

  it('names byte and row of another encoding', async () => {
    const content = Buffer.from('name,y\nanna,yes\nrenée,no\nzoë,no\n', 'latin1');
    const error = await errorOf(readTable(write('latin.csv', content), target));
    expect(error.message).toContain(`row 2: byte ${content.indexOf(0xe9) + 1} (0xe9) is not UTF-8`);
    expect(error.hint).toContain('Latin-1');
    const last = await errorOf(readTable(write('last.csv', Buffer.from('y,name\nyes,a\nno,é', 'latin1')), target));
    expect(last.message).toContain('is not UTF-8');
    const head = await errorOf(readTable(write('head.csv', Buffer.from('y,naïve\nyes,a\nno,b\n', 'latin1')), target));
    expect(head.message).toContain('is not UTF-8');
  });

  it.each(['csv', 'jsonl'])('refuses a line of %s that hardly ends, wherever it is', async (format) => {
    const rows = format === 'csv' ? 'a,y\n1,yes\n2,no\n' : '{"a":1,"y":"yes"}\n{"a":2,"y":"no"}\n';
    for (const end of ['', '\n1,yes\n']) {
      const file = path(`endless.${format}`);
      writeFileSync(file, rows);
      for (let i = 0; i < 8; i++) appendFileSync(file, Buffer.alloc(8 << 20, '7'));
      appendFileSync(file, end);
      const error = await errorOf(inspectTable(file));
      expect(error.code).toBe('UNREADABLE_FILE');
      expect(error.message).toMatch(/the line at byte 16,777,217 goes on for more than 48 MB|the line at byte 1 /);
      rmSync(file);
    }
  });

  it('reads a very long line that comes late', async () => {
    const lines = rowsWithTarget(60_000, { a: (i) => i / 3, b: (i) => `w${i % 9}` }).split('\n');
    lines[50_001] = `0.5,${'z'.repeat(5_000_000)},no`;
    const { source, dataset } = await readTable(write('late.csv', lines.join('\n')), target);
    expect(source.rows).toBe(60_000);
    const [a, b] = dataset.columns;
    expect(a.kind === 'number' && a.values.every((value, i) => i === 50_000 || value === i / 3)).toBe(true);
    expect(b.kind === 'code' && b.levels[b.codes[50_000]].length).toBe(5_000_000);
  });

  it('refuses binary garbage', async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 13);
    expect((await errorOf(readTable(write('noise.csv', bytes), target))).message).toContain('binary bytes');
    expect((await errorOf(readTable(write('noise.parquet', bytes), target))).message).toContain('not a Parquet file');
  });

  it('refuses a cut or damaged gzip file', async () => {
    const whole = gzipSync(rowsWithTarget(2000, { a: (i) => Math.sin(i) }));
    expect((await errorOf(readTable(write('cut.csv.gz', whole.subarray(0, whole.length - 500)), target))).message).toContain('cut off');
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 2000, 2100);
    expect((await errorOf(readTable(write('damaged.csv.gz', damaged), target))).message).toMatch(/gzip file is damaged|cut off/);
  });

  it('refuses a cut or damaged Parquet file', async () => {
    const file = path('cut.parquet');
    const values = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    await writeTable(file, [[{ kind: 'number', name: 'x', values }]]);
    const whole = readFileSync(file);
    truncateSync(file, whole.length - 100);
    expect((await errorOf(inspectTable(file))).message).toContain('its end is missing');
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, damaged.length - 120, damaged.length - 20);
    const error = await errorOf(inspectTable(write('damaged.parquet', damaged)));
    expect(error.code).toBe('UNREADABLE_FILE');
    expect(error.message).toContain('cannot be read as Parquet');
  });

  it('places a line that is not JSON', async () => {
    const error = await errorOf(readTable(write('broken.jsonl', '{"a":1,"y":"yes"}\n{"a":2,"y":"no"}\n{"a":\n'), target));
    expect(error.message).toContain('broken.jsonl, row 3: this line is not whole JSON');
    const list = await errorOf(readTable(write('list.jsonl', '{"a":1,"y":"yes"}\n[1,2]\n'), target));
    expect(list.message).toContain('row 2: expected a JSON object');
  });

  it('refuses JSON keys that differ in case alone', async () => {
    const error = await errorOf(readTable(write('case.jsonl', '{"Age":1,"age":2,"y":"yes"}\n{"Age":3,"age":4,"y":"no"}\n'), target));
    expect(error.message).toContain('differ in case alone');
  });

  it('refuses parts of different columns or formats', async () => {
    write('p1.csv', 'a,y\n1,yes\n');
    write('p2.csv', 'b,y\n1,yes\n');
    const error = await errorOf(readTable(path('p?.csv'), target));
    expect(error.message).toContain('it lacks "a"; it adds "b".');
    write('q1.csv', 'a,y\n1,yes\n');
    write('q2.jsonl', '{"a":1,"y":"no"}\n');
    expect((await errorOf(readTable(path('q*'), target))).hint).toContain('same format');
  });

  it('stops when asked, before and during the work', async () => {
    const file = write('long.csv', rowsWithTarget(100_000, { a: (i) => i / 3, b: (i) => `w${i % 9}` }));
    expect((await errorOf(readTable(file, { ...target, signal: AbortSignal.abort() }))).code).toBe('INTERRUPTED');
    const control = new AbortController();
    const stopped = errorOf(readTable(file, { ...target, signal: control.signal, onProgress: () => control.abort() }));
    expect((await stopped).code).toBe('INTERRUPTED');
    expect(leftovers()).toEqual([]);
  });

  it('never shows the database’s text alone', async () => {
    for (const name of ['ragged.csv', 'latin.csv', 'damaged.parquet', 'broken.jsonl']) {
      const error = await errorOf(readTable(path(name), target));
      expect(error.message).not.toMatch(/^(Invalid Input|IO|Conversion|Parser|Binder) Error/);
      expect(error.message.startsWith(path(name))).toBe(true);
    }
  });
});
