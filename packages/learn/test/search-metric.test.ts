import { InvalidOption } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareScores,
  followedMetric,
  higherIsBetter,
  isBetter,
  parseMetric,
  scoreMargins,
  searchMetrics,
} from '../src/search/index.ts';
import { refusalOf } from './support/refusal.ts';

describe('the metrics of a search', () => {
  it('are better for predictions that are better', () => {
    const labels = Uint8Array.of(0, 0, 1, 1, 0, 1);
    const good = Float32Array.of(-2, -1, 1, 2, -0.5, 0.5);
    const bad = Float32Array.of(2, -1, -1, 2, 0.5, -0.5);
    for (const metric of searchMetrics) {
      const [a, b] = [good, bad].map((margins) => scoreMargins(metric, labels, margins, undefined));
      expect(isBetter(metric, a, b)).toBe(true);
      expect(isBetter(metric, b, a)).toBe(false);
      expect(isBetter(metric, a, a)).toBe(false);
      expect(a > b).toBe(higherIsBetter(metric));
    }
  });

  it('are what they are by definition, weights included', () => {
    const labels = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1);
    const margins = Float32Array.of(-1, 0.5, 2, 0.25, -0.75, -2, 1, 0);
    const weights = Float64Array.of(1, 2, 1, 3, 1, 2, 1, 2);
    const probabilities = Array.from(margins, (m) => 1 / (1 + Math.exp(-m)));
    const total = weights.reduce((sum, w) => sum + w, 0);
    let loss = 0;
    let square = 0;
    let right = 0;
    labels.forEach((label, i) => {
      const p = probabilities[i];
      loss -= (weights[i] * Math.log(label === 1 ? p : 1 - p)) / total;
      square += (weights[i] * (p - label) ** 2) / total;
      right += (p >= 0.5 ? 1 : 0) === label ? weights[i] / total : 0;
    });
    expect(scoreMargins('log_loss', labels, margins, weights)).toBeCloseTo(loss, 12);
    expect(scoreMargins('brier', labels, margins, weights)).toBeCloseTo(square, 12);
    expect(scoreMargins('accuracy', labels, margins, weights)).toBeCloseTo(right, 12);
    // Pairs of a positive and a negative row, by hand: 11 of 16 in order.
    expect(scoreMargins('roc_auc', labels, margins, undefined)).toBeCloseTo(11 / 16, 12);
  });

  it('tell margins apart whose probabilities are all 1', () => {
    const labels = Uint8Array.of(0, 1);
    expect(scoreMargins('roc_auc', labels, Float32Array.of(50, 60), undefined)).toBe(1);
    expect(scoreMargins('pr_auc', labels, Float32Array.of(50, 60), undefined)).toBe(1);
  });

  it('put what is not a number last, whatever is better', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...searchMetrics),
        fc.array(fc.double(), { maxLength: 8 }),
        (metric, scores) => {
          const sorted = [...scores].sort((a, b) => compareScores(metric, a, b));
          const numbers = sorted.filter((score) => !Number.isNaN(score));
          expect(sorted.slice(0, numbers.length)).toEqual(numbers);
          const ascending = [...numbers].sort((a, b) => a - b);
          const wanted = higherIsBetter(metric) ? ascending.reverse() : ascending;
          expect(numbers.map((n) => n + 0)).toEqual(wanted.map((n) => n + 0));
        },
      ),
    );
  });

  it('are followed by themselves if they are smooth', () => {
    expect(searchMetrics.map(followedMetric)).toEqual([
      'log_loss',
      'roc_auc',
      'pr_auc',
      'brier',
      ...Array.from({ length: 6 }, () => 'log_loss'),
    ]);
  });

  it('have names', () => {
    expect(parseMetric('roc_auc')).toBe('roc_auc');
    expect(() => parseMetric('rocauc')).toThrow(InvalidOption);
    expect(refusalOf(() => parseMetric('f1_weigthed'))).toMatchObject({
      hint: expect.stringContaining('f1_weighted'),
    });
  });
});
