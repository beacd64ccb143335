import { sigmoid } from '../decision/calibration.ts';

/** How members make one margin: the sum of weight x margin, plus the offset. */
export interface Stack {
  /** One for each member, not negative. */
  readonly weights: readonly number[];
  readonly offset: number;
}

/** What a stack is fitted to. */
export interface StackInput {
  /** 1 for the positive class. */
  readonly labels: Uint8Array;
  /** Margins of rows that the members have not seen, for each member one a row. */
  readonly members: readonly ArrayLike<number>[];
  /** Row weights; undefined if all are 1. Only their proportions matter. */
  readonly weights: Float64Array | undefined;
  /** The weights that the fit is pulled towards, one for each member. */
  readonly towards: readonly number[];
  /** The pull, in rows: this much times the squared distance from `towards` is added to the summed log loss. */
  readonly shrinkage: number;
}

const MOST_ITERATIONS = 100;
const TOLERANCE = 1e-10;
/** So many members have all their subsets tried; more of them are searched for the best one. */
const MOST_ENUMERATED = 3;
/** A slope, per row, below which a member that is left out is not worth taking in. */
const SLOPE_TOLERANCE = 1e-9;

/** Members that may have a weight; the others have 0. */
type Free = readonly boolean[];

interface Fit {
  readonly stack: Stack;
  readonly loss: number;
}

/**
 * A logistic regression on margins of several members with weights that are not negative, shrunken towards given
 * ones (stacking, Wolpert 1992; Breiman 1996; for log loss, LeBlanc and Tibshirani 1996).
 *
 * The problem is convex, so its optimum is that of one set of members without bounds: all sets are tried where they
 * are few; otherwise members of negative weight leave, and those that would lower the loss come back (Lawson and
 * Hanson 1974).
 */
export function fitStack(input: StackInput): Stack {
  const { members } = input;
  if (members.length > MOST_ENUMERATED) return searchedStack(input);
  const sets = Array.from({ length: 2 ** members.length }, (_, set) =>
    members.map((_, m) => Math.floor(set / 2 ** (members.length - 1 - m)) % 2 === 0),
  );
  // Without bounds and yet within them: that is the optimum.
  const inside = minimise(input, sets[0]);
  if (isFeasible(inside)) return inside.stack;
  const feasible = sets
    .slice(1)
    .map((free) => minimise(input, free))
    .filter(isFeasible);
  return feasible.reduce((best, fit) => (fit.loss < best.loss ? fit : best)).stack;
}

function isFeasible({ stack }: Fit): boolean {
  return stack.weights.every((weight) => weight >= 0);
}

/** The best set of members by leaving and coming back: each set that is kept has a lower loss than the one before. */
function searchedStack(input: StackInput): Stack {
  let free: Free = input.members.map(() => true);
  let at: readonly number[] = input.towards;
  let kept: Fit | undefined;
  for (;;) {
    let fit = minimise(input, free, at);
    while (!isFeasible(fit)) {
      // As far towards the optimum without bounds as no weight turns negative; the first that would leaves.
      const target = fit.stack.weights;
      let share = 1;
      let leaving = -1;
      for (let m = 0; m < target.length; m++) {
        if (!(target[m] < 0)) continue;
        const reach = at[m] / (at[m] - target[m]);
        if (leaving >= 0 && reach >= share) continue;
        share = reach;
        leaving = m;
      }
      at = at.map((weight, m) => (m === leaving ? 0 : weight + share * (target[m] - weight)));
      free = free.map((isFree, m) => isFree && m !== leaving);
      fit = minimise(input, free, at);
    }
    if (kept !== undefined && !(fit.loss < kept.loss)) return kept.stack;
    kept = fit;
    at = fit.stack.weights;
    const { gradient } = derivatives(input, [...at, fit.stack.offset]);
    let steepest = -1;
    for (let m = 0; m < at.length; m++) {
      if (free[m] || !(gradient[m] < -SLOPE_TOLERANCE * input.labels.length)) continue;
      if (steepest < 0 || gradient[m] < gradient[steepest]) steepest = m;
    }
    if (steepest < 0) return kept.stack;
    free = free.map((isFree, m) => isFree || m === steepest);
  }
}

function marginOf(
  members: readonly ArrayLike<number>[],
  weights: readonly number[],
  offset: number,
  row: number,
): number {
  let margin = 0;
  for (let m = 0; m < members.length; m++) margin += weights[m] * members[m][row];
  return margin + offset;
}

