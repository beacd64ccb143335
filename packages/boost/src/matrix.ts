import { InvalidOption } from '@verdict/core';
import { checkObject, kindOf } from './argument-checks.ts';

/** XGBoost's letters: `q` a quantity, `int` a whole number, `i` an indicator, `c` a category's code. */
export type FeatureType = 'q' | 'int' | 'i' | 'c';

/** A column that is zero in all rows but those it lists. */
export interface SparseColumn {
  /** Rows, ascending, each once. */
  readonly indices: Uint32Array | Int32Array;
  /** Their values; NaN is missing. */
  readonly values: Float32Array;
}

/** A column of a matrix. */
export type MatrixColumn = Float32Array | SparseColumn;

/**
 * A table of floats by column; NaN is missing, infinities are values; categories are codes from 0. Columns may be
 * sparse where the type says so: `Matrix<MatrixColumn>`.
 */
export interface Matrix<Column extends MatrixColumn = Float32Array> {
  readonly rowCount: number;
  readonly columns: readonly Column[];
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly FeatureType[];
  /** For each column of type `c` the texts of its categories in the order of their codes; the model keeps them. */
  readonly categoryNames?: CategoryNames;
}

/** For each column, the texts of its categories in the order of their codes; undefined where there are none. */
export type CategoryNames = readonly (readonly string[] | undefined)[];

/** The bins of one column. Bin `cuts.length` + 1 … do not exist; missing values have the bin `valueBins`. */
export interface ColumnBins {
  /**
   * Numeric: a value's bin is the number of cuts not above it (`x < cuts[b]` goes left with bins 0 … b).
   * The last cut may be the largest float, which parts all values from the missing ones.
   */
  readonly cuts: Float32Array;
  /** Categorical: codes of all bins, one bin after another; empty for numeric columns. */
  readonly codes: Int32Array;
  /** Categorical: where each bin's codes begin, and the end. */
  readonly codeStarts: Int32Array;
  readonly valueBins: number;
  readonly hasMissing: boolean;
}

/**
 * A matrix cut into bins, for training. A plain object on shared memory: posting it to a worker copies only the
 * cuts. It knows nothing of labels, so folds may share it.
 */
export interface BinnedMatrix {
  readonly rowCount: number;
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly FeatureType[];
  readonly categoryNames?: CategoryNames;
  readonly columns: readonly ColumnBins[];
  /** Where the bins of each column are stored. */
  readonly places: readonly ColumnPlace[];
  readonly storage: readonly StorageColumn[];
}

/** One byte a row, which holds the bins of one column or of several. */
export interface StorageColumn {
  /** One byte per row, on a SharedArrayBuffer. */
  readonly bins: Uint8Array;
  /** How many different bytes there are: they are all less than this. 1 to 256. */
  readonly size: number;
}

/**
 * How a column's bin is read from the byte of a storage column. The byte is a number of one or several digits:
 * the digit `floor(byte / stride) % digits` belongs to this column, or to it and to others that are never off
 * their most common bin in the same row. Then the digits from `first` on stand for this column's bins other than
 * `common`, in order, and every other digit for `common`.
 */
export interface ColumnPlace {
  /** Index of the storage column. */
  readonly storage: number;
  readonly stride: number;
  readonly digits: number;
  /** The digit of the first bin that is not `common`; 0 if the digit is the bin. */
  readonly first: number;
  readonly common: number;
}

const letters: ReadonlySet<string> = new Set(['q', 'int', 'i', 'c']);

/**
 * Checks that a matrix is consistent.
 *
 * @throws InvalidOption naming the part that is not
 */
