import { readFileSync } from 'node:fs';
import type { Matrix } from '../../src/index.ts';

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
  return {
    rowCount: rows.length,
    columns: Array.from({ length: 6 }, (_, f) => Float32Array.from(rows, (row) => row[f] ?? NaN)),
    featureNames: ['a', 'count', 'kind', 'Größe "x"', 'e', 'f'],
    featureTypes: ['q', 'int', 'c', 'c', 'q', 'q'],
  };
}

/** The greatest absolute difference of two lists of numbers of one length. */
export function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let greatest = 0;
  for (let i = 0; i < a.length; i++) greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
  return greatest;
}
