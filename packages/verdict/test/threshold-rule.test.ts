import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { thresholdRuleOf } from '../src/threshold-rule.ts';

describe('the rule of the threshold', () => {
  it('is MCC unless something else is asked for; costs are a rule of their own', () => {
    expect(thresholdRuleOf({})).toEqual({ rule: 'mcc' });
    expect(thresholdRuleOf({ thresholdRule: 'f1' })).toEqual({ rule: 'f1' });
    const costs = { rule: 'cost', costFp: 0, costFn: 2.5 };
    expect(thresholdRuleOf({ costFp: 0, costFn: 2.5 })).toEqual(costs);
    expect(thresholdRuleOf({ thresholdRule: 'cost', costFp: 0, costFn: 2.5 })).toEqual(costs);
  });

  it('is asked for by a capacity or a target, whose decisions costs value', () => {
    expect(thresholdRuleOf({ capacity: 0.05 })).toEqual({ rule: 'capacity', capacity: 0.05, of: 1 });
    const capacity = { rule: 'capacity', capacity: 200, of: 4000 };
    expect(thresholdRuleOf({ capacity: 200, capacityOf: 4000 })).toEqual(capacity);
    const costs = { costFp: 1, costFn: 2, costTp: -1 };
    expect(thresholdRuleOf({ thresholdRule: 'capacity', capacity: 200, capacityOf: 4000, ...costs })).toEqual(
      { ...capacity, costs },
    );
    expect(thresholdRuleOf({ targetPrecision: 0.8 })).toEqual({ rule: 'precision', target: 0.8 });
    expect(thresholdRuleOf({ targetRecall: 1, costFp: 0, costFn: 1 })).toEqual({
      rule: 'recall',
      target: 1,
      costs: { costFp: 0, costFn: 1 },
    });
    expect(thresholdRuleOf({ costFp: 0, costFn: 0, costTp: -3, costTn: -1 })).toEqual({
      rule: 'cost',
      costFp: 0,
      costFn: 0,
      costTp: -3,
      costTn: -1,
    });
  });

  it.each([
    ['a number of rows of nothing', { capacity: 200 }, /capacity-of: expected the number of rows/],
    ['a share of a period', { capacity: 0.05, capacityOf: 100 }, /capacity-of: expected left out/],
    ['a period without a capacity', { capacityOf: 200 }, /capacity: expected how many of the 200 rows/],
    ['more than there are', { capacity: 300, capacityOf: 200 }, /at most the 200/],
    ['a rule without its number', { thresholdRule: 'capacity' }, /capacity: expected a number/],
    ['a target that cannot be', { targetRecall: 2 }, /target of recall: expected a share/],
    ['a target of nothing', { thresholdRule: 'precision' }, /target-precision: expected a number/],
    ['two rules', { capacity: 0.1, targetRecall: 0.5 }, /capacity and target-recall: expected one of them/],
    [
      'another rule',
      { thresholdRule: 'mcc', capacity: 0.1 },
      /threshold-rule: expected capacity, or left out, when capacity is given/,
    ],
    ['costs of right answers alone', { costTp: 1 }, /cost-fp: expected a number from 0/],
    [
      'a right answer that costs more than the error',
      { costFp: 1, costFn: 1, costTp: 2 },
      /costTp: expected at most costFn/,
    ],
    [
      'another rule beside costs',
      { thresholdRule: 'f1', costFp: 1, costFn: 1 },
      /threshold-rule: expected cost/,
    ],
    ['one cost alone', { costFp: 1 }, /cost-fn: expected a number from 0/],
    ['the other cost alone', { costFn: 1 }, /cost-fp: expected a number from 0/],
    ['the cost rule without costs', { thresholdRule: 'cost' }, /cost-fp: expected a number from 0/],
    ['costs that are both zero', { costFp: 0, costFn: 0 }, /at least one of them above 0/],
    ['a negative cost', { costFp: -1, costFn: 3 }, /two numbers from 0/],
    ['an infinite cost', { costFp: 1, costFn: Infinity }, /two numbers from 0/],
    ['no number', { costFp: NaN, costFn: 1 }, /two numbers from 0/],
  ] as const)('refuses %s', (_, job, message) => {
    expect(() => thresholdRuleOf(job)).toThrow(InvalidOption);
    expect(() => thresholdRuleOf(job)).toThrow(message);
  });
});
