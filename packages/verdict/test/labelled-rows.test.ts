import type { Dataset, Schema } from '@verdict/core';
import { InsufficientData } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectLabelled, joinBatches, withTarget } from '../src/labelled-rows.ts';

const schema: Schema = {
  columns: [
    { name: 'age', type: 'numeric', role: 'feature', optional: true },
    { name: 'city', type: 'category', role: 'feature', optional: true },
    { name: 'paid', type: 'category', role: 'target', optional: true },
  ],
  target: { name: 'paid', positive: 'yes', negative: 'no' },
};

type Row = readonly [age: number, city: string | null, paid: 'yes' | 'no' | null];

/** One batch, with dictionaries of its own in order of appearance. */
function batchOf(rows: readonly Row[]): Dataset {
  const codes = (name: string, values: readonly (string | null)[]): Dataset['columns'][number] => {
    const levels = [...new Set(values.filter((value) => value !== null))];
    return {
      kind: 'code',
      name,
      codes: Int32Array.from(values, (v) => (v === null ? -1 : levels.indexOf(v))),
      levels,
    };
  };
  return {
    rowCount: rows.length,
    columns: [
      { kind: 'number', name: 'age', values: Float64Array.from(rows, (row) => row[0]) },
      codes(
        'city',
        rows.map((row) => row[1]),
      ),
      codes(
        'paid',
        rows.map((row) => row[2]),
      ),
    ],
  };
}

/** The rows of a dataset, with words instead of codes. */
function rowsOf({ rowCount, columns }: Dataset): Row[] {
  return Array.from({ length: rowCount }, (_, row) =>
    columns.map((column) =>
      column.kind === 'number' ? column.values[row] : (column.levels[column.codes[row]] ?? null),
    ),
  ) as unknown as Row[];
}

async function* stream(batches: readonly Row[][]): AsyncGenerator<Dataset> {
  for (const rows of batches) yield batchOf(rows);
}

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.oneof(fc.double({ noNaN: true }), fc.constant(NaN)),
  fc.option(fc.constantFrom('Köln', '東京', '', 'Rome'), { nil: null }),
  fc.option(fc.constantFrom<'yes' | 'no'>('yes', 'no'), { nil: null }),
);

describe('batches joined', () => {
  it('hold the rows of all batches in order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row), { minLength: 1, maxLength: 5 }), (batches) => {
        const joined = joinBatches(batches.map(batchOf));
        expect(rowsOf(joined)).toEqual(batches.flat());
        const cities = batches.flat().flatMap(([, city]) => (city === null ? [] : [city]));
        expect(joined.columns[1]).toMatchObject({ levels: [...new Set(cities)] });
      }),
    );
  });

  it('are empty when there are none', () => {
    expect(joinBatches([])).toEqual({ rowCount: 0, columns: [] });
  });

  it('must have columns of the same kind', () => {
    const number = batchOf([[1, 'Rome', 'yes']]);
    const swapped = { rowCount: 1, columns: number.columns.toReversed() };
    expect(() => joinBatches([number, swapped])).toThrow('column "paid" changes its kind between batches');
    expect(() => joinBatches([swapped, number])).toThrow('column "age" changes its kind between batches');
  });
});

describe('the labelled rows', () => {
  it('are those with a value in the target column', async () => {
    const collected = await collectLabelled(
      'late.csv',
      stream([
        [
          [1, 'Rome', 'yes'],
          [2, null, null],
        ],
        [[3, 'Oslo', null]],
        [
          [4, 'Oslo', null],
          [5, 'Oslo', 'no'],
        ],
      ]),
      schema,
    );
    expect(collected.unlabelled).toBe(3);
    expect(rowsOf(collected.dataset)).toEqual([
      [1, 'Rome', 'yes'],
      [5, 'Oslo', 'no'],
    ]);
  });

  it('are the batch itself when every row has one', () => {
    const batch = batchOf([[1, 'Rome', 'yes']]);
    expect(withTarget(batch, schema)).toEqual({ dataset: batch, unlabelled: 0 });
    expect(withTarget(batch, schema).dataset).toBe(batch);
  });

  it('are needed', async () => {
    const refused = collectLabelled('late.csv', stream([[[1, 'Rome', null]], []]), schema);
    await expect(refused).rejects.toThrow(InsufficientData);
    await expect(refused).rejects.toThrow(
      'late.csv: there is no row with a value in the target column "paid".',
    );
  });

  it('need a batch that was read with its target', () => {
    const { rowCount, columns } = batchOf([[1, 'Rome', 'yes']]);
    expect(() => withTarget({ rowCount, columns: columns.slice(0, 2) }, schema)).toThrow(TypeError);
  });
});