export function checkMatrix(matrix: Matrix<MatrixColumn>): void {
  checkObject('matrix', matrix, 'an object { rowCount, columns, featureNames, featureTypes }');
  const { rowCount, columns, featureNames, featureTypes, categoryNames } = matrix;
  for (const [name, list] of Object.entries({ columns, featureNames, featureTypes })) {
    if (!Array.isArray(list)) wrong(`matrix.${name}`, list, 'a list with an entry for each column');
  }
  if (!Number.isSafeInteger(rowCount) || rowCount < 0) wrong('matrix.rowCount', rowCount, 'a number of rows');
  if (featureNames.length !== columns.length) {
    wrong('matrix.featureNames', featureNames.length, `one name for each of the ${columns.length} columns`);
  }
  if (featureTypes.length !== columns.length) {
    wrong('matrix.featureTypes', featureTypes.length, `one type for each of the ${columns.length} columns`);
  }
  if (new Set(featureNames).size !== featureNames.length) {
    wrong('matrix.featureNames', 'a name twice', 'a list of different names');
  }
  for (let f = 0; f < columns.length; f++) {
    if (typeof featureNames[f] !== 'string') wrong('matrix.featureNames', featureNames[f], 'names as texts');
    if (!letters.has(featureTypes[f])) wrong('matrix.featureTypes', featureTypes[f], 'q, int, i or c');
    const column = columns[f];
    const name = `matrix column "${featureNames[f]}"`;
    if (isSparse(column)) checkSparse(name, column, rowCount);
    else if (!isFloats(column)) wrong(name, kindOf(column), 'a Float32Array, or { indices, values }');
    else if (column.length !== rowCount) wrong(name, column.length, `an array of ${rowCount} floats`);
  }
  if (categoryNames !== undefined) checkCategoryNames(categoryNames, featureTypes);
}

function checkCategoryNames(names: CategoryNames, types: readonly FeatureType[]): void {
  const option = 'matrix.categoryNames';
  if (!Array.isArray(names) || names.length !== types.length) {
    wrong(option, names, `a list with an entry for each of the ${types.length} columns`);
  }
  for (const [f, texts] of names.entries()) {
    if (types[f] !== 'c') {
      if (texts !== undefined)
        wrong(`${option}[${f}]`, texts, 'undefined, since the column has no categories');
      continue;
    }
    const fits =
      Array.isArray(texts) && texts.every((text) => typeof text === 'string' && text.isWellFormed());
    if (!fits || new Set(texts).size !== texts.length) {
      wrong(`${option}[${f}]`, texts, 'a list of different texts, that of code 0 first');
    }
  }
}

/** @throws InvalidOption for a code that has no text in a column whose categories have texts */
export function checkCodes({ categoryNames, columns, featureNames }: BinnedMatrix): void {
  categoryNames?.forEach((texts, f) => {
    const most = columns[f].codes.reduce((code, other) => Math.max(code, other), -1);
    if (texts === undefined || most < texts.length) return;
    wrong(
      `matrix.categoryNames of "${featureNames[f]}"`,
      texts.length,
      `at least ${most + 1} texts, since there is code ${most}`,
    );
  });
}

/** @throws InvalidOption for what does not come from `binMatrix`, such as the matrix itself, or a copy as JSON */
export function checkBinned(binned: BinnedMatrix): void {
  const expected = 'what binMatrix makes of a matrix, or a structured clone of it';
  checkObject('binned', binned, expected);
  const { rowCount, columns, places, storage } = binned;
  const whole =
    [columns, places, storage].every((list) => Array.isArray(list)) &&
    places.length === columns.length &&
    columns.every(({ cuts }) => isFloats(cuts)) &&
    places.every((place) => place.storage in storage) &&
    storage.every(({ bins }) => kindOf(bins) === 'Uint8Array' && bins.length === rowCount);
  if (!whole) wrong('binned', binned, expected);
}

/** True for a column that lists its rows. */
export function isSparse(column: MatrixColumn): column is SparseColumn {
  return typeof column === 'object' && column !== null && 'indices' in column && 'values' in column;
}

/** By its name: arrays of another realm have another constructor. */
function isFloats(values: unknown): boolean {
  return kindOf(values) === 'Float32Array';
}

function checkSparse(name: string, { indices, values }: SparseColumn, rowCount: number): void {
  if (!['Uint32Array', 'Int32Array'].includes(kindOf(indices))) {
    wrong(`${name}, indices`, kindOf(indices), 'a Uint32Array or an Int32Array');
  }
  if (!isFloats(values)) wrong(`${name}, values`, kindOf(values), 'a Float32Array');
  if (indices.length !== values.length) {
    wrong(name, `${indices.length} indices and ${values.length} values`, 'as many indices as values');
  }
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i];
    if (!(row >= 0 && row < rowCount)) wrong(name, row, `row numbers below ${rowCount}`);
    if (i > 0 && row <= indices[i - 1]) wrong(name, row, 'row numbers in ascending order, each once');
  }
}

function wrong(option: string, got: unknown, expected: string): never {
  throw new InvalidOption({ option, got, expected });
}
