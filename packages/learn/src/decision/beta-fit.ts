import type { Scores } from '../metrics/checks.ts';
import { plattTargets } from './calibration-rows.ts';
import { logSigmoid, sigmoid } from './calibration.ts';
import type { BetaCalibration } from './calibration.ts';
import { fitSigmoid } from './sigmoid-fit.ts';

/**
 * Pull of `a` and `b` towards the sigmoid's slope, in units of one row's log loss: a millionth of a row, too
 * little to be seen, keeps them finite where no margin tells them apart.
 */
const PULL = 1e-6;
/** Columns that vary less than this say nothing. */
const SMALLEST_SPREAD = 1e-6;
const MOST_ITERATIONS = 200;

/**
 * Fits probability = sigmoid(a ln s - b ln(1 - s) + c), where s = sigmoid(margin) and neither a nor b is
 * negative: beta calibration (Kull, Silva Filho and Flach 2017), a logistic regression on ln s and
 * -ln(1 - s), here by maximum likelihood to Platt's smoothed targets, so that separable rows have a best fit
 * too. With a = b it is the sigmoid calibration; a and b apart bend the two ends differently. Both logarithms
 * come from the margin, so that no probability is rounded to 0 or 1 on the way.
 *
 * The problem is convex: if the best fit without bounds has a negative coefficient, the best one with bounds
 * lies where a, b or both are 0.
 */
export function fitBeta(labels: Uint8Array, margins: Scores, weights?: Float64Array): BetaCalibration {
  const { slope, intercept } = fitSigmoid(labels, margins, weights);
  const { positive, negative, offset } = plattTargets(labels, weights);
  const up = centred(Float64Array.from(margins, logSigmoid));
  const down = centred(Float64Array.from(margins, (margin) => -logSigmoid(-margin)));
  const targets = Float64Array.from(labels, (label) => (label === 1 ? positive : negative));
  const rows = { columns: [up, down], targets, weights, slope };
  // From the sigmoid on, which is never far.
  const level = intercept + slope * (up.centre + down.centre);
  let best = minimise(rows, [slope * up.scale, slope * down.scale, level], [true, true]);
  if (!isAllowed(best)) {
    const edges = [
      minimise(rows, [0, 0, offset], [true, false]),
      minimise(rows, [0, 0, offset], [false, true]),
      minimise(rows, [0, 0, offset], [false, false]),
    ].filter(isAllowed);
    best = edges.reduce((least, fit) => (fit.loss < least.loss ? fit : least));
  }
  const a = best.at[0] / up.scale;
  const b = best.at[1] / down.scale;
  return { kind: 'beta', a, b, c: best.at[2] - a * up.centre - b * down.centre };
}

/** One of the two logarithms, moved and scaled to [-1, 1]. */
interface Column {
  readonly values: Float64Array;
  readonly centre: number;
  readonly scale: number;
}

function centred(values: Float64Array): Column {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const centre = 0.5 * lowest + 0.5 * highest;
  const scale = Math.max(highest - centre, SMALLEST_SPREAD);
  return { values: values.map((value) => (value - centre) / scale), centre, scale };
}

interface BetaRows {
  readonly columns: readonly Column[];
  readonly targets: Float64Array;
  readonly weights: Float64Array | undefined;
  /** Of the sigmoid. */
  readonly slope: number;
}

/** Coefficients of the two columns and the constant, and what they reach. */
interface Fit {
  readonly at: readonly number[];
  readonly loss: number;
}

function isAllowed({ at }: Fit): boolean {
  return at[0] >= 0 && at[1] >= 0;
}

/** Newton's method with step halving; columns that are not free keep their coefficient. */
function minimise(rows: BetaRows, start: readonly number[], free: readonly boolean[]): Fit {
  let at = start;
  let state = stateAt(rows, at, free);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const step = solve(state.hessian, state.gradient);
    const decrement = step.reduce((sum, value, i) => sum + value * state.gradient[i], 0);
    if (!(decrement > 1e-22 * state.total)) break;
    let next: readonly number[] | undefined;
    for (let length = 1; length > 1e-10; length /= 2) {
      const tried = at.map((value, i) => value - length * step[i]);
      const reached = stateAt(rows, tried, free);
      if (reached.loss <= state.loss - 1e-4 * length * decrement + 1e-14 * state.loss) {
        next = tried;
        state = reached;
        break;
      }
    }
    if (next === undefined) break;
    at = next;
  }
  return { at, loss: state.loss };
}

interface State {
  readonly loss: number;
  readonly total: number;
  readonly gradient: number[];
  readonly hessian: number[][];
}

/** Summed loss with its derivatives. */
function stateAt(
  { columns, targets, weights, slope }: BetaRows,
  at: readonly number[],
  free: readonly boolean[],
): State {
  const [up, down] = columns;
  const gradient = [0, 0, 0];
  const hessian = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  let loss = 0;
  let total = 0;
  for (let row = 0; row < targets.length; row++) {
    const x = up.values[row];
    const y = down.values[row];
    const z = at[0] * x + at[1] * y + at[2];
    const weight = weights === undefined ? 1 : weights[row];
    const e = Math.exp(-Math.abs(z));
    loss += weight * ((z > 0 ? z : 0) - targets[row] * z + Math.log1p(e));
    total += weight;
    const residual = weight * (sigmoid(z) - targets[row]);
    const curvature = (weight * e) / ((1 + e) * (1 + e));
    gradient[0] += residual * x;
    gradient[1] += residual * y;
    gradient[2] += residual;
    hessian[0][0] += curvature * x * x;
    hessian[1][0] += curvature * x * y;
    hessian[1][1] += curvature * y * y;
    hessian[2][0] += curvature * x;
    hessian[2][1] += curvature * y;
    hessian[2][2] += curvature;
  }
  for (const [i, { scale }] of columns.entries()) {
    const away = at[i] / scale - slope;
    loss += 0.5 * PULL * away * away;
    gradient[i] += (PULL * away) / scale;
    hessian[i][i] += PULL / scale / scale;
    if (free[i]) continue;
    gradient[i] = 0;
    for (let j = 0; j < 3; j++) hessian[Math.max(i, j)][Math.min(i, j)] = i === j ? 1 : 0;
  }
  return { loss, total, gradient, hessian };
}

/**
 * Solves a system of three equations whose lower triangle is given by Cholesky's method; a pivot that rounding
 * has taken away moves nothing.
 */
function solve(lower: readonly (readonly number[])[], right: readonly number[]): number[] {
  const factor = lower.map((row) => [...row]);
  const solution = [...right];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i][j];
      for (let k = 0; k < j; k++) sum -= factor[i][k] * factor[j][k];
      if (i !== j) factor[i][j] = factor[j][j] > 0 ? sum / factor[j][j] : 0;
      else factor[i][i] = sum > 1e-14 * lower[i][i] ? Math.sqrt(sum) : 0;
    }
  }
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < i; k++) solution[i] -= factor[i][k] * solution[k];
    solution[i] = factor[i][i] > 0 ? solution[i] / factor[i][i] : 0;
  }
  for (let i = 2; i >= 0; i--) {
    for (let k = i + 1; k < 3; k++) solution[i] -= factor[k][i] * solution[k];
    solution[i] = factor[i][i] > 0 ? solution[i] / factor[i][i] : 0;
  }
  return solution;
}
