import { Random } from '@verdict/core';
import type { FeatureType, Matrix } from '../../src/index.ts';

/** A made table with numbers, whole numbers, categories and gaps, and labels that depend on all of them. */
export interface MadeData {
  readonly matrix: Matrix;
  readonly labels: Float32Array;
}

export interface MadeOptions {
  readonly rows: number;
  readonly numeric?: number;
  readonly categories?: readonly number[];
  readonly missing?: number;
  readonly seed?: number;
  /** A few categories have most of the rows. */
  readonly skewed?: boolean;
}

export function makeData(options: MadeOptions): MadeData {
  const { rows, numeric = 4, categories = [], missing = 0, seed = 1, skewed = false } = options;
  const random = new Random(seed, 'made');
  const columns: Float32Array[] = [];
  const types: FeatureType[] = [];
  for (let f = 0; f < numeric; f++) {
    types.push(f % 3 === 2 ? 'int' : 'q');
    columns.push(
      Float32Array.from({ length: rows }, () =>
        random.float() < missing ? NaN : f % 3 === 2 ? random.integer(12) : random.normal(),
      ),
    );
  }
  for (const levels of categories) {
    types.push('c');
    const draw = (): number => (skewed ? Math.floor(levels * random.float() ** 3) : random.integer(levels));
    columns.push(Float32Array.from({ length: rows }, () => (random.float() < missing ? NaN : draw())));
  }
  const labels = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    let margin = -0.3;
    columns.forEach((column, f) => {
      const value = column[i];
      if (Number.isNaN(value)) margin += 0.4;
      else if (types[f] === 'c') margin += (value * 7) % 3 === 0 ? 0.9 : -0.4;
      else margin += types[f] === 'int' ? 0.1 * (value - 5) : Math.sin(2 * value) * (f === 0 ? 1.5 : 0.5);
    });
    labels[i] = random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  return {
    matrix: { rowCount: rows, columns, featureNames: columns.map((_, f) => `x${f}`), featureTypes: types },
    labels,
  };
}

/** The values of one row in the order of the columns. */
export function rowOf(matrix: Matrix, row: number): Float32Array {
  return Float32Array.from(matrix.columns, (column) => column[row]);
}

/** A matrix of numeric columns. */
export function numericMatrix(columns: readonly Float32Array[]): Matrix {
  return {
    rowCount: columns.length > 0 ? columns[0].length : 0,
    columns,
    featureNames: columns.map((_, f) => `x${f}`),
    featureTypes: columns.map(() => 'q'),
  };
}

/** All row numbers below `count`, or from `begin`. */
export function range(count: number, begin = 0): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => begin + i);
}
