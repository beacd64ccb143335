import { requireLabels, requireLength, requireThreshold } from './checks.ts';
import type { Scores } from './checks.ts';
import { requireCosts } from './cost-matrix.ts';
import type { CostMatrix } from './cost-matrix.ts';
import type { Interval } from './bootstrap.ts';
import { normalHalfWidth } from './normal-distribution.ts';
import { resamplingUnits } from './resampling.ts';
import { weightedMean } from './weighted-mean.ts';

/** A way to decide: who has at least the threshold is called positive. */
export interface DecisionPolicy {
  /** Probabilities or other scores, one for each row. */
  readonly probabilities: Scores;
  readonly threshold: number;
}

/** What a policy costs per row, and what the model saves against it. */
export interface PolicyCost {
  readonly cost: number;
  /** Cost of this policy minus cost of the model on the same rows, with its 95 % interval. */
  readonly saving: Interval & { readonly mean: number };
}

/** What decisions cost on labelled rows, in the unit of the cost matrix, per row. */
export interface DecisionWorth {
  readonly costs: Required<CostMatrix>;
  /** Cost per row when the model decides, with its 95 % interval. */
  readonly model: Interval & { readonly cost: number };
  /** Nobody is called positive. */
  readonly nobody: PolicyCost;
  /** Everybody is. */
  readonly everybody: PolicyCost;
  /** A plain logistic regression decides, if one was given. */
  readonly logistic?: PolicyCost;
}

export interface WorthOptions {
  readonly weights?: Float64Array | undefined;
  /** Rows with the same number of 0 or more are not independent of one another; -1 stands alone. */
  readonly groups?: Int32Array | undefined;
  /** The decisions of a logistic regression on the same rows. */
  readonly logistic?: DecisionPolicy | undefined;
}

/**
 * Values decisions by what each outcome costs, beside the rules that call nobody and everybody.
 *
 * Intervals are normal ones of a weighted mean over the rows, or over groups of rows where these belong
 * together (the linearised ratio estimator; Cochran 1977, chapter 6): they hold for fixed decisions, as those
 * of the other metrics. Savings are paired, row by row.
 *
 * @throws InvalidOption for costs by which no decision makes sense
 */
export function decisionWorth(
  labels: Uint8Array,
  model: DecisionPolicy,
  costs: CostMatrix,
  options: WorthOptions = {},
): DecisionWorth {
  const { weights, groups, logistic } = options;
  requireLabels(labels, weights);
  requireCosts(costs);
  const full = { costTp: 0, costTn: 0, ...costs };
  const { costFp, costFn, costTp, costTn } = full;
  const paid = (label: number, called: boolean): number =>
    label === 1 ? (called ? costTp : costFn) : called ? costFp : costTn;
  const unitOfRow = groups === undefined ? undefined : resamplingUnits(labels.length, groups).unitOfRow;
  const meanOf = (values: Float64Array): Interval & { mean: number } => interval(values, weights, unitOfRow);
  const costsOf = ({ probabilities, threshold }: DecisionPolicy): Float64Array => {
    requireLength('probabilities', probabilities.length, labels.length);
    requireThreshold(threshold);
    return Float64Array.from(labels, (label, row) => paid(label, probabilities[row] >= threshold));
  };
  const own = costsOf(model);
  const against = (theirs: Float64Array): PolicyCost => ({
    cost: meanOf(theirs).mean,
    saving: meanOf(theirs.map((cost, row) => cost - own[row])),
  });
  const { mean: cost, low, high } = meanOf(own);
  return {
    costs: { costFp, costFn, costTp, costTn },
    model: { cost, low, high },
    nobody: against(Float64Array.from(labels, (label) => paid(label, false))),
    everybody: against(Float64Array.from(labels, (label) => paid(label, true))),
    ...(logistic === undefined ? {} : { logistic: against(costsOf(logistic)) }),
  };
}

const LEVEL = 0.95;

/** A weighted mean with its normal interval; no interval (NaN) from a single unit. */
function interval(
  values: Float64Array,
  weights: Float64Array | undefined,
  unitOfRow: Uint32Array | undefined,
): Interval & { mean: number } {
  const { mean, standardError } = weightedMean(values, weights, unitOfRow);
  const half = normalHalfWidth(LEVEL) * standardError;
  return { mean, low: mean - half, high: mean + half };
}
