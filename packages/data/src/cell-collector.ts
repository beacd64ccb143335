import type { Chunk } from './engine.ts';
import { Growing } from './growing.ts';
import type { SourceColumn } from './source.ts';
import { presentText } from './text-collector.ts';

/** Gathers a column of very many different texts as numbers, cell by cell. */
export class CellCollector {
  readonly kind = 'cell';
  readonly expressions: readonly string[];
  readonly #parse: (text: string) => number | undefined;
  readonly #storage = Growing.numbers();
  /** The first value that is not of the type: its row from 1 and its text. */
  stray: { row: number; text: string } | undefined;

  /** @param parse a text's number, NaN if it is missing, undefined if it is not of the type */
  constructor(column: SourceColumn, parse: (text: string) => number | undefined) {
    this.expressions = [presentText(column)];
    this.#parse = parse;
  }

  take(chunk: Chunk, first: number): void {
    const vector = chunk.getColumnVector(first);
    const before = this.#storage.length;
    const room = this.#storage.reserve(chunk.rowCount);
    for (let i = 0; i < chunk.rowCount; i++) {
      const text = String(vector.getItem(i));
      const value = this.#parse(text);
      room[i] = value ?? NaN;
      if (value === undefined) this.stray ??= { row: before + i + 1, text };
    }
  }

  finish(keep: Uint32Array | undefined): Float64Array {
    return this.#storage.finish(keep);
  }
}
