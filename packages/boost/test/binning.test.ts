import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix } from '../src/index.ts';
import { columnBins } from '../src/storage.ts';
import { numericMatrix, range } from './support/made-data.ts';

/** How much of the weight each bin of the first column holds, as a share. */
function shares(values: Float32Array, maxBin: number, weights?: Float32Array): number[] {
  const binned = binMatrix(numericMatrix([values]), { maxBin, ...(weights && { weights }) });
  const sums = new Array<number>(binned.columns[0].valueBins).fill(0);
  let total = 0;
  const bins = columnBins(binned, 0);
  values.forEach((_, i) => {
    sums[bins[i]] += weights?.[i] ?? 1;
    total += weights?.[i] ?? 1;
  });
  return sums.map((sum) => sum / total);
}

describe('bins', () => {
  const random = new Random(12);
  const normal = Float32Array.from(range(20000), () => random.normal());

  it('hold equal shares of a column of many values', () => {
    const parts = shares(normal, 65);
    expect(parts.length).toBe(64);
    for (const part of parts) expect(Math.abs(part * 64 - 1)).toBeLessThan(1 / 8);
  });

  it('hold equal shares of the weight', () => {
    const weights = normal.map((value) => (value > 1 ? 20 : 0.1));
    const parts = shares(normal, 65, weights);
    expect(parts.length).toBe(64);
    for (const part of parts) expect(Math.abs(part * 64 - 1)).toBeLessThan(1 / 8);
  });

  it('are the values themselves where these are few, half-way between them', () => {
    const [column] = binMatrix(numericMatrix([Float32Array.of(3, 1, 1, 8, 3)])).columns;
    expect([...column.cuts]).toStrictEqual([2, 5.5]);
    expect(column.hasMissing).toBe(false);
  });

  it('give values that outweigh a bin hardly any neighbours', () => {
    const values = Float32Array.from(normal, (value, i) => (i % 2 === 0 ? 0 : value));
    const binned = binMatrix(numericMatrix([values]), { maxBin: 17 });
    const bins = columnBins(binned, 0);
    const bin = bins[0];
    const others = values.filter((value, i) => bins[i] === bin && value !== 0).length;
    // At most half a bin of lighter neighbours may lie with it.
    expect(others).toBeLessThan(10000 / 16 / 2);
    expect(binned.columns[0].valueBins).toBe(16);
  });

  it('order the rows as the values do', () => {
    const values = Float32Array.from(range(500), () => random.integer(1000) / 7);
    const bins = columnBins(binMatrix(numericMatrix([values]), { maxBin: 40 }), 0);
    const order = [...range(500)].sort((a, b) => values[a] - values[b]);
    expect(order.every((row, i) => i === 0 || bins[row] >= bins[order[i - 1]])).toBe(true);
  });

  it('take missing values beside a cut that parts them from all others', () => {
    const [column] = binMatrix(numericMatrix([Float32Array.of(NaN, 1, 2)])).columns;
    expect(column.hasMissing).toBe(true);
    expect([...column.cuts]).toStrictEqual([1.5, 3.4028234663852886e38]);
  });

  it('keep the heaviest categories apart and pool the others', () => {
    const codes = Float32Array.of(7, 7, 7, 2, 2, 9, 4, NaN);
    const matrix = { ...numericMatrix([codes]), featureTypes: ['c'] as const };
    const binned = binMatrix(matrix, { maxBin: 4 });
    const { columns } = binned;
    expect([...columns[0].codes]).toStrictEqual([2, 7, 4, 9]);
    expect([...columns[0].codeStarts]).toStrictEqual([0, 1, 2, 4]);
    expect([...columnBins(binned, 0)]).toStrictEqual([1, 1, 1, 0, 0, 2, 2, 3]);
    const weights = Float32Array.of(0, 0, 0, 0, 0, 5, 4, 1);
    expect([...binMatrix(matrix, { maxBin: 4, weights }).columns[0].codes]).toStrictEqual([4, 9, 2, 7]);
  });

  it('survive rows of no weight', () => {
    const weights = new Float32Array(20000);
    expect(shares(normal, 9).length).toBe(8);
    expect(
      binMatrix(numericMatrix([normal]), { maxBin: 9, weights }).columns[0].valueBins,
    ).toBeLessThanOrEqual(8);
  });
});
