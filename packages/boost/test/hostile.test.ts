import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import { makeData } from './support/made-data.ts';

const { matrix, labels } = makeData({ rows: 300, categories: [5, 12], missing: 0.1 });
const bytes = trainSync(
  { binned: binMatrix(matrix), labels },
  { max_depth: 4 },
  { rounds: 3 },
).booster.toUbj();

/** Reads the file: it must either be refused as a model or give finite answers. */
function answer(file: Uint8Array): 'refused' | 'finite' | 'not finite' {
  let booster: Booster;
  try {
    booster = Booster.fromUbj(file);
  } catch (error) {
    if (error instanceof InvalidModel) return 'refused';
    throw error;
  }
  const values = new Float32Array(booster.featureNames.length).fill(3);
  const finite =
    Number.isFinite(booster.predictRow(values)) && booster.contributionsRow(values).every(Number.isFinite);
  return finite ? 'finite' : 'not finite';
}

describe('damaged files', () => {
  it('are refused when cut anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(answer(bytes.slice(0, length))).toBe('refused');
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('are refused or harmless when bytes are changed', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const file = bytes.slice();
        for (const [at, value] of changes) file[at] = value;
        expect(['refused', 'finite', 'not finite']).toContain(answer(file));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it('of any bytes at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (file) => {
        expect(answer(file)).toBe('refused');
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
