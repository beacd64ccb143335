// Random tables for property tests: every column type, with the values that break encoders.
import * as fc from 'fast-check';
import type { ColumnSchema, ColumnType, Dataset, Schema } from '@verdict/core';

/** One cell as a record would hold it, before it becomes a dataset's number or code. */
export type Cell = number | string | null;

export interface Table {
  readonly types: readonly ColumnType[];
  readonly rows: readonly (readonly Cell[])[];
}

const oddNumbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e-45,
  5e-324,
  -1e-40,
  3.4028234663852886e38,
  3.5e38,
  -1e39,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Infinity,
  -Infinity,
  16_777_217,
  9_007_199_254_740_992,
];

const number = fc.oneof(
  fc.constantFrom(...oddNumbers),
  fc.double({ noNaN: true }),
  fc.integer({ min: -9, max: 9 }),
);

const moment = fc.oneof(
  fc.constantFrom(0, -1, 8.64e15, -8.64e15, -62_135_596_800_000, 951_782_400_000, 1_709_164_800_000),
  fc.integer({ min: -2_208_988_800_000, max: 4_102_444_800_000 }),
);

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'B', 'é', '日本', '😀', '\ud83d', ' a ', '__proto__') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'NA', 'null', 'constructor') },
);

const cells: Record<ColumnType, fc.Arbitrary<Cell>> = {
  numeric: number,
  integer: fc.oneof(fc.integer(), fc.constantFrom(2 ** 53 - 1, -(2 ** 40))),
  boolean: fc.constantFrom(0, 1),
  datetime: moment,
  category: text,
  text,
  identifier: text,
  constant: fc.constantFrom('only', 'other'),
};

/** Rows of the given column types; about a tenth of the cells is missing. */
export function tableOf(
  types: readonly ColumnType[],
  size: { minLength?: number; maxLength?: number } = {},
): fc.Arbitrary<Table> {
  const row = fc.tuple(...types.map((type) => fc.option(cells[type], { freq: 10, nil: null })));
  return fc.array(row, { minLength: 0, maxLength: 40, ...size }).map((rows) => ({ types, rows }));
}

/** The schema of such a table: columns c0, c1, …, all of them optional features. */
export function schemaOf(types: readonly ColumnType[], change: Partial<ColumnSchema> = {}): Schema {
  return {
    columns: types.map((type, i) => ({ name: `c${i}`, type, role: 'feature', optional: true, ...change })),
    target: { name: 'target', positive: 'yes', negative: 'no' },
  };
}

/** The table in memory. Dictionaries hold levels in order of appearance. */
export function datasetOf({ types, rows }: Table): Dataset {
  return {
    rowCount: rows.length,
    columns: types.map((type, i) => {
      const name = `c${i}`;
      if (['numeric', 'integer', 'boolean', 'datetime'].includes(type))
        return { kind: 'number', name, values: Float64Array.from(rows, (row) => (row[i] ?? NaN) as number) };
      const levels = [...new Set(rows.map((row) => row[i]).filter((cell) => cell !== null))] as string[];
      return {
        kind: 'code',
        name,
        codes: Int32Array.from(rows, (row) => levels.indexOf(row[i] as string)),
        levels,
      };
    }),
  };
}

/** One row of the table as a program gives it. */
export function recordOf({ types, rows }: Table, index: number): Record<string, unknown> {
  return Object.fromEntries(
    types.map((type, i) => {
      const cell = rows[index][i];
      if (cell === null) return [`c${i}`, null];
      if (type === 'boolean') return [`c${i}`, cell === 1];
      return [`c${i}`, type === 'datetime' ? new Date(cell as number) : cell];
    }),
  );
}

/** The bits of floats, since `toEqual` takes every NaN for equal but not 0 for -0. */
export function bits(values: Float32Array | Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
}
