import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { InvalidModel, UnreadableFile } from '@verdict/core';
import { JsonCursor } from '../json/json-cursor.ts';
import { parseJsonBytes } from '../json/json-text.ts';
import { parseTrial, trialRecord } from './trial-record.ts';
import type { Trial } from './trial.ts';

/** What a journal belongs to: texts (hashes, names, numbers) by what they describe. */
export type JournalScope = Readonly<Record<string, string>>;

/** The trials of one evaluation, by its number. */
export type JournalEntries = ReadonlyMap<number, readonly Trial[]>;

/** What a new journal keeps beside its scope. */
export interface JournalBeginning {
  /** How far back trials look, see `visibilityLag`; a search that goes on looks as far as the one that it goes on with. */
  readonly lag: number;
  /** Plain JSON. */
  readonly note?: object | undefined;
}

/** What a file holds. */
interface Contents {
  /** Undefined without a whole line. */
  readonly lag: number | undefined;
  readonly entries: JournalEntries;
  /** The line of each evaluation. */
  readonly lines: ReadonlyMap<number, number>;
  /** Where the last whole line ends. */
  readonly bytes: number;
}

const FORMAT = 'verdict-search-journal';
const VERSION = 3;
/** Longest line that is read, in bytes: the margins of fifty million rows. */
const MOST_LINE = 256 * 1024 * 1024;
const MOST_EVALUATIONS = 10_000_000;
const MOST_LAG = 65_536;
const CHUNK = 1024 * 1024;
const LINE_FEED = 10;
const START_OVER = 'Start over without --resume: the journal is then replaced.';
const NO_JOURNAL = {
  problem: 'the file is no journal of a search.',
  hint: 'Something else has made it: move it away, or choose another folder with --out.',
};

/**
 * The finished trials of a search in a file of JSON lines that is only ever added to, each line synced to the disk
 * before the next trial is counted as finished. The first line says what the search is of, and what was found before
 * it began.
 */
export class Journal {
  readonly #file: string;
  readonly #descriptor: number;
  /** What the file held when it was opened. */
  readonly entries: JournalEntries;
  /** How far back trials look. */
  readonly lag: number;
  readonly #lines: ReadonlyMap<number, number>;

