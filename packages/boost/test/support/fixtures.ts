import { readFileSync } from 'node:fs';
import type { FeatureType, Matrix, ParamsInput } from '../../src/index.ts';

/** What test/fixtures/make-xgboost.py writes. */
export interface XgboostFixture {
  readonly version: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly margins: readonly number[];
  readonly leaves: readonly (readonly number[])[];
  readonly contributions: readonly (readonly number[])[];
  readonly importance: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly json: string;
  readonly ubj: string;
}

export interface QualityFixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly labels: readonly number[];
  readonly folds: readonly { readonly logloss: number; readonly auc: number }[];
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
}

/** The rows of a fixture as the matrix that the models were trained on. */
export function fixtureMatrix(rows: readonly (readonly (number | null)[])[]): Matrix {
  return fixtureTable(rows, ['a', 'count', 'kind', 'Größe "x"', 'e', 'f'], ['q', 'int', 'c', 'c', 'q', 'q']);
}

/** Rows with gaps as a matrix. */
export function fixtureTable(
  rows: readonly (readonly (number | null)[])[],
  featureNames: readonly string[],
  featureTypes: readonly FeatureType[],
): Matrix {
  return {
    rowCount: rows.length,
    columns: featureNames.map((_, f) => Float32Array.from(rows, (row) => row[f] ?? NaN)),
    featureNames,
    featureTypes,
  };
}

/** The greatest absolute difference of two lists of numbers of one length. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let greatest = 0;
  for (let i = 0; i < a.length; i++) greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
  return greatest;
}

/** What test/fixtures/make-features.py writes. */
export interface FeaturesFixture {
  readonly trainingRows: number;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly binary: readonly number[];
  readonly target: readonly number[];
  readonly weights: readonly number[];
  readonly cases: Readonly<Record<string, FeatureCase>>;
  readonly metrics: {
    readonly margins: readonly number[];
    readonly labels: readonly number[];
    readonly weights: readonly number[];
    readonly plain: Readonly<Record<string, number>>;
    readonly weighted: Readonly<Record<string, number>>;
  };
}

/** One way to train, and what XGBoost reaches with it on the rows that it has not seen. */
export interface FeatureCase {
  readonly params: ParamsInput;
  readonly rounds: number;
  readonly weighted?: boolean;
  readonly own?: boolean;
  readonly halves?: boolean;
  /** Means of several runs, and the deviation of one. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly deviation: Readonly<Record<string, number>>;
}
