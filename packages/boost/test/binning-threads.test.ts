import { describe, expect, it } from 'vitest';
import { Interrupted, InvalidOption, InvalidValue } from '@verdict/core';
import { binMatrix, binMatrixAsync } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { makeData, numericMatrix } from './support/made-data.ts';
import { startedThreads } from './support/started-threads.ts';

/** Both of cells enough for eight threads: 262,144 are worth one. */
const tables: Record<string, Matrix> = {
  'of many rows': makeData({ rows: 530_000, numeric: 3, categories: [5], missing: 0.05 }).matrix,
  'of many columns': makeData({ rows: 1500, numeric: 1400, categories: [3, 300], missing: 0.02 }).matrix,
};

describe.each(Object.keys(tables))('a table %s', (name) => {
  const matrix = tables[name];
  const weights = Float32Array.from({ length: matrix.rowCount }, (_, row) => 0.1 + (row % 7) / 3);
  const alone = binMatrix(matrix);

  it('has the same bins with any number of threads', async () => {
    for (const threads of [2, 3, 8]) {
      const { started, result } = await startedThreads(() => binMatrix(matrix, { threads }));
      expect(started).toBe(threads - 1);
      expect(result).toStrictEqual(alone);
    }
    expect(binMatrix(matrix, { threads: 2, weights })).toStrictEqual(binMatrix(matrix, { weights }));
  });

  it('has the same bins when the event loop runs meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const binned = await binMatrixAsync(matrix, { threads: 2 });
    clearInterval(timer);
    expect(binned).toStrictEqual(alone);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('binning beside other work', () => {
  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const binning = binMatrixAsync(tables['of many rows'], { threads: 1, signal: controller.signal });
    controller.abort();
    await expect(binning).rejects.toThrow(Interrupted);
  });

  it('leaves other jobs alone that come between', async () => {
    const matrix = tables['of many rows'];
    const [one, other] = await Promise.all([
      binMatrixAsync(matrix, { threads: 1 }),
      binMatrixAsync(numericMatrix(matrix.columns.slice(0, 2)), { threads: 1 }),
    ]);
    expect(one).toStrictEqual(binMatrix(matrix));
    expect(other).toStrictEqual(binMatrix(numericMatrix(matrix.columns.slice(0, 2))));
  });

  it('rejects with the errors of binning', async () => {
    const codes = { ...numericMatrix([Float32Array.of(0.5)]), featureTypes: ['c'] as const };
    await expect(binMatrixAsync(codes)).rejects.toThrow(InvalidValue);
    await expect(binMatrixAsync(codes, { threads: 0 })).rejects.toThrow(InvalidOption);
    await expect(binMatrixAsync(numericMatrix([]))).resolves.toMatchObject({ columns: [], storage: [] });
  });
});
