import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InsufficientData, Interrupted, OutOfResources, UnreadableFile } from '@verdict/core';
import type { Engine } from './engine.ts';
import { guessEncoding } from './encoding.ts';
import { openStreamInput } from './stream-input.ts';

/** A file that DuckDB can read as it is: UTF-8 text that is not compressed, or Parquet. */
export interface PreparedFile {
  /** What the user calls it. */
  readonly label: string;
  /** Where it lies: the user's own file, or a copy in the engine's folder. */
  readonly path: string;
  readonly format: FileFormat;
  /** Bytes of the user's file. */
  readonly bytes: number;
  /** True if the name says that tabs part the values. */
  readonly tabs: boolean;
}

export type FileFormat = 'csv' | 'jsonl' | 'parquet';

const lookSize = 1 << 16;

/** Unpacks and transcodes a file into the engine's folder where needed, and finds its format. */
export async function prepareFile(engine: Engine, file: string, index: number): Promise<PreparedFile> {
  const label = file === '-' ? 'standard input' : file;
  let path = file;
  const stream = await openStreamInput(file);
  if (stream !== undefined) {
    path = join(engine.directory, `input-${index}`);
    await copy(engine, stream, [withoutBinaryHead(label)], path, label);
  }
  const bytes = (await stat(path)).size;
  let head = await readHead(path, label);
  let name = label.toLowerCase();
  if (isGzip(head)) {
    name = name.replace(/\.gz$/, '');
    refuseBinary(await unpackedHead(path), label);
    const plain = join(engine.directory, `plain-${index}`);
    await copy(engine, createReadStream(path, { highWaterMark: 1 << 20 }), [createGunzip({ chunkSize: 1 << 20 })], plain, label);
    path = plain;
    head = await readHead(path, label);
  }
  if (head.length === 0) {
    throw new InsufficientData({ file: label, problem: 'the file is empty.', hint: 'Give a file with a header line and rows.' });
  }
  if (isMagic(head) || name.endsWith('.parquet')) {
    await checkParquet(path, label, head);
    return { label, path, format: 'parquet', bytes, tabs: false };
  }
  const encoding = guessEncoding(head);
  refuseBinary(head, label);
  if (encoding !== 'utf-8') {
    const plain = join(engine.directory, `text-${index}`);
    const decoder = new TextDecoder(encoding);
    const decode = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        done(null, decoder.decode(chunk, { stream: true }));
      },
      flush(done) {
        done(null, decoder.decode());
      },
    });
    await copy(engine, createReadStream(path, { highWaterMark: 1 << 20 }), [decode], plain, label);
    path = plain;
    head = await readHead(path, label);
  }
  return { label, path, format: textFormat(name, head), bytes, tabs: /\.(tsv|tab)$/.test(name) };
}

/** Passes a stream on whose beginning may be a table: one of binary bytes might never end, and fill the disk. */
function withoutBinaryHead(label: string): Transform {
  let begun = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // A few bytes, as somebody types them, do not tell.
      const telling = !begun && chunk.length >= 1024 && !isGzip(chunk);
      begun = true;
      try {
        if (telling) refuseBinary(chunk, label);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Bytes that are neither text nor the beginning of a Parquet file are no table. */
function refuseBinary(head: Uint8Array, label: string): void {
  if (isMagic(head) || guessEncoding(head) !== 'binary') return;
  throw new UnreadableFile({
    file: label,
    problem: 'this is not a text table: it holds binary bytes.',
    hint: 'Give CSV, TSV, JSON lines or Parquet; export spreadsheets as CSV first.',
  });
}

/** What a gzip file begins with when it is unpacked: enough to see that unpacking all of it is worthwhile. */
async function unpackedHead(path: string): Promise<Uint8Array> {
  const packed = createReadStream(path);
  const plain = packed.pipe(createGunzip({ chunkSize: lookSize }));
  try {
    for await (const piece of plain) return piece as Uint8Array;
  } catch {
    // What is wrong with the file is told by unpacking all of it.
  } finally {
    packed.destroy();
  }
  return new Uint8Array(0);
}

/** By extension, otherwise by the first character. */
function textFormat(name: string, head: Uint8Array): FileFormat {
  if (/\.(jsonl|ndjson|json)$/.test(name)) return 'jsonl';
  if (/\.(csv|tsv|tab)$/.test(name)) return 'csv';
  const start = new TextDecoder().decode(head.subarray(0, 1024)).trimStart();
  return start.startsWith('{') || start.startsWith('[{') ? 'jsonl' : 'csv';
}

function isMagic(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && String.fromCharCode(...bytes.subarray(0, 4)) === 'PAR1';
}

/** A whole Parquet file begins and ends with its four magic bytes. */
async function checkParquet(path: string, label: string, head: Uint8Array): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
    if (isMagic(head) && isMagic(buffer) && size >= 12) return;
  } finally {
    await file.close();
  }
  throw new UnreadableFile({
    file: label,
    problem: isMagic(head) ? 'the Parquet file is cut off: its end is missing.' : 'this is not a Parquet file.',
    hint: isMagic(head) ? 'Copy or download it again.' : 'Correct the extension, or export the table again.',
  });
}

async function readHead(path: string, label: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(lookSize), 0, lookSize, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UnreadableFile({
      file: label,
      problem: 'it cannot be opened.',
      hint: 'Check the file and its permissions.',
      cause: error,
    });
  }
}

async function copy(engine: Engine, from: Readable, through: Transform[], to: string, label: string): Promise<void> {
  try {
    await pipeline([from, ...through, createWriteStream(to)], engine.signal === undefined ? {} : { signal: engine.signal });
  } catch (error) {
    if (engine.signal?.aborted === true) throw new Interrupted();
    if (error instanceof UnreadableFile) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
      throw new OutOfResources({
        problem: `There is no space left in ${engine.directory} to unpack ${label}.`,
        hint: 'Free some space, or set TMPDIR to a folder on a larger disk.',
        cause: error,
      });
    }
    const cut = code === 'Z_BUF_ERROR';
    const broken = code?.startsWith('Z_') === true;
    throw new UnreadableFile({
      file: label,
      problem: cut ? 'the gzip file is cut off.' : broken ? 'the gzip file is damaged.' : 'it cannot be read.',
      hint: broken ? 'Copy or download it again.' : 'Check the file and its permissions.',
      cause: error,
    });
  }
}
