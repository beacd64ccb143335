import { describe, expect, it } from 'vitest';
import type { CountChoice } from '../src/selection/index.ts';
import type { EnsembleChoice } from '../src/ensemble/index.ts';
import { chosenBySearch } from '../src/tuning/chosen-by-search.ts';

describe('what a search has chosen on its rows', () => {
  const one = [{ status: 'complete' }] as const;
  const family = { family: 'both', count: 2, gain: -0.1, standardError: 0.1, kept: false };

  it('is nothing where nothing was compared', () => {
    expect(chosenBySearch({ families: [], trials: one })).toEqual([]);
    expect(chosenBySearch({ families: [], trials: [] })).toEqual([]);
    const untried = { ...family, gain: NaN, standardError: NaN };
    const unfinished = [...one, { status: 'stopped' }, { status: 'failed' }] as const;
    expect(chosenBySearch({ families: [untried], trials: unfinished })).toEqual([]);
  });

  it('are parameters from two trials on, also of those that were given up', () => {
    for (const status of ['complete', 'pruned'] as const)
      expect(chosenBySearch({ families: [], trials: [...one, { status }] })).toEqual(['parameters']);
  });

  it('are features and an ensemble that were tried, kept or not', () => {
    const selection = {} as CountChoice;
    const ensemble = { kept: false } as EnsembleChoice;
    expect(chosenBySearch({ families: [family], trials: one })).toEqual(['engineered features']);
    expect(chosenBySearch({ families: [], trials: one, selection })).toEqual(['selected features']);
    expect(chosenBySearch({ families: [], trials: one, ensemble })).toEqual(['ensemble']);
  });
});
