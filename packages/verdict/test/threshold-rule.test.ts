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

  it.each([
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
