import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Column } from '@verdict/core';
import { Interrupted, InvalidOption, OutOfResources, UnreadableFile } from '@verdict/core';
import { ParquetSink } from './parquet-sink.ts';
import { formatRows, header } from './text-format.ts';
import type { TextFormat } from './text-format.ts';

/** A column to be written: as in a dataset, or booleans as true and false, or times in ISO 8601. */
export type OutputColumn = Column & { readonly as?: 'boolean' | 'datetime' };

export interface WriteOptions {
  /** Default: by the extension of the path; CSV for a stream. */
  readonly format?: TextFormat | 'parquet';
  readonly signal?: AbortSignal | undefined;
}

/** Takes batches of the same columns, one after the other; nothing is at the path until `close`. */
export interface RowWriter {
  write(columns: readonly OutputColumn[]): Promise<void>;
  /** Ends the table and puts it in its place. */
  close(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

/**
 * Opens a table for writing: `.csv` (also any other extension), `.tsv`, `.jsonl`, `.ndjson`, `.json` (JSON
 * lines), each also with `.gz`, or `.parquet`. The rows go to a file beside the path, which is renamed in the
 * end; a stream, such as standard output, and a device or named pipe take them as they come. A link stays one:
 * the file that it leads to is replaced. Missing values are empty fields or null.
 *
 * @throws InvalidOption (the path is a folder, or cannot take the format), UnreadableFile (the folder does not exist or may not be written), OutOfResources
 * (disk full), Interrupted
 */
export async function openWriter(to: string | Writable, options: WriteOptions = {}): Promise<RowWriter> {
  if (typeof to !== 'string') {
    if (options.format === 'parquet') {
      throw new InvalidOption({ option: 'format', got: 'parquet', expected: 'csv, tsv or jsonl when writing to a stream' });
    }
    return new TextWriter(to, undefined, undefined, options.format ?? 'csv', options.signal);
  }
  const place = await placeOf(to);
  const name = to.toLowerCase();
  const format = options.format ?? formatOfName(name.replace(/\.gz$/, ''));
  const temporary = join(dirname(place.path), `.${basename(place.path)}.${process.pid}.part`);
  if (format === 'parquet') {
    if (name.endsWith('.gz')) {
      throw new InvalidOption({ option: 'out', got: to, expected: 'a Parquet file without .gz, since Parquet is compressed already' });
    }
    if (place.direct) {
      throw new InvalidOption({ option: 'out', got: to, expected: 'a regular file when writing Parquet' });
    }
    return new ParquetWriter(place.path, temporary, options.signal);
  }
  const file = createWriteStream(place.direct ? place.path : temporary);
  const failed = await new Promise<Error | undefined>((resolve) => {
    file.once('open', () => resolve(undefined));
    file.once('error', resolve);
  });
  if (failed !== undefined) throw translateWriteError(failed, to);
  const moved = place.direct ? undefined : { temporary, path: place.path };
  if (!name.endsWith('.gz')) return new TextWriter(file, file, moved, format, options.signal);
  const gzip = createGzip({ chunkSize: 1 << 16 });
  gzip.pipe(file);
  file.on('error', (error) => gzip.destroy(error));
  return new TextWriter(gzip, file, moved, format, options.signal);
}

/**
 * Where the rows of an output path go: the end of the links, and whether there is something that must be
 * written to and never be replaced, such as `/dev/null` or a named pipe.
 */
async function placeOf(to: string): Promise<{ path: string; direct: boolean }> {
  if (to === '' || /[\\/]$/.test(to)) {
    throw new InvalidOption({ option: 'out', got: to, expected: 'the path of a file' });
  }
  const found = await stat(to).catch(() => undefined);
  if (found === undefined) return { path: to, direct: false };
  if (found.isDirectory()) throw new InvalidOption({ option: 'out', got: to, expected: 'a file, not a folder' });
  if (!found.isFile()) return { path: to, direct: true };
  return { path: await realpath(to), direct: false };
}

/** Writes a whole table given as batches; removes what there is if anything fails on the way. */
export async function writeTable(
  to: string | Writable,
  batches: AsyncIterable<readonly OutputColumn[]> | Iterable<readonly OutputColumn[]>,
  options: WriteOptions = {},
): Promise<void> {
  const writer = await openWriter(to, options);
  try {
    for await (const batch of batches) await writer.write(batch);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function formatOfName(name: string): TextFormat | 'parquet' {
  if (name.endsWith('.parquet')) return 'parquet';
  if (/\.(jsonl|ndjson|json)$/.test(name)) return 'jsonl';
  return /\.(tsv|tab)$/.test(name) ? 'tsv' : 'csv';
}

class TextWriter implements RowWriter {
  readonly #stream: Writable;
  readonly #file: Writable | undefined;
  readonly #place: { temporary: string; path: string } | undefined;
  readonly #format: TextFormat;
  readonly #signal: AbortSignal | undefined;
  #error: Error | undefined;
  #started = false;
  readonly #fail = (error: Error): void => {
    this.#error ??= error;
  };

  constructor(
    stream: Writable,
    file: Writable | undefined,
    place: { temporary: string; path: string } | undefined,
    format: TextFormat,
    signal: AbortSignal | undefined,
  ) {
    this.#stream = stream;
    this.#file = file;
    this.#place = place;
    this.#format = format;
    this.#signal = signal;
    stream.on('error', this.#fail);
    file?.on('error', this.#fail);
  }

  async write(columns: readonly OutputColumn[]): Promise<void> {
    this.#check();
    if (!this.#started) {
      this.#started = true;
      const line = header(columns, this.#format);
      if (line !== '') await this.#put(line);
    }
    for (const text of formatRows(columns, this.#format)) await this.#put(text);
  }

  async close(): Promise<void> {
    this.#check();
    if (this.#file === undefined) {
      this.#stream.off('error', this.#fail);
      return;
    }
    this.#stream.end();
    try {
      await finished(this.#file);
    } catch (error) {
      this.#error ??= error as Error;
    }
    this.#check();
    if (this.#place === undefined) return;
    const { temporary, path } = this.#place;
    await rename(temporary, path).catch((error: unknown) => {
      throw translateWriteError(error, path);
    });
  }

  async abort(): Promise<void> {
    this.#stream.off('error', this.#fail);
    if (this.#file === undefined) return;
    // A destroyed stream may still report an error that nobody waits for any more.
    this.#stream.on('error', () => undefined);
    this.#file.on('error', () => undefined);
    this.#stream.destroy();
    this.#file.destroy();
    if (this.#place !== undefined) await rm(this.#place.temporary, { force: true });
  }

  #check(): void {
    if (this.#signal?.aborted === true) throw new Interrupted();
    if (this.#error !== undefined) throw translateWriteError(this.#error, this.#place?.path ?? 'standard output');
  }

  async #put(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.write(text, (error) => {
        if (error !== null && error !== undefined) this.#error ??= error;
        resolve();
      });
    });
    this.#check();
  }
}

class ParquetWriter implements RowWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #signal: AbortSignal | undefined;
  #sink: ParquetSink | undefined;
  #names: readonly string[] = [];

  constructor(path: string, temporary: string, signal: AbortSignal | undefined) {
    this.#path = path;
    this.#temporary = temporary;
    this.#signal = signal;
  }

  async write(columns: readonly OutputColumn[]): Promise<void> {
    await this.#try(async () => {
      this.#sink ??= await ParquetSink.open(columns, this.#signal);
      this.#names = columns.map(({ name }) => name);
      this.#sink.append(columns);
    });
  }

  async close(): Promise<void> {
    await this.#try(async () => {
      const sink = this.#sink;
      if (sink === undefined) {
        throw new InvalidOption({ option: 'columns', got: 'no batch', expected: 'at least one batch, which names the columns' });
      }
      await sink.save(this.#temporary, this.#names);
      this.#sink = undefined;
      await sink.close();
      await rename(this.#temporary, this.#path);
    });
  }

  async abort(): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    await sink?.close();
    await rm(this.#temporary, { force: true });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    if (this.#signal?.aborted === true) throw new Interrupted();
    try {
      await work();
    } catch (error) {
      throw translateWriteError(error, this.#path);
    }
  }
}

/** An error of the file system as one of the catalogue; others are passed on. */
function translateWriteError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const text = error instanceof Error ? error.message : '';
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || /no space left/i.test(text)) {
    return new OutOfResources({
      problem: `There is no space left to write ${path}.`,
      hint: 'Free some space, or write to another disk.',
      cause: error,
    });
  }
  if (code === 'EPIPE') {
    return new UnreadableFile({
      file: path,
      problem: 'the program that reads it has ended.',
      hint: 'Write to a file with --out instead.',
      cause: error,
    });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || /cannot open file.*no such file/i.test(text)) {
    return new UnreadableFile({ file: path, problem: 'its folder does not exist.', hint: `Make the folder ${dirname(path)} first.`, cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EISDIR' || code === 'ENOTEMPTY' || /permission denied/i.test(text)) {
    return new UnreadableFile({ file: path, problem: 'it may not be written.', hint: 'Check the permissions of the folder and the file.', cause: error });
  }
  return error;
}
