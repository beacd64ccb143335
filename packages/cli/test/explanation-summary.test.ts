import type { RowExplanation } from 'verdict';
import { describe, expect, it } from 'vitest';
import { explanationSummary } from '../src/commands/explanation-summary.ts';
import { rowAnswersSummary } from '../src/commands/row-answers-summary.ts';
import { styleFor } from '../src/terminal/style.ts';

const style = styleFor({ isTTY: false } as NodeJS.WriteStream);
const reason = (contribution: number) => ({
  column: 'x',
  direction: contribution > 0 ? ('raises' as const) : ('lowers' as const),
  contribution,
  value: 1,
  comparison: 'typical' as const,
  words: `moves by ${contribution}`,
});

/** A row of so many columns, each of which contributes 0.01 more than the one after it. */
function explanation(columns: number, more: Partial<RowExplanation> = {}): RowExplanation {
  const contributions = Array.from({ length: columns }, (_, i) => ({
    column: `c${i}`,
    value: i,
    contribution: (columns - i) / 100,
  }));
  const margin = contributions.reduce((sum, { contribution }) => sum + contribution, -1);
  return {
    kind: 'row',
    row: 3,
    probability: 0.4,
    prediction: 'no',
    calibration: 'none',
    uncalibratedProbability: 0.4,
    margin,
    bias: -1,
    contributions,
    reasons: { raising: [reason(0.2), reason(0.1)], lowering: [reason(-0.3), reason(-0.15)] },
    ...more,
  };
}

/** The figures of the column of contributions, but for the last, and the last one. */
function figures(text: string): { sum: number; total: number; count: number } {
  const found = [...text.matchAll(/ ([+-]\d+\.\d{4})(?: |$)/gmu)].map(([, figure]) => Number(figure));
  const total = found.pop() ?? NaN;
  return { sum: found.reduce((sum, figure) => sum + figure, 0), total, count: found.length };
}

describe('one row, explained in the terminal', () => {
  it.each([3, 50, 60])('adds up to what it says, with %i columns', (columns) => {
    const row = explanation(columns);
    const text = explanationSummary(row, style);
    const { sum, total, count } = figures(text);
    expect(count).toBe(Math.min(columns, 50) + (columns > 50 ? 2 : 1));
    expect(sum).toBeCloseTo(total, 3);
    expect(total).toBeCloseTo(row.margin, 3);
    expect(text.includes('(10 other columns)')).toBe(columns === 60);
  });

  it('tells the probability before calibration from that after it', () => {
    const plain = explanationSummary(explanation(2), style);
    expect(plain).toContain(
      'Row 3: no, probability 40.0 %\nThis probability has log-odds of -0.9700, which is the sum',
    );
    const calibrated = explanation(2, { calibration: 'beta', uncalibratedProbability: 0.275 });
    expect(explanationSummary(calibrated, style)).toContain(
      'log-odds of -0.9700, which stand for a probability of 27.5 % before\ncalibration. The calibration (beta) makes 40.0 % of it:',
    );
  });

  it('gives reasons of both directions from the strongest on', () => {
    const lines = rowAnswersSummary(explanation(2), style).split('\n');
    expect(lines.filter((line) => line.includes('moves by'))).toEqual([
      '- moves by -0.3',
      '+ moves by 0.2',
      '- moves by -0.15',
      '+ moves by 0.1',
    ]);
  });
});
