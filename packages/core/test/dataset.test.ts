import { describe, expect, it } from 'vitest';
import type { Dataset } from '@verdict/core';
import { columnTypes, findColumn, isNumberType, takeRows } from '@verdict/core';

const dataset: Dataset = {
  rowCount: 3,
  columns: [
    { kind: 'number', name: 'age', values: Float64Array.of(30, Number.NaN, 50) },
    { kind: 'code', name: 'plan', codes: Int32Array.of(1, -1, 0), levels: ['basic', 'pro'] },
  ],
};

describe('Dataset', () => {
  it('finds columns by name', () => {
    expect(findColumn(dataset, 'plan')?.kind).toBe('code');
    expect(findColumn(dataset, 'Plan')).toBeUndefined();
  });

  it('takes rows in the order asked for, repeated or none', () => {
    const taken = takeRows(dataset, Uint32Array.of(2, 0, 2));
    expect(taken.rowCount).toBe(3);
    expect(taken.columns[0]).toMatchObject({ values: Float64Array.of(50, 30, 50) });
    expect(taken.columns[1]).toMatchObject({ codes: Int32Array.of(0, 1, 0), levels: ['basic', 'pro'] });
    expect(takeRows(dataset, new Uint32Array(0)).rowCount).toBe(0);
  });
});

describe('column types', () => {
  it('stores four of them as numbers', () => {
    expect(columnTypes.filter(isNumberType)).toEqual(['numeric', 'integer', 'boolean', 'datetime']);
  });
});
