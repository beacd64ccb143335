import type { DuckDBVector } from '@duckdb/node-api';
import { isMissing, isSlashedDate, parseDateTime, parseNumber } from '@verdict/core';
import type { Chunk } from './engine.ts';
import { Growing } from './growing.ts';
import type { SourceColumn } from './source.ts';
import { textOf } from './source.ts';
import { inlineBytes, textWords } from './vector-access.ts';

/**
 * Numbers the different texts of a column as they come. Texts of up to 12 bytes are found by their bytes,
 * without making a string of each cell.
 */
export class TextDictionary {
  readonly texts: string[] = [''];
  readonly counts: number[] = [0];
  readonly #long = new Map<string, number>();
  #keys = new Int32Array(4 * 64);
  #ids = new Int32Array(64);
  #short = 0;

  /** The number of the text in row `i` of a vector without nulls; 0 is the empty text. */
  idOf(vector: DuckDBVector, words: Int32Array, i: number): number {
    const length = words[4 * i];
    if (length === 0) return 0;
    if (length > inlineBytes) {
      const text = String(vector.getItem(i));
      const known = this.#long.get(text);
      if (known !== undefined) return known;
      const id = this.#add(text);
      this.#long.set(text, id);
      return id;
    }
    const a = words[4 * i + 1];
    const b = words[4 * i + 2];
    const c = words[4 * i + 3];
    let slot = this.#slot(length, a, b, c);
    for (let id = this.#ids[slot]; id !== 0; id = this.#ids[slot]) {
      const key = 4 * slot;
      if (
        this.#keys[key] === length &&
        this.#keys[key + 1] === a &&
        this.#keys[key + 2] === b &&
        this.#keys[key + 3] === c
      ) {
        return id;
      }
      slot = (slot + 1) & (this.#ids.length - 1);
    }
    const id = this.#add(String(vector.getItem(i)));
    this.#ids[slot] = id;
    this.#keys.set([length, a, b, c], 4 * slot);
    this.#short += 1;
    if (this.#short * 2 > this.#ids.length) this.#grow();
    return id;
  }

  #add(text: string): number {
    this.counts.push(0);
    return this.texts.push(text) - 1;
  }

  #slot(length: number, a: number, b: number, c: number): number {
    let hash = Math.imul(a ^ length, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13) ^ c, 0xc2b2ae3d);
    return (hash ^ (hash >>> 16)) & (this.#ids.length - 1);
  }

  #grow(): void {
    const keys = this.#keys;
    const ids = this.#ids;
    this.#keys = new Int32Array(keys.length * 2);
    this.#ids = new Int32Array(ids.length * 2);
    for (let old = 0; old < ids.length; old++) {
      if (ids[old] === 0) continue;
      const [length, a, b, c] = keys.subarray(4 * old, 4 * old + 4);
      let slot = this.#slot(length, a, b, c);
      while (this.#ids[slot] !== 0) slot = (slot + 1) & (this.#ids.length - 1);
      this.#ids[slot] = ids[old];
      this.#keys.set([length, a, b, c], 4 * slot);
    }
  }
}

/** Texts of a column, never null. */
export function presentText(column: SourceColumn): string {
  return `coalesce(${textOf(column)}, '')`;
}

const tried = 10_000;

/** Gathers a column as texts: a dictionary and a number for each row, in one pass. */
export class TextCollector {
  readonly kind = 'text';
  readonly expressions: readonly string[];
  readonly #limit: number;
  #storage: Growing<Int32Array> | undefined;
  #dictionary: TextDictionary | undefined = new TextDictionary();
  rows = 0;
  /** Of the rows after the dictionary was given up: */
  readonly beyond = { missing: 0, present: 0, numbers: 0, dateTimes: 0, slashedDates: 0, words: 0, leadingZeros: false };
  /** What the dictionary held when it was given up, by text. */
  before: ReadonlyMap<string, number> | undefined;

  /** @param limit different texts at which the dictionary is given up, and only facts are gathered */
  constructor(column: SourceColumn, store: boolean, limit: number) {
    this.expressions = [presentText(column)];
    this.#storage = store ? Growing.codes() : undefined;
    this.#limit = limit;
  }

  /** Undefined if there are too many different texts. */
  get dictionary(): TextDictionary | undefined {
    return this.#dictionary;
  }

  take(chunk: Chunk, first: number): void {
    const count = chunk.rowCount;
    this.rows += count;
    const vector = chunk.getColumnVector(first);
    const dictionary = this.#dictionary;
    if (dictionary === undefined) {
      this.#takeFacts(vector, count);
      return;
    }
    const words = textWords(vector);
    const room = this.#storage?.reserve(count);
    const { counts } = dictionary;
    for (let i = 0; i < count; i++) {
      const id = dictionary.idOf(vector, words, i);
      counts[id] += 1;
      if (room !== undefined) room[i] = id;
    }
    if (dictionary.texts.length <= this.#limit) return;
    this.before = new Map(dictionary.texts.map((text, id) => [text, counts[id]]));
    this.#dictionary = undefined;
    this.#storage = undefined;
  }

  /** How often each text occurs; what is known of it if the dictionary was given up. */
  countsByText(): ReadonlyMap<string, number> {
    const { before } = this;
    const dictionary = this.#dictionary;
    if (dictionary === undefined) return before ?? new Map();
    return new Map(dictionary.texts.map((text, id) => [text, dictionary.counts[id]]));
  }

  finish(keep: Uint32Array | undefined): Int32Array {
    if (this.#storage === undefined) throw new Error('The texts of this column were not kept.');
    return this.#storage.finish(keep);
  }

  #takeFacts(vector: DuckDBVector, count: number): void {
    const { beyond } = this;
    for (let i = 0; i < count; i++) {
      const text = String(vector.getItem(i));
      if (isMissing(text)) {
        beyond.missing += 1;
        continue;
      }
      beyond.present += 1;
      beyond.words += countWords(text);
      // Once most of many values are neither number nor date, the rest need not be tried.
      if ((beyond.present < tried || beyond.numbers * 2 > beyond.present) && parseNumber(text) !== undefined) {
        beyond.numbers += 1;
        if (/^\s*0\d+\s*$/.test(text)) beyond.leadingZeros = true;
      } else if ((beyond.present < tried || beyond.dateTimes * 2 > beyond.present) && parseDateTime(text) !== undefined) {
        beyond.dateTimes += 1;
      } else if ((beyond.present < tried || beyond.slashedDates * 2 > beyond.present) && isSlashedDate(text)) {
        beyond.slashedDates += 1;
      }
    }
  }
}

/** Words of a text, at most 64. */
export function countWords(text: string): number {
  return text.trim().split(/\s+/, 64).length;
}