/** What the weights of rows are multiplied with, so that they count as many rows as there are. */
function scaleOf({ labels, weights }: StackInput): number {
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? labels.length;
  return total > 0 ? labels.length / total : 1;
}

function lossAt(input: StackInput, scale: number, at: readonly number[]): number {
  const { labels, members, weights, towards, shrinkage } = input;
  const offset = at[members.length];
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const margin = marginOf(members, at, offset, row);
    const signed = labels[row] === 1 ? -margin : margin;
    // log(1 + exp(x)) without overflow.
    sum +=
      (weights === undefined ? 1 : weights[row]) *
      (Math.max(signed, 0) + Math.log1p(Math.exp(-Math.abs(signed))));
  }
  return sum * scale + shrinkage * towards.reduce((pull, weight, m) => pull + (at[m] - weight) ** 2, 0);
}

/** Newton's method with step halving over the free weights and the offset; the other weights stay 0. */
function minimise(input: StackInput, free: Free, start: readonly number[] = input.towards): Fit {
  const { members } = input;
  const scale = scaleOf(input);
  let at = [...start.map((weight, m) => (free[m] ? weight : 0)), 0];
  let loss = lossAt(input, scale, at);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(input, at, scale);
    const step = solve(hessian, gradient, free);
    let size = 1;
    let next = at;
    let nextLoss = Infinity;
    while (size > 1e-12) {
      next = at.map((value, i) => value - size * step[i]);
      nextLoss = lossAt(input, scale, next);
      if (nextLoss <= loss) break;
      size /= 2;
    }
    if (!(nextLoss < loss)) break;
    const gained = loss - nextLoss;
    at = next;
    loss = nextLoss;
    if (gained <= TOLERANCE * (1 + Math.abs(loss))) break;
  }
  return { stack: { weights: at.slice(0, members.length), offset: at[members.length] }, loss };
}

function derivatives(
  input: StackInput,
  at: readonly number[],
  scale = scaleOf(input),
): { gradient: number[]; hessian: number[][] } {
  const { labels, members, weights, towards, shrinkage } = input;
  const last = members.length;
  const gradient = at.map(() => 0);
  const hessian = at.map(() => at.map(() => 0));
  const x = at.map(() => 1);
  for (let row = 0; row < labels.length; row++) {
    const weight = scale * (weights === undefined ? 1 : weights[row]);
    for (let m = 0; m < last; m++) x[m] = members[m][row];
    const probability = sigmoid(marginOf(members, at, at[last], row));
    const residual = weight * (probability - labels[row]);
    const curvature = weight * probability * (1 - probability);
    for (let i = 0; i <= last; i++) {
      gradient[i] += residual * x[i];
      for (let j = 0; j <= i; j++) hessian[i][j] += curvature * x[i] * x[j];
    }
  }
  for (let m = 0; m < last; m++) {
    gradient[m] += 2 * shrinkage * (at[m] - towards[m]);
    hessian[m][m] += 2 * shrinkage;
  }
  // Keeps the offset's own curvature from vanishing when every row is certain.
  hessian[last][last] += 1e-9;
  for (let i = 0; i <= last; i++) for (let j = 0; j < i; j++) hessian[j][i] = hessian[i][j];
  return { gradient, hessian };
}

/**
 * The step of the free weights and the offset, the last: solves a symmetric positive definite system by elimination.
 * Members that are not free have an equation of their own.
 */
function solve(hessian: readonly number[][], gradient: readonly number[], free: Free): number[] {
  const size = gradient.length;
  const isFixed = (i: number): boolean => i < size - 1 && !free[i];
  const rows = hessian.map((row, i) => [
    ...row.map((value, j) => (isFixed(i) || isFixed(j) ? Number(i === j) : value)),
    isFixed(i) ? 0 : gradient[i],
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      for (let column = pivot; column <= size; column++) rows[row][column] -= factor * rows[pivot][column];
    }
  }
  const solution = gradient.map(() => 0);
  for (let row = size - 1; row >= 0; row--) {
    let rest = rows[row][size];
    for (let column = row + 1; column < size; column++) rest -= rows[row][column] * solution[column];
    solution[row] = rest / rows[row][row];
  }
  return solution;
}
