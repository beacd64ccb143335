import { Interrupted, InvalidOption } from '@verdict/core';
import { requireCount, requireLabels } from '../metrics/checks.ts';
import { coefficientCount, requireDesign } from './design.ts';
import type { LinearDesign } from './design.ts';
import { minimiseByLbfgs } from './lbfgs.ts';
import { minimiseByNewton } from './newton.ts';
import { addMargins, LogisticObjective } from './objective.ts';

/** A fitted logistic regression; plain numbers, for JSON by way of `Array.from`. */
export interface LogisticModel {
  readonly intercept: number;
  /** Coefficient of each numeric column. */
  readonly numeric: Float64Array;
  /** Coefficients of the levels of each block. */
  readonly codes: Float64Array[];
  readonly iterations: number;
  /** False if the iterations ran out or rounding left no way further down. */
  readonly converged: boolean;
  /** Weight of the penalty against the summed loss: 1 / c. */
  readonly l2: number;
}

/** How a logistic regression is fitted. */
export interface LogisticOptions {
  /** Weight of the loss against the penalty, as in scikit-learn; default 1. Smaller is smoother. */
  readonly c?: number;
  readonly weights?: Float64Array;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Distance from the optimum in standard errors of the coefficients; default 1e-8. */
  readonly tolerance?: number;
  /** Stops the work with `Interrupted`. */
  readonly signal?: AbortSignal;
  /** Where to start, such as a neighbouring fit; it must have the design's shape. */
  readonly start?: LogisticModel;
  /** Default: Newton with few columns, L-BFGS with many; both find the same optimum. */
  readonly method?: 'newton' | 'lbfgs';
}

/** Numeric columns beyond this size are divided by a power of two while fitting. */
const LARGE = 2 ** 20;
/** Newton's cost grows with the square of these; beyond them L-BFGS is faster. */
const NEWTON_COLUMNS = 64;
const NEWTON_COEFFICIENTS = 256;

/**
 * Logistic regression with an L2 penalty: minimises c sum(w loss) + 0.5 sum(coefficient^2), the intercept
 * being free, as scikit-learn's `LogisticRegression` does. One-hot columns are never built. The penalty
 * keeps separable data finite. With one class, or no weight on the other, the coefficients are 0 and the
 * intercept is the log-odds of the class shares after half a row of either class is added.
 *
 * @param labels 1 for the positive class
 * @throws InvalidValue for numbers that are not finite; InsufficientData without rows
 */
export function fitLogistic(
  design: LinearDesign,
  labels: Uint8Array,
  options: LogisticOptions = {},
): LogisticModel {
  const { c = 1, weights, maxIterations = 1000, tolerance = 1e-8, signal, start } = options;
  if (!(c > 0 && c < Infinity)) {
    throw new InvalidOption({ option: 'c', got: c, expected: 'a finite number above 0' });
  }
  if (!(tolerance > 0)) {
    throw new InvalidOption({ option: 'tolerance', got: tolerance, expected: 'a number above 0' });
  }
  requireCount('maxIterations', maxIterations, 1);
  requireLabels(labels, weights, design.rowCount);
  requireDesign(design);
  const shape = scaleDesign(design);
  const rowWeights = new Float64Array(labels.length);
  let positive = 0;
  let negative = 0;
  for (let row = 0; row < labels.length; row++) {
    rowWeights[row] = c * (weights === undefined ? 1 : weights[row]);
    if (labels[row] === 1) positive += rowWeights[row];
    else negative += rowWeights[row];
  }
  if (!(positive + negative < Infinity)) {
    throw new InvalidOption({
      option: 'c',
      got: c,
      expected: 'small enough for c times the weights to be finite',
    });
  }
  const initial = new Float64Array(shape.penalty.length);
  if (positive === 0 || negative === 0) {
    initial[0] = Math.log((positive / c + 0.5) / (negative / c + 0.5));
    return toModel(initial, shape, c, 0, true);
  }
  initial[0] = Math.log(positive / negative);
  if (start !== undefined) flatten(start, shape, initial);
  const objective = new LogisticObjective(shape.design, labels, rowWeights, shape.penalty);
  const columns = design.numeric.length + design.codes.length;
  const few = columns <= NEWTON_COLUMNS && initial.length <= NEWTON_COEFFICIENTS;
  const method = options.method ?? (few ? 'newton' : 'lbfgs');
  const minimise = method === 'newton' ? minimiseByNewton : minimiseByLbfgs;
  const scale = Math.min(1, Math.sqrt(Math.min(positive, negative)));
  const { parameters, iterations, converged } = minimise(objective, initial, {
    maxIterations,
    tolerance: tolerance * scale,
    check: () => {
      if (signal?.aborted === true) throw new Interrupted();
    },
  });
  return toModel(parameters, shape, c, iterations, converged);
}

