import { readFileSync } from 'node:fs';
import { InvalidOption, Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import {
  calibrateAll,
  calibrationOptions,
  chooseThreshold,
  decide,
  fitBeta,
  fitIsotonic,
  fitSigmoid,
  sigmoid,
} from '../src/decision/index.ts';
import type { Calibration, CalibrationKind } from '../src/decision/index.ts';
import { logLoss } from '../src/metrics/index.ts';

/** Rows whose log-odds are those of the margins, bent. */
function drawRows(count: number, seed: number, bend: (margin: number) => number) {
  const random = new Random(seed, 'decide');
  const margins = Float64Array.from({ length: count }, () => random.normal() * 2);
  const labels = Uint8Array.from(margins, (margin) =>
    random.float() < 1 / (1 + Math.exp(-bend(margin))) ? 1 : 0,
  );
  return { labels, margins, folds: Uint8Array.from(labels, (_, row) => row % 4) };
}

const fits: Record<
  CalibrationKind,
  (labels: Uint8Array, margins: Float64Array, weights?: Float64Array) => Calibration
> = {
  none: () => ({ kind: 'none' }),
  sigmoid: fitSigmoid,
  beta: fitBeta,
  isotonic: fitIsotonic,
};

describe('decide', () => {
  const { labels, margins, folds } = drawRows(1200, 1, (margin) => 0.5 * margin + 0.5);
  const thresholdRule = { rule: 'f1' } as const;

  it.each(['none', 'sigmoid', 'beta', 'isotonic'] as const)('cross-fits what was asked for: %s', (kind) => {
    const weights = Float64Array.from(labels, (_, row) => 1 + (row % 3));
    const decided = decide(labels, margins, folds, weights, { calibration: kind, thresholdRule });
    expect(decided.calibration).toEqual(fits[kind](labels, margins, weights));
    for (let fold = 0; fold < 4; fold++) {
      const others = [...labels.keys()].filter((row) => row % 4 !== fold);
      const calibration = fits[kind](
        Uint8Array.from(others, (row) => labels[row]),
        Float64Array.from(others, (row) => margins[row]),
        Float64Array.from(others, (row) => weights[row]),
      );
      expect(decided.calibrationOfFold[fold]).toEqual(calibration);
      const all = calibrateAll(calibration, margins);
      for (let row = fold; row < labels.length; row += 4) expect(decided.probabilities[row]).toBe(all[row]);
    }
    expect(decided.threshold).toEqual(chooseThreshold(labels, decided.probabilities, thresholdRule, weights));
    expect(decided.choice.logLoss[kind]).toBeCloseTo(logLoss(labels, decided.probabilities, weights), 12);
    expect(decided.choice.gains.map((gain) => gain.kind)).toEqual(kind === 'none' ? [] : [kind]);
  });

  it('lets no label shape the probability of its own row', () => {
    for (const calibration of calibrationOptions.filter((option) => option !== 'auto')) {
      const before = decide(labels, margins, folds, undefined, { calibration, thresholdRule });
      const turned = labels.map((label, row) => (row === 8 ? 1 - label : label));
      const after = decide(turned, margins, folds, undefined, { calibration, thresholdRule });
      for (let row = 0; row < labels.length; row += 4)
        expect(after.probabilities[row]).toBe(before.probabilities[row]);
    }
  });

  it('takes the richest calibration that pays, or none', () => {
    const bent = drawRows(6000, 2, (m) => 0.2 * Math.log(sigmoid(m)) - 2.5 * Math.log(sigmoid(-m)) - 1);
    const auto = { calibration: 'auto', thresholdRule } as const;
    const chosen = decide(bent.labels, bent.margins, bent.folds, undefined, auto);
    expect(chosen.calibration.kind).toBe('beta');
    expect(chosen.calibrationOfFold.map(({ kind }) => kind)).toEqual(['beta', 'beta', 'beta', 'beta']);
    expect(chosen.choice.gains).toHaveLength(3);
    const right = drawRows(2000, 3, (margin) => margin);
    const left = decide(right.labels, right.margins, right.folds, undefined, auto);
    expect(left.calibration).toEqual({ kind: 'none' });
    expect(left.probabilities).toEqual(calibrateAll({ kind: 'none' }, right.margins));
  });

  it('is called as docs/decision.md shows', () => {
    const page = readFileSync(new URL('../../../docs/decision.md', import.meta.url), 'utf8');
    const options = /foldOfRow, undefined, (\{[\s\S]*?\n\})\);/.exec(page)?.[1] ?? '';
    const [, kind] = /calibration: '(\w+)'/.exec(options) ?? [];
    const [, capacity, of] = /rule: 'capacity', capacity: (\d+), of: (\d+)/.exec(options) ?? [];
    const decided = decide(labels, margins, folds, undefined, {
      calibration: kind as 'auto',
      thresholdRule: { rule: 'capacity', capacity: Number(capacity), of: Number(of) },
    });
    expect(decided.choice.gains).toHaveLength(3);
    expect(decided.threshold.score).toBeCloseTo(200 / 4000, 2);
  });

  it('refuses what is no calibration', () => {
    const calibration = 'platt' as 'none';
    expect(() => decide(labels, margins, folds, undefined, { calibration, thresholdRule })).toThrow(
      InvalidOption,
    );
  });
});
