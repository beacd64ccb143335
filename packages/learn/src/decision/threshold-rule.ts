import { InvalidOption } from '@verdict/core';
import type { CostMatrix } from '../metrics/cost-matrix.ts';
import { requireCosts } from '../metrics/cost-matrix.ts';

/** What a threshold is to be best at. */
export type ThresholdRule = ScoreRule | CostRule | CapacityRule | TargetRule;

/** The best F1, balanced accuracy (`balanced`) or MCC. */
export interface ScoreRule {
  readonly rule: 'f1' | 'balanced' | 'mcc';
}

/** The least expected cost. */
export interface CostRule extends CostMatrix {
  readonly rule: 'cost';
}

/** No more rows called positive than can be dealt with. */
export interface CapacityRule {
  readonly rule: 'capacity';
  /** So many rows called positive ... */
  readonly capacity: number;
  /** ... among so many; 1 if the capacity is a share. */
  readonly of: number;
  /** What decisions cost, if it is known: they are valued by it. */
  readonly costs?: CostMatrix;
}

/** The lowest threshold with a precision, or the highest with a recall, of at least the target. */
export interface TargetRule {
  readonly rule: 'precision' | 'recall';
  /** Above 0, at most 1. */
  readonly target: number;
  readonly costs?: CostMatrix;
}

/** What decisions cost by the rule that their threshold comes from; undefined if it is not known. */
export function costsOf(rule: ThresholdRule | { readonly rule: 'fixed' }): CostMatrix | undefined {
  if (rule.rule === 'cost') return rule;
  return 'costs' in rule ? rule.costs : undefined;
}

/** Refuses what no rule can be. @throws InvalidOption */
export function requireThresholdRule(rule: ThresholdRule): void {
  const costs = costsOf(rule);
  if (costs !== undefined) requireCosts(costs);
  switch (rule.rule) {
    case 'f1':
    case 'balanced':
    case 'mcc':
    case 'cost':
      return;
    case 'capacity':
      requireCapacity(rule);
      return;
    case 'precision':
    case 'recall':
      if (rule.target > 0 && rule.target <= 1) return;
      throw new InvalidOption({
        option: `target of ${rule.rule}`,
        got: rule.target,
        expected: 'a share above 0 and at most 1',
      });
    default:
      throw new InvalidOption({
        option: 'rule',
        got: (rule as { readonly rule: unknown }).rule,
        expected: 'f1, balanced, mcc, cost, capacity, precision or recall',
      });
  }
}

function requireCapacity({ capacity, of }: CapacityRule): void {
  if (!(of > 0 && of < Infinity)) {
    throw new InvalidOption({ option: 'of', got: of, expected: 'a finite number of rows above 0' });
  }
  if (!(capacity > 0 && capacity <= of)) {
    throw new InvalidOption({
      option: 'capacity',
      got: capacity,
      expected: `a number above 0, at most the ${of} that it is a part of`,
    });
  }
}