/** The log-odds of the positive class for each row of a design of the model's shape. */
export function logisticMargins(model: LogisticModel, design: LinearDesign): Float64Array {
  requireDesign(design);
  if (
    model.numeric.length !== design.numeric.length ||
    model.codes.length !== design.codes.length ||
    model.codes.some((coefficients, index) => coefficients.length !== design.codes[index].levels)
  ) {
    throw new InvalidOption({
      option: 'design',
      got: [design.numeric.length, ...design.codes.map(({ levels }) => levels)],
      expected: `of the model's shape, ${JSON.stringify([model.numeric.length, ...model.codes.map((block) => block.length)])}`,
    });
  }
  const parameters = new Float64Array(1 + coefficientCount(design));
  parameters[0] = model.intercept;
  parameters.set(model.numeric, 1);
  let offset = 1 + model.numeric.length;
  const offsets = model.codes.map((coefficients) => {
    parameters.set(coefficients, offset);
    return (offset += coefficients.length) - coefficients.length;
  });
  const margins = new Float64Array(design.rowCount);
  addMargins(design, parameters, offsets, 0, design.rowCount, margins);
  return margins;
}

/** A design whose numbers are of moderate size, and what was done to get there. */
interface ScaledDesign {
  readonly design: LinearDesign;
  /** Power of two that each numeric column was multiplied by. */
  readonly factors: Float64Array;
  /** Penalty of each parameter, intercept first. */
  readonly penalty: Float64Array;
}

/** Keeps squares of huge values from overflowing; dividing by powers of two loses no digit. */
function scaleDesign(design: LinearDesign): ScaledDesign {
  const factors = new Float64Array(design.numeric.length).fill(1);
  const numeric = design.numeric.map((column, index) => {
    let largest = 0;
    for (let row = 0; row < column.length; row++) largest = Math.max(largest, Math.abs(column[row]));
    if (largest <= LARGE) return column;
    const factor = 2 ** -Math.ceil(Math.log2(largest));
    factors[index] = factor;
    return column.map((value) => value * factor);
  });
  const penalty = new Float64Array(1 + coefficientCount(design)).fill(1);
  penalty[0] = 0;
  for (let index = 0; index < factors.length; index++) penalty[1 + index] = factors[index] ** 2;
  return { design: { ...design, numeric }, factors, penalty };
}

function flatten(model: LogisticModel, { factors, design }: ScaledDesign, parameters: Float64Array): void {
  parameters[0] = model.intercept;
  for (let index = 0; index < factors.length; index++) {
    parameters[1 + index] = model.numeric[index] / factors[index];
  }
  let offset = 1 + design.numeric.length;
  for (const coefficients of model.codes) {
    parameters.set(coefficients, offset);
    offset += coefficients.length;
  }
}

function toModel(
  parameters: Float64Array,
  { design, factors }: ScaledDesign,
  c: number,
  iterations: number,
  converged: boolean,
): LogisticModel {
  let offset = 1 + factors.length;
  return {
    intercept: parameters[0],
    numeric: factors.map((factor, index) => parameters[1 + index] * factor),
    codes: design.codes.map(({ levels }) => parameters.slice(offset, (offset += levels))),
    iterations,
    converged,
    l2: 1 / c,
  };
}
