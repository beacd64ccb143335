import { describe, expect, it } from 'vitest';
import { calibrationFindings, decisionFindings } from '../src/decision-findings.ts';
import { ruleText } from '../src/rule-text.ts';

const confusion = { tp: 1, fp: 1, tn: 1, fn: 1 };

describe('what the rule of a threshold is called', () => {
  it('holds its numbers as they were given', () => {
    expect(ruleText({ rule: 'mcc' })).toBe('mcc');
    expect(ruleText({ rule: 'fixed' })).toBe('fixed');
    expect(ruleText({ rule: 'capacity', capacity: 200, of: 4000 })).toBe(
      'capacity, at most 200 of 4000 rows',
    );
    expect(ruleText({ rule: 'capacity', capacity: 0.07, of: 1 })).toBe('capacity, at most 7 % of the rows');
    expect(ruleText({ rule: 'precision', target: 0.575 })).toBe('precision of at least 57.5 %');
  });
});

describe('findings about the decision', () => {
  it('are none where the rule is kept', () => {
    const choice = { threshold: 0.5, rule: 'precision', score: 0.9, confusion, attained: true } as const;
    expect(decisionFindings({ rule: 'precision', target: 0.9 }, choice, 'the sample')).toEqual([]);
  });

  it('warn where no threshold keeps it', () => {
    const missed = { threshold: 0.5, score: 0.75, confusion, attained: false };
    const [precision] = decisionFindings(
      { rule: 'precision', target: 0.9 },
      { ...missed, rule: 'precision' },
      'out-of-fold predictions',
    );
    expect(precision).toMatchObject({ code: 'RULE_NOT_ATTAINED', severity: 'warning' });
    expect(precision.message).toBe(
      'No threshold keeps the rule "precision of at least 90 %" on out-of-fold predictions: the most precise one, which is taken, reaches 75.0 %.',
    );
    const [capacity] = decisionFindings(
      { rule: 'capacity', capacity: 0.05, of: 1 },
      { ...missed, rule: 'capacity' },
      'the sample',
    );
    expect(capacity.message).toContain('cannot be told apart, and together they are 75.0 % of all');
    const [recall] = decisionFindings(
      { rule: 'recall', target: 1 },
      { ...missed, rule: 'recall' },
      'the sample',
    );
    expect(recall.message).toContain('the nearest one reaches 75.0 %');
  });

  it('warn where an isotonic calibration tells few rows apart, and nowhere else', () => {
    const rows = (count: number, distinct: number): Float64Array =>
      Float64Array.from({ length: count }, (_, row) => (row % distinct) / distinct);
    const isotonic = { kind: 'isotonic' } as const;
    const [few] = calibrationFindings(isotonic, rows(750, 28));
    expect(few).toMatchObject({ code: 'FEW_PROBABILITIES', severity: 'warning' });
    expect(few.message).toContain('only 28 different probabilities in the 750 rows that judge');
    expect(few.details).toEqual({ distinct: 28, rows: 750 });
    expect(calibrationFindings(isotonic, rows(750, 99))).toHaveLength(1);
    expect(calibrationFindings(isotonic, rows(750, 100))).toEqual([]);
    expect(calibrationFindings(isotonic, rows(60, 15))).toEqual([]);
    expect(calibrationFindings({ kind: 'beta' }, rows(750, 28))).toEqual([]);
  });
});
