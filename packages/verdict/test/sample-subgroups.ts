import type { ReportInput } from '../src/report/index.ts';

type Part = Pick<ReportInput, 'reasons' | 'weakSlices' | 'fairness'>;

/** Reasons, weak slices and fairness of a plausible training run, with columns and labels as the report has them. */
export function sampleSubgroups(column: (index: number) => string, outcome: string): Required<Part> {
  const reason = (index: number, direction: 'raises' | 'lowers', value: string) =>
    ({
      column: column(index),
      direction,
      contribution: direction === 'raises' ? 1.2 : -0.4,
      value: null,
      comparison: 'very-high',
      words: `${column(index)} is ${value}: ${direction} the probability of ${outcome}`,
    }) as const;
  const slice = (index: number, beyondExpected: boolean, alike: readonly string[]) => ({
    conditions: [{ kind: 'level' as const, column: column(index), level: 'NJ' }],
    words: `${column(index)} is NJ and ${column(index + 1)} is from 216.2 to below 240`,
    rows: 64,
    loss: 0.611,
    restLoss: 0.142,
    difference: 0.469,
    low: 0.121,
    high: 0.817,
    pValue: 0.0021,
    predicted: 0.31,
    observed: 0.44,
    expectedLoss: 0.55,
    beyondExpected,
    alike,
  });
  const rate = (value: number) => ({ value, low: value * 0.8, high: Math.min(1, value * 1.2), rows: 120 });
  const group = (name: string | null, rows: number, selected: number) => ({
    group: name,
    rows,
    baseRate: rate(0.14),
    selectionRate: rate(selected),
    truePositiveRate: rate(0.75),
    falsePositiveRate: rate(0.04),
    precision: rows < 30 ? { value: NaN, low: NaN, high: NaN, rows: 0 } : rate(0.8),
    predicted: 0.15,
    small: rows < 30,
  });
  const gap = {
    highest: 'area 408',
    lowest: 'area 415',
    difference: 0.08,
    interval: { low: 0.01, high: 0.15 },
    ratio: 0.5,
    ratioInterval: { low: 0.3, high: 0.85 },
    groups: 2,
  };
  return {
    reasons: (['highest', 'threshold', 'lowest'] as const).map((which, i) => ({
      which,
      probability: [0.98, 0.351, 0.004][i],
      decision: i < 2 ? 'yes' : 'no',
      reasons: {
        raising:
          i === 2
            ? []
            : [reason(0, 'raises', 'very high (above 95 % of rows)'), reason(1, 'raises', 'missing')],
        lowering: [reason(2, 'lowers', 'typical')],
      },
    })),
    weakSlices: {
      rows: 750,
      minimumRows: 30,
      looked: 1840,
      loss: 0.158,
      slices: [slice(0, true, [`${column(4)} is 3 or more`]), slice(2, false, [])],
      more: 0,
    },
    fairness: [
      {
        column: column(3),
        groups: [
          group('area 408', 380, 0.16),
          group('area 415', 350, 0.08),
          group('area 510', 14, 0.1),
          group(null, 6, 0),
        ],
        hidden: { groups: 2, rows: 5 },
        minimumRows: 30,
        minimumClassRows: 10,
        demographicParity: gap,
        equalOpportunity: gap,
        falsePositives: null,
        equalisedOdds: null,
      },
    ],
  };
}
