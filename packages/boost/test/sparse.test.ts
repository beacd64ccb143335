import { assert, array, boolean, float, property, uniqueArray, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidOption, Random } from '@verdict/core';
import { binMatrix, columnsFromColumns, columnsFromRows, trainSync } from '../src/index.ts';
import type { CompressedMatrix, Matrix, MatrixColumn, SparseColumn } from '../src/index.ts';
import { columnBins } from '../src/storage.ts';
import { numericMatrix } from './support/made-data.ts';

function dense(columns: readonly SparseColumn[], rowCount: number): Matrix {
  return numericMatrix(
    columns.map(({ indices, values }) => {
      const column = new Float32Array(rowCount);
      values.forEach((value, i) => (column[indices[i]] = value));
      return column;
    }),
  );
}

function sparse(columns: readonly SparseColumn[], rowCount: number): Matrix<MatrixColumn> {
  return { ...dense(columns, rowCount), columns };
}

/** Columns of which `share` of the rows are listed, with the values that `make` draws. */
function drawColumns(
  rowCount: number,
  makers: readonly { readonly share: number; readonly make: (random: Random) => number }[],
): SparseColumn[] {
  const random = new Random(31);
  return makers.map(({ share, make }) => {
    const indices = Uint32Array.from({ length: rowCount }, (_, row) => row).filter(
      () => random.float() < share,
    );
    return { indices, values: Float32Array.from(indices, () => make(random)) };
  });
}

const makers = [
  { share: 0.01, make: () => 1 },
  { share: 0.02, make: (random: Random) => random.normal() },
  { share: 0.05, make: (random: Random) => random.integer(4) - 1 },
  { share: 0.03, make: (random: Random) => (random.float() < 0.2 ? NaN : Infinity) },
  { share: 0.7, make: (random: Random) => random.normal() },
  { share: 1, make: (random: Random) => random.normal() },
  { share: 0, make: () => 0 },
  { share: 0.02, make: () => NaN },
  { share: 0.5, make: (random: Random) => Math.exp(5 * random.normal()) },
  { share: 0.9, make: () => -2.5 },
];

describe('sparse columns', () => {
  const rowCount = 60_000;
  const columns = drawColumns(rowCount, makers);
  const labels = Float32Array.from({ length: rowCount }, (_, row) => ((row * 7919) % 3 === 0 ? 1 : 0));
  columns[1].indices.forEach((row, i) => (labels[row] = columns[1].values[i] > 0 ? 1 : 0));

  it.each([256, 9])('are binned as dense ones are, max_bin %i', (maxBin) => {
    const one = binMatrix(sparse(columns, rowCount), { maxBin });
    const other = binMatrix(dense(columns, rowCount), { maxBin });
    expect(one.columns).toStrictEqual(other.columns);
    for (const f of columns.keys()) expect(columnBins(one, f)).toStrictEqual(columnBins(other, f));
  });

  it('are binned as dense ones are with weights', () => {
    // Whole numbers: their sums are exact in any order.
    const weights = Float32Array.from(labels, (_, row) => (row * 31) % 17);
    const one = binMatrix(sparse(columns, rowCount), { weights });
    expect(one.columns).toStrictEqual(binMatrix(dense(columns, rowCount), { weights }).columns);
  });

  it('train the same model and are predicted the same', () => {
    const options = { rounds: 5 };
    const [one, other] = [sparse(columns, rowCount), dense(columns, rowCount)].map(
      (matrix) => trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 5 }, options).booster,
    );
    expect(one.toUbj()).toStrictEqual(other.toUbj());
    const expected = other.predictMargin(dense(columns, rowCount));
    expect(one.predictMargin(sparse(columns, rowCount))).toStrictEqual(expected);
    expect(one.predictBinned(binMatrix(sparse(columns, rowCount)))).toStrictEqual(expected);
    const few = drawColumns(40, makers);
    expect(one.contributions(sparse(few, 40))).toStrictEqual(one.contributions(dense(few, 40)));
    expect(one.predictMargin(sparse(few, 40))).toStrictEqual(one.predictMargin(dense(few, 40)));
  });

  it('may hold categories', () => {
    const codes = { indices: Uint32Array.of(1, 3), values: Float32Array.of(2, NaN) };
    const matrix = { ...sparse([codes], 5), featureTypes: ['c'] as const };
    const binned = binMatrix(matrix);
    expect([...binned.columns[0].codes]).toStrictEqual([0, 2]);
    expect([...columnBins(binned, 0)]).toStrictEqual([0, 1, 0, 2, 0]);
  });

  it.each<[string, SparseColumn, string]>([
    ['more indices', { indices: Uint32Array.of(0, 1), values: Float32Array.of(1) }, 'as many'],
    ['a row too far', { indices: Uint32Array.of(0, 5), values: Float32Array.of(1, 1) }, 'below 5'],
    ['a negative row', { indices: Int32Array.of(-1), values: Float32Array.of(1) }, 'below 5'],
    ['a row twice', { indices: Uint32Array.of(2, 2), values: Float32Array.of(1, 1) }, 'ascending'],
    ['rows out of order', { indices: Uint32Array.of(2, 1), values: Float32Array.of(1, 1) }, 'ascending'],
  ])('are refused with %s', (_, column, expected) => {
    const fail = (): unknown => binMatrix(sparse([column], 5));
    expect(fail).toThrow(InvalidOption);
    expect(fail).toThrow(expected);
  });
});