  private constructor(
    file: string,
    descriptor: number,
    { entries, lines }: Pick<Contents, 'entries' | 'lines'>,
    lag: number,
  ) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.entries = entries;
    this.lag = lag;
    this.#lines = lines;
  }

  /** The line of the file that tells of an evaluation, from 1. */
  lineOf(evaluation: number): number | undefined {
    return this.#lines.get(evaluation);
  }

  /**
   * Opens a journal. A last line that is torn, as a killed process leaves it, is dropped.
   *
   * @param resume true to go on with what the file holds, if it exists; false to begin anew: a new file then takes the
   * place of an earlier journal, so that a search that still writes into that one does not write into this one
   * @param beginning what a new journal keeps beside its scope
   * @throws UnreadableFile; InvalidModel if the file is no journal, is damaged before its last line, or belongs to
   * another search
   */
  static open(
    file: string,
    scope: JournalScope,
    trialsEach: number,
    resume: boolean,
    { lag, note }: JournalBeginning,
  ): Journal {
    const descriptor = openFile(file, resume);
    try {
      const { bytes, ...contents } = readEntries(file, descriptor, scope, trialsEach);
      const header = { format: FORMAT, version: VERSION, scope, lag, note: note ?? null };
      if (bytes === 0) checkBeginning(file, descriptor, scope);
      ftruncateSync(descriptor, bytes);
      const journal = new Journal(file, descriptor, contents, contents.lag ?? lag);
      if (bytes === 0) {
        journal.#write(header);
        syncFolder(dirname(file));
      }
      return journal;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /**
   * The note of a journal, to be checked; undefined if there is none to go on with, or what is there is no journal,
   * which opening it says.
   *
   * @throws UnreadableFile
   */
  static noteOf(file: string): JsonCursor | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      return refuseFile(file, 'opened', cause);
    }
    try {
      if (!fstatSync(descriptor).isFile()) return undefined;
      const [line] = linesOf(file, descriptor);
      if (line === undefined) return undefined;
      const cursor = new JsonCursor(parseJsonBytes(line, file, { maxBytes: MOST_LINE }), file, 'line 1');
      if (!isHeader(cursor.raw) || cursor.peek('version').raw !== VERSION) return undefined;
      const note = cursor.peek('note');
      return note.raw === null ? undefined : note;
    } catch (error) {
      if (error instanceof InvalidModel) return undefined;
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Adds an evaluation that is finished; it is on the disk when this returns. */
  append(evaluation: number, trials: readonly Trial[]): void {
    this.#write({ evaluation, trials: trials.map(trialRecord) });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(line: object): void {
    try {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
      fsyncSync(this.#descriptor);
    } catch (cause) {
      refuseFile(this.#file, 'written', cause);
    }
  }
}

function openFile(file: string, resume: boolean): number {
  try {
    return resume ? openToAdd(file) : openAnew(file);
  } catch (cause) {
    if (cause instanceof InvalidModel) throw cause;
    return refuseFile(file, 'opened', cause);
  }
}

/** Adding: whatever else happens, what is there is not written over. */
function openToAdd(file: string): number {
  const descriptor = openSync(file, 'a+');
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return refuseForeign(file);
}

function openAnew(file: string): number {
  requireJournal(file);
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(fresh, 'ax+');
  try {
    renameSync(fresh, file);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** Only a journal, or the beginning of one, may be replaced. */
function requireJournal(file: string): void {
  let descriptor: number;
  try {
    // A pipe must not be waited for: nobody could interrupt that.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    if (!fstatSync(descriptor).isFile()) refuseForeign(file);
    const wanted = Buffer.from(`{"format":${JSON.stringify(FORMAT)}`);
    const found = Buffer.alloc(wanted.length);
    const count = readSync(descriptor, found, 0, found.length, 0);
    if (found.subarray(0, count).equals(wanted.subarray(0, count))) return;
  } finally {
    closeSync(descriptor);
  }
  refuseForeign(file);
}

function refuseForeign(file: string): never {
  throw new InvalidModel({
    file,
    problem: 'the file is no journal of a search, and would be replaced by one.',
    hint: 'Move it away, or choose another folder with --out.',
  });
}

function refuseFile(file: string, verb: string, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  throw new UnreadableFile({
    file,
    problem: `the journal of the search cannot be ${verb} (${code}).`,
    hint: 'Choose a folder that can be written to and has room.',
    cause,
  });
}

/** Makes the name of a new file last as well; where folders cannot be synced, there is nothing to do. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    return;
  }
}

/** Reads and checks all lines. */
function readEntries(file: string, descriptor: number, scope: JournalScope, trialsEach: number): Contents {
  const entries = new Map<number, readonly Trial[]>();
  const lines = new Map<number, number>();
  let lag: number | undefined;
  let bytes = 0;
  let number = 0;
  let broken: { readonly line: number; readonly cause: unknown } | undefined;
  for (const line of linesOf(file, descriptor)) {
    number++;
    // Only the last line may be torn.
    if (broken !== undefined) refuseLine(file, broken.line, broken.cause);
    let value: unknown;
    try {
      value = parseJsonBytes(line, file, { maxBytes: MOST_LINE });
    } catch (cause) {
      if (number === 1) throw new InvalidModel({ file, ...NO_JOURNAL, cause });
      broken = { line: number, cause };
      continue;
    }
    const cursor = new JsonCursor(value, file, `line ${number}`);
    if (number === 1) lag = checkHeader(file, cursor, scope);
    else {
      const entry = cursor.object(['evaluation', 'trials']);
      const evaluation = entry.evaluation.integer({ min: 0, max: MOST_EVALUATIONS });
      const earlier = lines.get(evaluation);
      if (earlier !== undefined) {
        cursor.fail(
          `evaluation ${evaluation} is told of a second time, first in line ${earlier}`,
          `Each is written once: the journal was changed. Delete one of the two lines, or: ${START_OVER}`,
        );
      }
      lines.set(evaluation, number);
      const records = entry.trials.array(trialsEach);
      if (records.length !== trialsEach) entry.trials.fail(`expected ${trialsEach} trials`);
      entries.set(
        evaluation,
        records.map((record, i) => parseTrial(record, evaluation * trialsEach + i)),
      );
    }
    bytes += line.length + 1;
  }
  return { lag, entries, lines, bytes };
}

/** A file without a whole line is a journal only if it begins as one: a file of something else is not cut off. */
function checkBeginning(file: string, descriptor: number, scope: JournalScope): void {
  const wanted = Buffer.from(JSON.stringify({ format: FORMAT, version: VERSION, scope }).slice(0, -1));
  const found = Buffer.alloc(wanted.length);
  const count = readSync(descriptor, found, 0, found.length, 0);
  if (found.subarray(0, count).equals(wanted.subarray(0, count))) return;
  throw new InvalidModel({ file, ...NO_JOURNAL });
}

function refuseLine(file: string, line: number, cause: unknown): never {
  throw new InvalidModel({
    file,
    problem: `line ${line} of the journal is damaged.`,
    hint: 'Delete the lines from there on, or the file to start over.',
    cause,
  });
}

/** What to do where a part of the scope differs. */
const hints: Readonly<Record<string, string>> = {
  'Verdict version': 'Another version has written it.',
  data: 'It is of another table, or of other rows, columns or folds of it. Give the same table and options as for the search that was interrupted, or another folder with --out.',
};

function isHeader(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'format' in raw && raw.format === FORMAT;
}

/** @returns how far back trials look */
function checkHeader(file: string, cursor: JsonCursor, scope: JournalScope): number {
  if (!isHeader(cursor.raw)) throw new InvalidModel({ file, ...NO_JOURNAL });
  if (cursor.peek('version').raw !== VERSION) {
    cursor.fail(`the journal has another format than version ${VERSION}`, START_OVER);
  }
  const header = cursor.object(['format', 'version', 'scope', 'lag', 'note']);
  const found = header.scope.object(Object.keys(scope));
  for (const [name, wanted] of Object.entries(scope)) {
    const got = found[name].string();
    if (got === wanted) continue;
    const shown = wanted.length > 60 || got.length > 60 ? '' : ` (${got} there, ${wanted} here)`;
    header.scope.fail(
      `the journal belongs to a search whose ${name} differs${shown}`,
      `${hints[name] ?? 'Give the same options as for the search that was interrupted.'} ${START_OVER}`,
    );
  }
  return header.lag.integer({ min: 1, max: MOST_LAG });
}

/** The whole lines of a file, without their line feeds; what follows the last line feed is torn. */
function* linesOf(file: string, descriptor: number): Generator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK);
  let parts: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; length <= MOST_LINE;) {
    let count = 0;
    try {
      count = readSync(descriptor, chunk, 0, CHUNK, at);
    } catch (cause) {
      refuseFile(file, 'read', cause);
    }
    if (count === 0) return;
    at += count;
    let begin = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0 && end < count; end = chunk.indexOf(LINE_FEED, begin)) {
      yield Buffer.concat([...parts, chunk.subarray(begin, end)]);
      parts = [];
      length = 0;
      begin = end + 1;
    }
    parts.push(chunk.slice(begin, count));
    length += count - begin;
  }
  throw new InvalidModel({ file, problem: 'a line of the journal is too long.', hint: START_OVER });
}
