import { InvalidOption } from '@verdict/core';
import type { ThresholdRule } from '@verdict/learn';

/** How a job asks for its decision threshold. */
export interface ThresholdJob {
  readonly thresholdRule?: 'f1' | 'balanced' | 'mcc' | 'cost';
  /** What a false alarm costs; with `costFn` the threshold is analytic. */
  readonly costFp?: number;
  /** What a missed positive costs. */
  readonly costFn?: number;
}

/**
 * The rule that a job asks for: costs ask for the analytic threshold, and the analytic threshold for costs.
 * @throws InvalidOption
 */
export function thresholdRuleOf(job: ThresholdJob): ThresholdRule {
  const { thresholdRule: rule, costFp, costFn } = job;
  const withCosts = costFp !== undefined || costFn !== undefined;
  if (!withCosts && rule !== 'cost') return { rule: rule ?? 'mcc' };
  if (rule !== undefined && rule !== 'cost') {
    throw new InvalidOption({
      option: 'threshold-rule',
      got: rule,
      expected: 'cost, or left out, when costs are given',
    });
  }
  if (costFp === undefined || costFn === undefined) {
    throw new InvalidOption({
      option: costFp === undefined ? 'cost-fp' : 'cost-fn',
      got: undefined,
      expected: 'a number from 0: the cost rule needs what both errors cost',
    });
  }
  if (!(costFp >= 0 && costFn >= 0 && costFp + costFn > 0 && Number.isFinite(costFp + costFn))) {
    throw new InvalidOption({
      option: 'cost-fp and cost-fn',
      got: [costFp, costFn],
      expected: 'two numbers from 0, at least one of them above 0',
    });
  }
  return { rule: 'cost', costFp, costFn };
}
