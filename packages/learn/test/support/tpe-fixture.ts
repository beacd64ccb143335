import { readFileSync } from 'node:fs';
import type { SearchSpace } from '../../src/search/index.ts';

/** What test/fixtures/make-tpe.py writes. */
export interface TpeFixture {
  readonly version: string;
  readonly cases: readonly {
    readonly space: SearchSpace;
    readonly observations: readonly (readonly number[])[];
    readonly points: readonly (readonly number[])[];
    readonly logDensities: readonly number[];
  }[];
}

export function readTpeFixture(): TpeFixture {
  return JSON.parse(readFileSync(new URL('../fixtures/tpe.json', import.meta.url), 'utf8'));
}
