import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectTable, openWriter, writeTable } from '../src/index.ts';
import type { OutputColumn } from '../src/index.ts';
import { errorOf, leftovers, testFolder } from './folder.ts';

const { path } = testFolder();

const batch: readonly OutputColumn[] = [
  { kind: 'number', name: 'p', values: Float64Array.of(0.1, NaN, -0, Infinity) },
  { kind: 'code', name: 'la,"bel"', codes: Int32Array.of(0, 1, -1, 2), levels: ['plain', 'a,"b"\nc', ' blank '] },
  { kind: 'number', name: 'flag', values: Float64Array.of(1, 0, NaN, 1), as: 'boolean' },
  { kind: 'number', name: 'day', values: Float64Array.of(0, NaN, 1000, -1), as: 'datetime' },
];
const csvRows =
  '0.1,plain,true,1970-01-01T00:00:00.000Z\n,"a,""b""\nc",false,\n-0,,,1970-01-01T00:00:01.000Z\nInfinity," blank ",true,1969-12-31T23:59:59.999Z\n';
const csvText = `p,"la,""bel""",flag,day\n${csvRows}`;

function sink(): { stream: Writable; text: () => string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

function failing(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });
}

describe('writeTable', () => {
  it('writes RFC 4180 CSV, with one header over all batches', async () => {
    await writeTable(path('a.csv'), [batch, batch]);
    expect(readFileSync(path('a.csv'), 'utf8')).toBe(csvText + csvRows);
  });

  it('writes TSV, JSON lines and gzip by extension', async () => {
    await writeTable(path('a.tsv'), [batch]);
    expect(readFileSync(path('a.tsv'), 'utf8').split('\n')[0]).toBe('p\t"la,""bel"""\tflag\tday');
    await writeTable(path('a.jsonl'), [batch]);
    const [first, second, , fourth] = readFileSync(path('a.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(first)).toEqual({ p: 0.1, 'la,"bel"': 'plain', flag: true, day: '1970-01-01T00:00:00.000Z' });
    expect(JSON.parse(second)).toMatchObject({ p: null, day: null });
    expect(JSON.parse(fourth)).toMatchObject({ p: 'Infinity' });
    await writeTable(path('a.csv.gz'), [batch]);
    expect(gunzipSync(readFileSync(path('a.csv.gz'))).toString()).toBe(csvText);
  });

  it('writes Parquet that reads as the same', async () => {
    await writeTable(path('a.parquet'), [batch, batch]);
    const { profile, source } = await inspectTable(path('a.parquet'), { revealRare: true });
    expect(source).toMatchObject({ format: 'parquet', rows: 8 });
    expect(profile.map(({ name, type, missing }) => [name, type, missing])).toEqual([
      ['p', 'numeric', 2],
      ['la,"bel"', 'category', 2],
      ['flag', 'boolean', 2],
      ['day', 'datetime', 2],
    ]);
    expect(profile[3]).toMatchObject({ min: -1, max: 1000 });
  });

  it('writes to a stream and leaves it open', async () => {
    const { stream, text } = sink();
    await writeTable(stream, [batch]);
    expect(text()).toBe(csvText);
    expect(stream.writableEnded).toBe(false);
    const json = sink();
    await writeTable(json.stream, [batch], { format: 'jsonl' });
    expect(json.text().split('\n')).toHaveLength(5);
    expect((await errorOf(writeTable(stream, [batch], { format: 'parquet' }))).code).toBe('INVALID_OPTION');
  });

  it('quotes a lone empty field, which would else be a blank line', async () => {
    await writeTable(path('lone.csv'), [[{ kind: 'code', name: 'c', codes: Int32Array.of(0, -1, 0), levels: ['x'] }]]);
    expect(readFileSync(path('lone.csv'), 'utf8')).toBe('c\nx\n""\nx\n');
    expect((await inspectTable(path('lone.csv'))).source.rows).toBe(3);
  });

  it('replaces a file only in the end, and leaves the old one and nothing else after a failure', async () => {
    const file = path('old.csv');
    writeFileSync(file, 'old');
    const writer = await openWriter(file);
    await writer.write(batch);
    expect(readFileSync(file, 'utf8')).toBe('old');
    await writer.abort();
    for (const name of ['old.csv', 'old.csv.gz', 'old.parquet', 'old.jsonl']) {
      async function* broken(): AsyncGenerator<readonly OutputColumn[]> {
        yield batch;
        await Promise.resolve();
        throw new Error('the source failed');
      }
      await expect(writeTable(path(name), broken())).rejects.toThrow('the source failed');
      const control = new AbortController();
      async function* stopped(): AsyncGenerator<readonly OutputColumn[]> {
        yield batch;
        control.abort();
        yield await Promise.resolve(batch);
      }
      expect((await errorOf(writeTable(path(name), stopped(), { signal: control.signal }))).code).toBe('INTERRUPTED');
    }
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(['old.csv.gz', 'old.parquet', 'old.jsonl'].filter((name) => existsSync(path(name)))).toEqual([]);
    expect(readdirSync(path('.')).filter((name) => name.includes('.part'))).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it('says what is wrong with the place', async () => {
    for (const name of ['none/a.csv', 'none/a.parquet', 'none/a.csv.gz']) {
      const error = await errorOf(writeTable(path(name), [batch]));
      expect(error.message).toContain('its folder does not exist');
    }
    mkdirSync(path('taken.csv'));
    expect((await errorOf(writeTable(path('taken.csv'), [batch]))).message).toContain('a file, not a folder');
    expect((await errorOf(writeTable(path('a.parquet.gz'), [batch]))).message).toContain('without .gz');
    expect((await errorOf(writeTable(path('empty.parquet'), []))).message).toContain('at least one batch');
  });

  it('says when the disk is full, or the reader has gone', async () => {
    const full = await errorOf(writeTable(failing('ENOSPC'), [batch, batch]));
    expect(full.code).toBe('OUT_OF_RESOURCES');
    expect((await errorOf(writeTable(failing('EPIPE'), [batch, batch]))).message).toContain('has ended');
  });

  it('removes what was written when a file may not grow', () => {
    // A limit on the size of files stands in for a full disk; only a shell can set it.
    const program = `import { writeTable } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      process.on('SIGXFSZ', () => undefined);
      const values = Float64Array.from({ length: 50000 }, (_, i) => Math.sin(i));
      const batch = [{ kind: 'number', name: 'x', values }];
      try { await writeTable(process.argv[1], [batch, batch, batch]); console.log('wrote'); }
      catch (error) { console.log(error.code); }`;
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 200; exec "$0" --input-type=module -e "$1" "$2"', process.execPath, program, path('limited.csv')],
      { encoding: 'utf8' },
    );
    expect(stdout.trim()).toBe('OUT_OF_RESOURCES');
    expect(readdirSync(path('.')).filter((name) => name.includes('limited'))).toEqual([]);
  });
});
