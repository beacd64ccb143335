import type { Finding } from '@verdict/data';
import type { Calibration, DecisionRule, ThresholdChoice } from '@verdict/learn';
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

/** From so many different probabilities on, rows are told apart finely enough for any list or capacity. */
const ENOUGH = 100;
/** In few rows there can be no more different ones than this share of them asks for. */
const SHARE = 0.25;

/**
 * Warns where a calibration has drawn many rows together to few probabilities, which log loss, by which it is chosen,
 * does not mind.
 * @param probabilities of the rows that judge
 */
export function calibrationFindings(
  { kind }: Pick<Calibration, 'kind'>,
  probabilities: Float64Array,
): Finding[] {
  const distinct = new Set(probabilities).size;
  const rows = probabilities.length;
  if (kind !== 'isotonic' || distinct >= Math.min(ENOUGH, SHARE * rows)) return [];
  return [
    {
      code: 'FEW_PROBABILITIES',
      severity: 'warning',
      message:
        `The isotonic calibration tells only ${distinct} different probabilities in the ${rows} rows that judge: ` +
        'rows of the same one cannot be put in order, and a capacity or a list of the first N is met only roughly. ' +
        '--calibration beta keeps rows apart.',
      details: { distinct, rows },
    },
  ];
}
