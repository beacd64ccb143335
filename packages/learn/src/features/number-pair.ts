import type { Column } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';
import { toFloat32 } from './number-step.ts';
import { numberValues } from './step-kind.ts';
import type { RowStep } from './step-kind.ts';

// What steps over two numbers have in common. Both forms call the same function of two numbers, in double precision,
// where missing is NaN.

/** The two columns that a step reads. */
export type InputPair = readonly [first: string, second: string];

/** A feature of two number columns. */
export function pairColumn(columns: readonly Column[], of: (a: number, b: number) => number): Float32Array[] {
  const first = numberValues(columns[0]);
  const second = numberValues(columns[1]);
  const out = new Float32Array(first.length);
  for (let row = 0; row < out.length; row++) out[row] = feature(of(first[row], second[row]));
  return [out];
}

/** The same for one row. */
export function pairRow(
  slots: readonly number[],
  offset: number,
  of: (a: number, b: number) => number,
): RowStep {
  const [first, second] = slots;
  return (row, target) => {
    target[offset] = feature(of(row.numbers[first], row.numbers[second]));
  };
}

/** A number as a feature. There are many NaN; only one may come out, so that rows and batches agree in every bit. */
export function feature(value: number): number {
  return Number.isNaN(value) ? NaN : toFloat32(value);
}

/** Reads the names of two different columns from JSON that is not trusted. */
export function parsePair(cursor: JsonCursor): InputPair {
  const [first, second] = cursor.array(2).map((name) => name.string());
  if (first === undefined || second === undefined) return cursor.fail('expected two columns');
  return first === second ? cursor.fail('the two columns are the same') : [first, second];
}
