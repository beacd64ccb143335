import { isMissing, parseNumber } from '@verdict/core';
import type { Chunk } from './engine.ts';
import { DistinctCounter } from './distinct-counter.ts';
import { Growing } from './growing.ts';
import type { SourceColumn } from './source.ts';
import { numberOf } from './source.ts';
import { textWords, vectorItems } from './vector-access.ts';

const hopelessAfter = 1000;
const scratch = new Float64Array(1);
const scratchHalves = new Int32Array(scratch.buffer);

/** Gathers a column as numbers, with what all its rows say about it, in one pass. */
export class NumberCollector {
  readonly kind = 'number';
  readonly expressions: readonly string[];
  readonly #storage: Growing<Float64Array> | undefined;
  readonly #distinct = new DistinctCounter();
  readonly #text: boolean;
  rows = 0;
  numbers = 0;
  missing = 0;
  infinite = 0;
  min = Infinity;
  max = -Infinity;
  integral = true;
  leadingZeros = false;
  /** Values that are neither numbers nor missing. */
  strays = 0;

  constructor(column: SourceColumn, store: boolean) {
    this.#storage = store ? Growing.numbers() : undefined;
    this.#text = column.kind === 'text';
    const { sql } = column;
    const value = numberOf(column);
    // Texts that DuckDB does not read as a number, or that may be codes such as 0123, come along as they are.
    const odd = `${value} IS NULL OR (${sql} >= '00' AND ${sql} < '0:')`;
    this.expressions = [
      `coalesce(${value}, CAST('nan' AS DOUBLE))`,
      ...(this.#text ? [`CASE WHEN ${odd} THEN coalesce(${sql}, '') ELSE '' END`] : []),
    ];
  }

  /** True if the column must be read as text: not all its values are numbers, or some are codes. */
  get isWordy(): boolean {
    return this.strays > 0 || this.leadingZeros;
  }

  get distinct(): { count: number; exact: boolean } {
    return { count: Math.min(this.#distinct.count, this.numbers), exact: this.#distinct.isExact };
  }

  take(chunk: Chunk, first: number): void {
    const count = chunk.rowCount;
    this.rows += count;
    const items = vectorItems(chunk.getColumnVector(first));
    const halves = new Int32Array(items.buffer, items.byteOffset, count * 2);
    const texts = this.#text ? chunk.getColumnVector(first + 1) : undefined;
    const words = texts === undefined ? undefined : textWords(texts);
    const room = this.#storage?.reserve(count);
    for (let i = 0; i < count; i++) {
      let value = items[i];
      let low = halves[2 * i];
      let high = halves[2 * i + 1];
      if (texts !== undefined && words !== undefined && words[4 * i] !== 0) {
        value = this.#interpret(String(texts.getItem(i)));
        scratch[0] = value;
        [low, high] = scratchHalves;
      }
      if (Number.isNaN(value)) {
        // NaN has many bit patterns; one is kept, so that bytes can be compared and hashed.
        if (room !== undefined) room[i] = NaN;
        this.missing += 1;
        continue;
      }
      if (room !== undefined) room[i] = value;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (this.integral && Math.trunc(value) !== value) this.integral = false;
      if (value === Infinity || value === -Infinity) this.infinite += 1;
      this.#distinct.add(low, high);
    }
    this.numbers = this.rows - this.missing;
  }

  /** All values in one array, without giving them up. */
  peek(): Float64Array {
    if (this.#storage === undefined) throw new Error('The values of this column were not kept.');
    return this.#storage.copy();
  }

  finish(keep: Uint32Array | undefined): Float64Array {
    if (this.#storage === undefined) throw new Error('The values of this column were not kept.');
    return this.#storage.finish(keep);
  }

  #interpret(text: string): number {
    if (this.strays > hopelessAfter) return NaN;
    const value = isMissing(text) ? NaN : parseNumber(text);
    if (value === undefined) {
      this.strays += 1;
      return NaN;
    }
    if (/^0\d+$/.test(text.trim())) this.leadingZeros = true;
    return value;
  }
}
