import { NOISE } from './newton.ts';
import type { Minimum, StoppingRule } from './newton.ts';
import type { LogisticObjective } from './objective.ts';

/** Steps that are remembered. */
const MEMORY = 20;

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/**
 * Limited-memory BFGS (Liu and Nocedal 1989) for many columns. The parameters are divided by the square
 * root of the Hessian's diagonal at the start, which makes rare and frequent categories equally steep.
 */
export function minimiseByLbfgs(
  objective: LogisticObjective,
  initial: Float64Array,
  { maxIterations, tolerance, check }: StoppingRule,
): Minimum {
  const size = objective.size;
  const scale = objective.diagonal(initial).map((entry) => 1 / Math.sqrt(Math.max(entry, 1e-300)));
  let parameters = Float64Array.from(initial);
  const rawGradient = new Float64Array(size);
  const evaluate = (at: Float64Array, into: Float64Array): number => {
    const value = objective.evaluate(at, rawGradient);
    for (let j = 0; j < size; j++) into[j] = rawGradient[j] * scale[j];
    return value;
  };
  let gradient = new Float64Array(size);
  let value = evaluate(parameters, gradient);
  let corrections: Correction[] = [];
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    check();
    if (Math.sqrt(dot(gradient, gradient)) <= tolerance) {
      return { parameters, iterations: iteration, converged: true };
    }
    const direction = towards(gradient, corrections);
    const slope = dot(direction, gradient);
    let accepted = false;
    const shortest = slope < 0 ? 1e-12 : 1;
    for (let length = 1; length > shortest; length /= 2) {
      const next = new Float64Array(size);
      for (let j = 0; j < size; j++) next[j] = parameters[j] + length * direction[j] * scale[j];
      const nextGradient = new Float64Array(size);
      const nextValue = evaluate(next, nextGradient);
      if (!(nextValue <= value + 1e-4 * length * slope + NOISE * Math.abs(value))) continue;
      const step = direction.map((entry) => length * entry);
      const change = nextGradient.map((entry, j) => entry - gradient[j]);
      const curvature = dot(step, change);
      if (curvature > 1e-14 * dot(change, change)) {
        corrections.push({ step, change, curvature });
        if (corrections.length > MEMORY) corrections.shift();
      }
      parameters = next;
      gradient = nextGradient;
      value = nextValue;
      accepted = true;
      break;
    }
    if (accepted) continue;
    if (corrections.length === 0) return { parameters, iterations: iteration, converged: false };
    corrections = [];
  }
  return { parameters, iterations: maxIterations, converged: false };
}

/** The downhill direction by the two-loop recursion. */
function towards(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const factors = new Float64Array(corrections.length);
  for (let i = corrections.length - 1; i >= 0; i--) {
    const { step, change, curvature } = corrections[i];
    factors[i] = dot(step, direction) / curvature;
    addScaled(direction, change, -factors[i]);
  }
  const last = corrections.at(-1);
  if (last !== undefined) {
    const length = last.curvature / dot(last.change, last.change);
    for (let j = 0; j < direction.length; j++) direction[j] *= length;
  }
  for (const [i, { step, change, curvature }] of corrections.entries()) {
    addScaled(direction, step, factors[i] - dot(change, direction) / curvature);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function addScaled(target: Float64Array, values: Float64Array, factor: number): void {
  for (let j = 0; j < target.length; j++) target[j] += factor * values[j];
}
