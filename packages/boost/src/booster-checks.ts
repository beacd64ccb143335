import { InvalidOption } from '@verdict/core';
import { checkKind } from './argument-checks.ts';
import type { BoosterParts } from './booster.ts';
import { sameCodes } from './category-table.ts';
import { checkMatrix } from './matrix.ts';
import type { Matrix, MatrixColumn } from './matrix.ts';
import { makeResult } from './row-task.ts';

/** @throws InvalidOption unless `begin` to `end` is a range of whole rounds */
export function checkRange(option: string, begin: number, end: number, rounds: number): void {
  const whole = Number.isInteger(begin) && Number.isInteger(end);
  if (whole && begin >= 0 && end >= begin && end <= rounds) return;
  throw new InvalidOption({ option, got: [begin, end], expected: `a range within 0 … ${rounds}` });
}

/** @throws InvalidOption if a row is no array of floats, or has another length than the model has features */
export function checkRow(values: Float32Array, features: number): void {
  // The rare array of another realm is asked by its tag, which takes longer.
  if (!(values instanceof Float32Array)) {
    checkKind('values', values ?? null, ['Float32Array'], `a Float32Array of ${features} values`);
  }
  if (values.length === features) return;
  throw new InvalidOption({ option: 'values', got: values.length, expected: `${features} values` });
}

/** @throws InvalidOption if a number is not one of the rows */
export function checkRowNumbers(rows: Uint32Array | undefined, rowCount: number): void {
  const wrong = rows?.find((row) => row >= rowCount);
  if (wrong === undefined) return;
  throw new InvalidOption({ option: 'rows', got: wrong, expected: `row numbers below ${rowCount}` });
}

/** @throws InvalidOption if a matrix is not consistent, or its columns are not the model's in their order */
export function checkColumns(
  matrix: Matrix<MatrixColumn>,
  { featureNames, categoryNames }: Pick<Required<BoosterParts>, 'featureNames' | 'categoryNames'>,
): void {
  checkMatrix(matrix);
  checkNames(matrix.featureNames, featureNames);
  const wrong = featureNames.findIndex((_, f) => !sameCodes(matrix.categoryNames?.[f], categoryNames?.[f]));
  if (wrong < 0) return;
  throw new InvalidOption({
    option: `matrix.categoryNames[${wrong}]`,
    got: matrix.categoryNames?.[wrong],
    expected: "in the order of the model's categoryNames, by which encodeCategories gives codes",
  });
}

/** @throws InvalidOption if the names are not the model's in their order */
export function checkNames(names: readonly string[], modelNames: readonly string[]): void {
  if (names.length !== modelNames.length) {
    throw new InvalidOption({
      option: 'columns',
      got: names.length,
      expected: `the model's ${modelNames.length} columns`,
    });
  }
  const wrong = names.findIndex((name, f) => name !== modelNames[f]);
  if (wrong < 0) return;
  throw new InvalidOption({
    option: `column ${wrong + 1}`,
    got: names[wrong],
    expected: `"${modelNames[wrong]}", as in the model`,
  });
}

/**
 * A fresh array of the margins that rows start from.
 *
 * @throws InvalidOption if margins are given for another number of rows
 */
export function startingMargins(
  rows: number,
  baseScore: number,
  baseMargin: Float32Array | undefined,
): Float32Array {
  if (baseMargin === undefined) return makeResult(rows, (length) => new Float32Array(length)).fill(baseScore);
  if (baseMargin.length === rows) return Float32Array.from(baseMargin);
  throw new InvalidOption({ option: 'baseMargin', got: baseMargin.length, expected: `${rows} margins` });
}
