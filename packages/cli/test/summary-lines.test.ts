import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { decisionLines, searchPlaceLines, worthLine } from '../src/commands/summary-lines.ts';

const policy = (cost: number) => ({ cost, saving: { mean: cost - 0.5, low: cost - 0.7, high: cost - 0.3 } });
const worth = {
  costs: { costFp: 5, costFn: 40, costTp: 0, costTn: 0 },
  model: { cost: 0.5, low: 0.3, high: 0.7 },
  nobody: policy(5.6),
  everybody: policy(2.9),
};
const target = { name: 'churn', positive: 'yes', negative: 'no' };
const confusion = { tp: 80, fp: 10, tn: 900, fn: 20 };
const decision = {
  threshold: 0.25,
  rule: { rule: 'capacity', capacity: 200, of: 4000 },
  blend: { members: [{ member: 'trees', weight: 1 }], offset: 0 },
  calibration: { kind: 'beta', a: 1, b: 2, c: 0 },
  chosenOn: { score: 0.05, confusion, attained: true },
} as const satisfies PerformanceMetrics['decision'];

describe('how a model decides, in the terminal', () => {
  it('is its rule, its errors, what they cost and how probabilities are calibrated', () => {
    const calibrationChoice = { logLoss: { none: 0.3, sigmoid: 0.29, beta: 0.28, isotonic: NaN }, gains: [] };
    const headline = { confusion, threshold: 0.25, worth };
    expect(decisionLines({ target, headline, decision: { ...decision, calibrationChoice } })).toEqual([
      'From a probability of 0.2500 on it says yes (rule: capacity, at most 200 of 4000 rows).',
      'Of 100 yes it finds 80 and misses 20; of 910 no it raises 10 false alarms.',
      '1,000 decisions cost 500; calling nobody costs 5,600: it saves 5,100 (95 % interval 4,900 … 5,300).',
      'Calibration: beta (log loss 0.2800 on left-out rows, 0.3000 without).',
    ]);
    const none = { ...decision, calibration: { kind: 'none' }, calibrationChoice } as const;
    expect(decisionLines({ target, headline, decision: none }).at(-1)).toBe(
      'Calibration: none, for no kind saves enough (log loss 0.3000 on left-out rows).',
    );
    expect(decisionLines({ target, headline: { confusion, threshold: 0.25 }, decision })).toHaveLength(2);
    expect(decisionLines({ target, headline: { confusion, threshold: 0.3125 }, decision })).toEqual([
      'From a probability of 0.2500 on it says yes (rule: capacity, at most 200 of 4000 rows).',
      'The model that was judged has chosen 0.3125 in the same way:',
      'Of 100 yes it finds 80 and misses 20; of 910 no it raises 10 false alarms.',
    ]);
  });

  it('compares with the better of the two rules that need no model', () => {
    expect(worthLine(worth, 'cost')).toBe(
      '1,000 decisions cost 500; calling everybody costs 2,900: it saves 2,400 (95 % interval 2,200 … 2,600).',
    );
    expect(worthLine({ ...worth, model: { cost: 0.00123456, low: 0, high: 1 } }, 'cost')).toMatch(
      /^1,000 decisions cost 1.23; /,
    );
    expect(worthLine({ ...worth, nobody: policy(0.4) })).toBe(
      '1,000 decisions cost 500; calling nobody costs 400: it loses 100 (95 % interval -100 … 300).',
    );
  });
});

describe('where a search lies', () => {
  it('names the table of trials and the journal', () => {
    expect(searchPlaceLines({ out: 'out' })).toEqual([
      'out/trials.csv  all trials with their parameters and scores',
      'out/search.journal  what --resume goes on from; delete it if that is not wanted',
    ]);
  });
});