describe('a table of 99 % zeros', () => {
  const rowCount = 20_000;
  const columnCount = 100;
  /** One column of the hundred in every row: none meets another. */
  const exclusive = (): SparseColumn[] => {
    const random = new Random(41);
    const chosen = Uint8Array.from({ length: rowCount }, () => random.integer(columnCount));
    return Array.from({ length: columnCount }, (_, f) => {
      const indices = Uint32Array.from(chosen.keys()).filter((row) => chosen[row] === f);
      return { indices, values: new Float32Array(indices.length).fill(1) };
    });
  };
  /** The same share of each column, in any rows, of which the first is common to all. */
  const meeting = (count: number, rows: number, make: (random: Random) => number): SparseColumn[] =>
    drawColumns(
      rows,
      Array.from({ length: count }, () => ({ share: 0.01, make })),
    ).map(({ indices, values }) =>
      indices[0] === 0
        ? { indices, values }
        : { indices: Uint32Array.of(0, ...indices), values: Float32Array.of(1, ...values) },
    );

  it.each<[string, SparseColumn[], number]>([
    ['of indicators that exclude one another: one byte a row', exclusive(), 1],
    ['of indicators that meet: eight to a byte', meeting(columnCount, rowCount, () => 1), 13],
    [
      'of three values that meet: five to a byte',
      meeting(columnCount, rowCount, (random) => 1 + random.integer(2)),
      20,
    ],
    [
      'of numbers that meet: a byte each, as if it were dense',
      meeting(columnCount, rowCount, (random) => random.normal()),
      100,
    ],
  ])('%s', (_, columns, bytes) => {
    const listed = columns.reduce((sum, { indices }) => sum + indices.length, 0);
    expect(listed / (rowCount * columnCount)).toBeCloseTo(0.01, 3);
    const [one, other] = [sparse(columns, rowCount), dense(columns, rowCount)].map((matrix) =>
      binMatrix(matrix),
    );
    for (const { storage } of [one, other]) {
      expect(storage.reduce((sum, { bins }) => sum + bins.byteLength, 0)).toBe(bytes * rowCount);
    }
    expect(one).toStrictEqual(other);
    const labels = new Float32Array(rowCount);
    for (const { indices } of columns.slice(0, 30)) for (const row of indices) labels[row] = 1;
    const [mine, theirs] = [one, other].map(
      (binned) => trainSync({ binned, labels }, { max_depth: 4 }, { rounds: 8 }).booster,
    );
    expect(mine.toUbj()).toStrictEqual(theirs.toUbj());
    expect(mine.trees[0].lefts.length).toBeGreaterThan(5);
    const margins = theirs.predictMargin(dense(columns, rowCount));
    expect(mine.predictMargin(sparse(columns, rowCount))).toStrictEqual(margins);
    expect(mine.predictBinned(one)).toStrictEqual(margins);
  });

  it('of few rows joins no bytes', () => {
    expect(
      binMatrix(
        sparse(
          meeting(20, 5000, () => 1),
          5000,
        ),
      ).storage,
    ).toHaveLength(20);
  });
});

