import { InvalidOption } from '@verdict/core';
import { requireThresholdRule } from '@verdict/learn';
import type { CostMatrix, ThresholdRule } from '@verdict/learn';

/** How a job asks for its decision threshold. */
export interface ThresholdJob {
  readonly thresholdRule?: ThresholdRule['rule'];
  /** What a false alarm costs; with `costFn`, and without another rule, the threshold is analytic. */
  readonly costFp?: number;
  /** What a missed positive costs. */
  readonly costFn?: number;
  /** What a positive that is found costs; default 0, negative if it is a gain. */
  readonly costTp?: number;
  /** What a negative that is left alone costs; default 0. */
  readonly costTn?: number;
  /** How many rows can be called positive: a share below 1, or a number of rows out of `capacityOf`. */
  readonly capacity?: number;
  /** The rows of the period that the capacity is for. */
  readonly capacityOf?: number;
  /** The least precision, above 0 and at most 1. */
  readonly targetPrecision?: number;
  /** The least recall, above 0 and at most 1. */
  readonly targetRecall?: number;
}

/**
 * The rule that a job asks for. A capacity, a target and costs each ask for the rule of their own; costs beside
 * a capacity or a target value the decisions.
 * @throws InvalidOption
 */
export function thresholdRuleOf(job: ThresholdJob): ThresholdRule {
  if (job.capacityOf !== undefined && job.capacity === undefined) {
    throw new InvalidOption({
      option: 'capacity',
      got: undefined,
      expected: `how many of the ${job.capacityOf} rows can be called positive`,
    });
  }
  const costs = costsOf(job);
  const rule = ruleNameOf(job, costs);
  const valued = costs === undefined ? {} : { costs };
  switch (rule) {
    case 'capacity':
      return checked({ rule, ...capacityOf(job), ...valued });
    case 'precision':
      return checked({ rule, target: required(job.targetPrecision, 'target-precision'), ...valued });
    case 'recall':
      return checked({ rule, target: required(job.targetRecall, 'target-recall'), ...valued });
    case 'cost':
      // Costs are there, or `costsOf` would have thrown.
      return { rule, ...(costs as CostMatrix) };
    default:
      return { rule };
  }
}

function ruleNameOf(job: ThresholdJob, costs: CostMatrix | undefined): ThresholdRule['rule'] {
  const { thresholdRule: rule } = job;
  const named = asking.filter(({ value }) => value(job) !== undefined);
  if (named.length > 1) {
    throw new InvalidOption({
      option: named.map(({ option }) => option).join(' and '),
      got: named.map(({ value }) => value(job)),
      expected: 'one of them: each is a rule of its own',
    });
  }
  if (named.length === 1) {
    const [{ option, rule: asked }] = named;
    if (rule !== undefined && rule !== asked) refuseRule(rule, asked, `${option} is`);
    return asked;
  }
  // Costs may value what another way of deciding does; the three scores take no notice of them.
  if (costs === undefined || rule === 'capacity' || rule === 'precision' || rule === 'recall')
    return rule ?? 'mcc';
  if (rule !== undefined && rule !== 'cost') refuseRule(rule, 'cost', 'costs are');
  return 'cost';
}

/** The options that ask for a rule by themselves. */
const asking = [
  { option: 'capacity', rule: 'capacity', value: (job: ThresholdJob) => job.capacity },
  { option: 'target-precision', rule: 'precision', value: (job: ThresholdJob) => job.targetPrecision },
  { option: 'target-recall', rule: 'recall', value: (job: ThresholdJob) => job.targetRecall },
] as const;

function refuseRule(got: string, asked: string, given: string): never {
  throw new InvalidOption({
    option: 'threshold-rule',
    got,
    expected: `${asked}, or left out, when ${given} given`,
  });
}

function costsOf({ thresholdRule, costFp, costFn, costTp, costTn }: ThresholdJob): CostMatrix | undefined {
  const given = [costFp, costFn, costTp, costTn].some((cost) => cost !== undefined);
  if (!given && thresholdRule !== 'cost') return undefined;
  if (costFp === undefined || costFn === undefined) {
    throw new InvalidOption({
      option: costFp === undefined ? 'cost-fp' : 'cost-fn',
      got: undefined,
      expected: 'a number from 0: the cost rule needs what both errors cost',
    });
  }
  if (!(costFp >= 0 && costFn >= 0 && Number.isFinite(costFp + costFn))) {
    throw new InvalidOption({
      option: 'cost-fp and cost-fn',
      got: [costFp, costFn],
      expected: 'two numbers from 0 to 1e12, at least one of them above 0',
    });
  }
  const costs = {
    costFp,
    costFn,
    ...(costTp === undefined ? {} : { costTp }),
    ...(costTn === undefined ? {} : { costTn }),
  };
  if (costFp + costFn === 0 && costTp === undefined && costTn === undefined) {
    throw new InvalidOption({
      option: 'cost-fp and cost-fn',
      got: [costFp, costFn],
      expected: 'two numbers from 0 to 1e12, at least one of them above 0',
    });
  }
  requireThresholdRule({ rule: 'cost', ...costs });
  return costs;
}

function capacityOf({ capacity, capacityOf: of }: ThresholdJob): { capacity: number; of: number } {
  const number = required(capacity, 'capacity');
  if (of !== undefined && number < 1) {
    throw new InvalidOption({
      option: 'capacity-of',
      got: of,
      expected: `left out, since the capacity of ${number} is a share; or give the capacity as a number of rows`,
    });
  }
  if (of !== undefined) return { capacity: number, of };
  if (number < 1) return { capacity: number, of: 1 };
  throw new InvalidOption({
    option: 'capacity-of',
    got: of,
    expected: `the number of rows in the period that the capacity of ${number} is for; or give the capacity as a share, such as 5%`,
  });
}

function required(value: number | undefined, option: string): number {
  if (value !== undefined) return value;
  throw new InvalidOption({ option, got: value, expected: 'a number: the rule needs it' });
}

function checked(rule: ThresholdRule): ThresholdRule {
  requireThresholdRule(rule);
  return rule;
}
