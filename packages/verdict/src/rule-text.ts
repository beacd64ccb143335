import type { DecisionRule } from '@verdict/learn';

/** The rule of a threshold in a few words: `mcc`, `capacity, at most 200 of 4000 rows`. */
export function ruleText(rule: DecisionRule): string {
  switch (rule.rule) {
    case 'capacity':
      return `capacity, at most ${capacityText(rule)}`;
    case 'precision':
    case 'recall':
      return `${rule.rule} of at least ${share(rule.target)}`;
    default:
      return rule.rule;
  }
}

/** A capacity: `5 % of the rows`, `200 of 4000 rows`. */
export function capacityText({ capacity, of }: { readonly capacity: number; readonly of: number }): string {
  return of === 1 ? `${share(capacity)} of the rows` : `${capacity} of ${of} rows`;
}

/** A share as it was given, without digits that rounding brings. */
function share(value: number): string {
  return `${Number((100 * value).toPrecision(12))} %`;
}
