import { InvalidValue } from '@verdict/core';
import { requireLength } from '../metrics/checks.ts';

/** The input of a linear model: dense numbers, and categories that stand for one-hot columns. */
export interface LinearDesign {
  readonly rowCount: number;
  /** Columns without missing values, scaled so that one penalty suits all. */
  readonly numeric: readonly Float64Array[];
  /** One block of 0/1 columns per entry; code -1 sets none of them. */
  readonly codes: readonly CodeBlock[];
}

/** A category as codes, 0 to `levels` - 1, or -1. */
export interface CodeBlock {
  readonly codes: Int32Array;
  readonly levels: number;
}

/** Number of coefficients without the intercept. */
export function coefficientCount(design: LinearDesign): number {
  return design.codes.reduce((count, block) => count + block.levels, design.numeric.length);
}

/**
 * Refuses a design whose columns are shorter or longer than it says, numbers that are not finite, and
 * codes without a level.
 */
export function requireDesign(design: LinearDesign): void {
  for (const [index, column] of design.numeric.entries()) {
    requireLength(`numeric[${index}]`, column.length, design.rowCount);
    for (let row = 0; row < column.length; row++) {
      if (!Number.isFinite(column[row])) {
        throw new InvalidValue({
          row: row + 1,
          column: `numeric ${index}`,
          got: column[row],
          expected: 'a finite number',
          hint: 'Impute missing values and clip infinite ones before fitting.',
        });
      }
    }
  }
  for (const [index, { codes, levels }] of design.codes.entries()) {
    requireLength(`codes[${index}]`, codes.length, design.rowCount);
    for (let row = 0; row < codes.length; row++) {
      if (codes[row] < -1 || codes[row] >= levels) {
        throw new InvalidValue({
          row: row + 1,
          column: `codes ${index}`,
          got: codes[row],
          expected: `a code from -1 to ${levels - 1}`,
        });
      }
    }
  }
}

/** The given rows of a design, in the given order. */
export function takeDesignRows(design: LinearDesign, rows: Uint32Array): LinearDesign {
  return {
    rowCount: rows.length,
    numeric: design.numeric.map((column) => {
      const taken = new Float64Array(rows.length);
      for (let i = 0; i < taken.length; i++) taken[i] = column[rows[i]];
      return taken;
    }),
    codes: design.codes.map(({ codes, levels }) => {
      const taken = new Int32Array(rows.length);
      for (let i = 0; i < taken.length; i++) taken[i] = codes[rows[i]];
      return { codes: taken, levels };
    }),
  };
}
