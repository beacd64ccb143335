import type { LogisticObjective } from './objective.ts';

/** How a minimiser ended. */
export interface Minimum {
  readonly parameters: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** When a minimiser stops. */
export interface StoppingRule {
  readonly maxIterations: number;
  /** Distance from the minimum, in standard errors of the parameters, that is close enough. */
  readonly tolerance: number;
  /** Called before each iteration; throws to stop. */
  readonly check: () => void;
}

/** Rounding in the objective's sums: rises below this share of its value mean nothing. */
export const NOISE = 1e-13;
/** A predicted fall below this share of the objective cannot be reached in double precision. */
const ROUNDING = 1e-15;

/**
 * Newton's method with Cholesky factorisation and a halving line search. Convergence is quadratic, so once
 * the decrement is below the square root of the tolerance one more step is enough.
 */
export function minimiseByNewton(
  objective: LogisticObjective,
  initial: Float64Array,
  { maxIterations, tolerance, check }: StoppingRule,
): Minimum {
  const size = objective.size;
  // Two places for value, gradient and Hessian: the trial's become the current ones when it is accepted.
  let current = { gradient: new Float64Array(size), hessian: new Float64Array(size * size) };
  let trial = { gradient: new Float64Array(size), hessian: new Float64Array(size * size) };
  let parameters = Float64Array.from(initial);
  let value = objective.evaluate(parameters, current.gradient, current.hessian);
  // A sampled Hessian converges by a factor a step, so the last step must start nearer.
  const enough = objective.hessianStride > 1 ? tolerance / 100 : tolerance;
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    check();
    const step = solve(current.hessian, current.gradient, size);
    if (step === undefined) return { parameters, iterations: iteration, converged: false };
    let slope = 0;
    for (let j = 0; j < size; j++) slope -= step[j] * current.gradient[j];
    if (-slope <= Math.max(enough, ROUNDING * value)) {
      return { parameters: moved(parameters, step, 1), iterations: iteration, converged: true };
    }
    const bound = value + NOISE * Math.abs(value);
    let length = 1;
    let next = moved(parameters, step, length);
    let nextValue = objective.evaluate(next, trial.gradient, trial.hessian);
    // Halves the step until the objective falls enough (Armijo).
    while (!(nextValue <= bound + 1e-4 * length * slope)) {
      length /= 2;
      if (length <= 1e-12) return { parameters, iterations: iteration, converged: false };
      next = moved(parameters, step, length);
      nextValue = objective.evaluate(next, trial.gradient, trial.hessian);
    }
    parameters = next;
    value = nextValue;
    [current, trial] = [trial, current];
  }
  return { parameters, iterations: maxIterations, converged: false };
}

function moved(parameters: Float64Array, step: Float64Array, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(parameters, (parameter, j) => parameter - length * step[j]);
}

/**
 * Solves H x = g for a symmetric matrix whose lower triangle is given. If rounding has made it indefinite,
 * its diagonal is raised, more with each attempt; undefined if nothing helps.
 */
function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array | undefined {
  for (const lift of [0, 1e-12, 1e-9, 1e-6, 1e-3, 1]) {
    const factor = factorise(matrix, size, lift);
    if (factor !== undefined) return substitute(factor, right, size);
  }
  return undefined;
}

/** The Cholesky factor, or undefined if a pivot is not positive. */
function factorise(matrix: Float64Array, size: number, lift: number): Float64Array | undefined {
  const factor = Float64Array.from(matrix);
  for (let j = 0; j < size; j++) {
    const line = j * size;
    const entry = matrix[line + j];
    for (let k = 0; k < j; k++) {
      const other = k * size;
      let sum = factor[line + k];
      for (let m = 0; m < k; m++) sum -= factor[line + m] * factor[other + m];
      factor[line + k] = sum / factor[other + k];
    }
    let pivot = entry + lift * (entry + 1);
    for (let m = 0; m < j; m++) pivot -= factor[line + m] * factor[line + m];
    if (!(pivot > entry * 1e-15 && pivot > 0)) return undefined;
    factor[line + j] = Math.sqrt(pivot);
  }
  return factor;
}

function substitute(factor: Float64Array, right: Float64Array, size: number): Float64Array {
  const solution = Float64Array.from(right);
  for (let j = 0; j < size; j++) {
    let sum = solution[j];
    for (let k = 0; k < j; k++) sum -= factor[j * size + k] * solution[k];
    solution[j] = sum / factor[j * size + j];
  }
  for (let j = size - 1; j >= 0; j--) {
    const value = solution[j] / factor[j * size + j];
    solution[j] = value;
    for (let k = 0; k < j; k++) solution[k] -= factor[j * size + k] * value;
  }
  return solution;
}
