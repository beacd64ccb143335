import { InvalidModel } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { JsonCursor } from '../src/json/json-cursor.ts';
import { parseFeatureRecord } from '../src/tuning/feature-record.ts';
import type { FeatureRecord } from '../src/tuning/feature-record.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { refusalOf } from './support/refusal.ts';

const asked = { engineering: 'auto', select: 'rfe' } as const;
const record: FeatureRecord = {
  ...asked,
  engineered: [
    { kind: 'ratio', inputs: ['a', 'b'] },
    { kind: 'text', inputs: ['c'], grams: 'character', columns: 8 },
  ],
  families: [
    { family: 'the strongest 4', count: 4, gain: 0.1, standardError: 0.01, kept: true },
    { family: 'logarithms and ranks', count: 2, gain: NaN, standardError: NaN, kept: false },
  ],
  selection: {
    method: 'rfe',
    count: 2,
    kept: ['a', 'a / b'],
    curve: [
      { count: 1, mean: 0.6, standardError: 0.01 },
      { count: 2, mean: 0.5, standardError: 0 },
    ],
    dropped: [{ name: 'b', rank: 3 }],
    cost: { logLoss: -0.01, standardError: 0.002 },
  },
};

const parsed = (document: unknown): FeatureRecord =>
  parseFeatureRecord(new JsonCursor(document, 'search.journal', 'line 1.note'), asked);

describe('the features that a journal keeps', () => {
  it('come back as they were', () => {
    expect(parsed(JSON.parse(JSON.stringify(record)))).toEqual(record);
    const { selection: _, ...without } = record;
    expect(parsed(JSON.parse(JSON.stringify(without)))).toEqual(without);
  });

  it('are read or refused, whatever is changed in them', () => {
    const document: unknown = JSON.parse(JSON.stringify(record));
    let refused = 0;
    for (const path of pathsOf(document)) {
      for (const value of oddValues) {
        const changed = JSON.stringify(replaceAt(document, path, value));
        if (changed === undefined) continue;
        const error = refusalOf(() => parsed(JSON.parse(changed)));
        if (error === undefined) continue;
        refused++;
        expect(error).toBeInstanceOf(InvalidModel);
        expect(error).toMatchObject({ message: expect.stringContaining('search.journal: line 1.note') });
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it('are refused where a name is kept twice, or kept and dropped', () => {
    const document = JSON.parse(JSON.stringify(record)) as FeatureRecord;
    const { selection } = document;
    for (const kept of [['a', 'a'], ['a', 'b'], ['a']]) {
      expect(() => parsed({ ...document, selection: { ...selection, kept } })).toThrow(/expected 2 names/);
    }
  });
});