describe('columns of another kind', () => {
  it.each<[string, unknown, string]>([
    ['a list', [1, 2, 3], 'Array'],
    ['doubles', Float64Array.of(1, 2, 3), 'Float64Array'],
    ['nothing', null, 'Null'],
    ['a text', 'abc', 'String'],
    ['a list of rows', { indices: [0], values: Float32Array.of(1) }, 'Array'],
    ['values that are doubles', { indices: Uint32Array.of(0), values: Float64Array.of(1) }, 'Float64Array'],
  ])('are refused: %s', (_, column, got) => {
    const matrix = { ...numericMatrix([new Float32Array(3)]), columns: [column as Float32Array] };
    expect(() => binMatrix(matrix)).toThrow(InvalidOption);
    expect(() => binMatrix(matrix)).toThrow(got);
  });
});

describe('compressed matrices', () => {
  it('give their columns, by rows and by columns', () => {
    const cells = uniqueArray(integer({ min: 0, max: 34 }), { maxLength: 35 });
    assert(
      property(
        cells,
        array(float({ noNaN: true }), { minLength: 35, maxLength: 35 }),
        boolean(),
        (places, values, wide) => {
          const [rowCount, columnCount] = wide ? [5, 7] : [7, 5];
          const table = new Float32Array(35);
          for (const place of places) table[place] = values[place];
          const expected = Array.from({ length: columnCount }, (_, f) =>
            Float32Array.from({ length: rowCount }, (__, row) => table[row * columnCount + f]),
          );
          const listed = places.toSorted((a, b) => a - b);
          const rows = columnsFromRows({
            rowCount,
            columnCount,
            starts: Uint32Array.from(
              { length: rowCount + 1 },
              (_, row) => listed.filter((place) => place < row * columnCount).length,
            ),
            indices: Uint32Array.from(listed, (place) => place % columnCount),
            values: Float32Array.from(listed, (place) => table[place]),
          });
          expect(dense(rows, rowCount).columns).toStrictEqual(expected);
          const down = listed.toSorted((a, b) => (a % columnCount) - (b % columnCount) || a - b);
          const columns = columnsFromColumns({
            rowCount,
            columnCount,
            starts: Int32Array.from(
              { length: columnCount + 1 },
              (_, f) => down.filter((place) => place % columnCount < f).length,
            ),
            indices: Int32Array.from(down, (place) => Math.floor(place / columnCount)),
            values: Float32Array.from(down, (place) => table[place]),
          });
          expect(dense(columns, rowCount).columns).toStrictEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  const sound: CompressedMatrix = {
    rowCount: 2,
    columnCount: 3,
    starts: Uint32Array.of(0, 2, 3),
    indices: Uint32Array.of(0, 2, 1),
    values: Float32Array.of(1, 2, 3),
  };

  it.each<[string, Partial<CompressedMatrix>]>([
    ['a wrong number of starts', { starts: Uint32Array.of(0, 3) }],
    ['starts that do not begin at 0', { starts: Uint32Array.of(1, 2, 3) }],
    ['starts that do not end with the entries', { starts: Uint32Array.of(0, 2, 2) }],
    ['starts that fall', { starts: Int32Array.of(0, 5, 3) }],
    ['starts that are not whole', { starts: Float64Array.of(0, 1.5, 3) }],
    ['an index too large', { indices: Uint32Array.of(0, 3, 1) }],
    ['a negative index', { indices: Int32Array.of(0, -1, 1) }],
    ['more values than indices', { values: new Float32Array(4) }],
    ['an entry twice', { indices: Uint32Array.of(2, 2, 1) }],
    ['half a row', { rowCount: 1.5 }],
  ])('are refused with %s', (_, change) => {
    expect(() => columnsFromRows({ ...sound, ...change })).toThrow(InvalidOption);
  });

  it('may be empty', () => {
    const nothing = { starts: new Uint32Array(1), indices: new Uint32Array(0), values: new Float32Array(0) };
    expect(columnsFromRows({ rowCount: 0, columnCount: 2, ...nothing }).length).toBe(2);
    expect(columnsFromColumns({ rowCount: 4, columnCount: 0, ...nothing })).toStrictEqual([]);
  });
});
