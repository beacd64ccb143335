import type { Calibration } from '../decision/index.ts';
import { calibrate } from '../decision/index.ts';

/** One step of a waterfall, in log-odds. */
export interface WaterfallStep {
  /** The column; undefined for all others together. */
  readonly column?: string;
  /** How many columns the step stands for. */
  readonly columns: number;
  readonly contribution: number;
  /** The log-odds before and after it. */
  readonly from: number;
  readonly to: number;
}

/** How one row comes to its probability, step by step. */
export interface Waterfall {
  /** Log-odds that all rows start from, and their probability. */
  readonly bias: number;
  readonly biasProbability: number;
  /** The largest contribution first, the other columns together at the end. */
  readonly steps: readonly WaterfallStep[];
  readonly margin: number;
  readonly probability: number;
}

/**
 * Lays out the contributions of one row as steps from the bias to the margin. What rounding leaves between the sum
 * of the contributions and the margin goes to the last step.
 *
 * @param explanation what `explainRow` or one row of `explainBatch` gives
 * @param mostSteps the most steps, that of the other columns among them; at least 1
 */
export function waterfallOf(
  explanation: {
    readonly columns: readonly string[];
    readonly contributions: ArrayLike<number>;
    readonly bias: number;
    readonly margin: number;
  },
  calibration: Calibration,
  mostSteps = 12,
): Waterfall {
  const { columns, contributions, bias, margin } = explanation;
  const order = [...columns.keys()].sort(
    (a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]) || a - b,
  );
  const single = order.length > mostSteps ? order.slice(0, mostSteps - 1) : order;
  let at = bias;
  const steps: WaterfallStep[] = single.map((place, i) => {
    const from = at;
    at = i === order.length - 1 ? margin : from + contributions[place];
    return { column: columns[place], columns: 1, contribution: contributions[place], from, to: at };
  });
  if (single.length < order.length)
    steps.push({ columns: order.length - single.length, contribution: margin - at, from: at, to: margin });
  return {
    bias,
    biasProbability: calibrate(calibration, bias),
    steps,
    margin,
    probability: calibrate(calibration, margin),
  };
}
