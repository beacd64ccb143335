import type { Finding } from '@verdict/data';
import type { DecisionRule, ThresholdChoice } from '@verdict/learn';
import { ruleText } from './rule-text.ts';

/**
 * Says where no threshold does what its rule asks for.
 * @param rows which rows chose it: `out-of-fold predictions`, `the sample`
 */
export function decisionFindings(rule: DecisionRule, choice: ThresholdChoice, rows: string): Finding[] {
  if (choice.attained) return [];
  const reached = `${(100 * choice.score).toFixed(1)} %`;
  return [
    {
      code: 'RULE_NOT_ATTAINED',
      severity: 'warning',
      message: `No threshold keeps the rule "${ruleText(rule)}" on ${rows}: ${nearest[choice.rule]?.(reached) ?? `the nearest one reaches ${reached}`}.`,
      details: { rule: choice.rule, reached: choice.score, threshold: choice.threshold },
    },
  ];
}

const nearest: Partial<Record<ThresholdChoice['rule'], (reached: string) => string>> = {
  precision: (reached) => `the most precise one, which is taken, reaches ${reached}`,
  capacity: (reached) =>
    `rows of the highest probability cannot be told apart, and together they are ${reached} of all`,
};
