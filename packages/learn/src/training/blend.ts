import { sigmoid } from '../decision/index.ts';

/** How two members make one margin: trees x margin of the trees + linear x margin of the regression + offset. */
export interface Blend {
  readonly trees: number;
  readonly linear: number;
  readonly offset: number;
}

/**
 * Pull towards the trees alone: the blend minimises the summed log loss plus this much times
 * (trees - 1)^2 + linear^2. Five rows' worth steadies small tables and vanishes in large ones.
 */
const SHRINKAGE = 5;
const MOST_ITERATIONS = 100;
const TOLERANCE = 1e-10;

/**
 * Chooses the blend by log loss on out-of-fold margins: a logistic regression on the members' margins with
 * weights that are not negative, shrunken towards the trees alone (stacking, Wolpert 1992; Breiman 1996).
 * Slope and offset calibrate at the same time, so no further calibration is needed.
 *
 * @param labels 1 for the positive class
 * @param trees out-of-fold margins of the trees, one for each row
 * @param linear the same of the regression
 */
export function chooseBlend(
  labels: Uint8Array,
  trees: Float64Array,
  linear: Float64Array,
  weights: Float64Array | undefined,
): Blend {
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? labels.length;
  const scale = total > 0 ? labels.length / total : 1;
  // The problem is convex: the best point of the quadrant is the best of its inside, its edges and its corner.
  const fits = [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ].map(([useTrees, useLinear]) => minimise(labels, trees, linear, weights, scale, useTrees, useLinear));
  const feasible = fits.filter(({ blend }) => blend.trees >= 0 && blend.linear >= 0);
  return feasible.reduce((best, fit) => (fit.loss < best.loss ? fit : best)).blend;
}

/** Newton's method with step halving over the free coefficients; the others stay 0. */
function minimise(
  labels: Uint8Array,
  trees: Float64Array,
  linear: Float64Array,
  weights: Float64Array | undefined,
  scale: number,
  useTrees: boolean,
  useLinear: boolean,
): { blend: Blend; loss: number } {
  let at = [useTrees ? 1 : 0, 0, 0];
  const free = [useTrees, useLinear, true];
  const lossAt = ([a, b, c]: readonly number[]): number => {
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const margin = a * trees[row] + b * linear[row] + c;
      const signed = labels[row] === 1 ? -margin : margin;
      // log(1 + exp(x)) without overflow.
      sum +=
        (weights === undefined ? 1 : weights[row]) *
        (Math.max(signed, 0) + Math.log1p(Math.exp(-Math.abs(signed))));
    }
    return sum * scale + SHRINKAGE * ((a - 1) ** 2 + b ** 2);
  };
  let loss = lossAt(at);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(labels, trees, linear, weights, scale, at, free);
    const step = solve(hessian, gradient);
    let size = 1;
    let next = at;
    let nextLoss = Infinity;
    while (size > 1e-12) {
      next = at.map((value, i) => value - size * step[i]);
      nextLoss = lossAt(next);
      if (nextLoss <= loss) break;
      size /= 2;
    }
    if (!(nextLoss < loss)) break;
    const gained = loss - nextLoss;
    at = next;
    loss = nextLoss;
    if (gained <= TOLERANCE * (1 + Math.abs(loss))) break;
  }
  const [a, b, c] = at;
  return { blend: { trees: a, linear: b, offset: c }, loss };
}

function derivatives(
  labels: Uint8Array,
  trees: Float64Array,
  linear: Float64Array,
  weights: Float64Array | undefined,
  scale: number,
  [a, b, c]: readonly number[],
  free: readonly boolean[],
): { gradient: number[]; hessian: number[][] } {
  const gradient = [0, 0, 0];
  const hessian = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let row = 0; row < labels.length; row++) {
    const weight = scale * (weights === undefined ? 1 : weights[row]);
    const probability = sigmoid(a * trees[row] + b * linear[row] + c);
    const residual = weight * (probability - labels[row]);
    const curvature = weight * probability * (1 - probability);
    const x = [trees[row], linear[row], 1];
    for (let i = 0; i < 3; i++) {
      gradient[i] += residual * x[i];
      for (let j = 0; j <= i; j++) hessian[i][j] += curvature * x[i] * x[j];
    }
  }
  gradient[0] += 2 * SHRINKAGE * (a - 1);
  gradient[1] += 2 * SHRINKAGE * b;
  hessian[0][0] += 2 * SHRINKAGE;
  hessian[1][1] += 2 * SHRINKAGE;
  // Keeps the offset's own curvature from vanishing when every row is certain.
  hessian[2][2] += 1e-9;
  for (let i = 0; i < 3; i++) for (let j = 0; j < i; j++) hessian[j][i] = hessian[i][j];
  for (let i = 0; i < 3; i++) {
    if (free[i]) continue;
    gradient[i] = 0;
    for (let j = 0; j < 3; j++) {
      hessian[i][j] = i === j ? 1 : 0;
      hessian[j][i] = i === j ? 1 : 0;
    }
  }
  return { gradient, hessian };
}

/** Solves a symmetric positive definite system of three equations by elimination. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let pivot = 0; pivot < 3; pivot++) {
    for (let row = pivot + 1; row < 3; row++) {
      const factor = rows[row][pivot] / rows[pivot][pivot];
      for (let column = pivot; column < 4; column++) rows[row][column] -= factor * rows[pivot][column];
    }
  }
  const solution = [0, 0, 0];
  for (let row = 2; row >= 0; row--) {
    let rest = rows[row][3];
    for (let column = row + 1; column < 3; column++) rest -= rows[row][column] * solution[column];
    solution[row] = rest / rows[row][row];
  }
  return solution;
}

/** The members' margins as one. */
export function blendMargins(
  trees: ArrayLike<number>,
  linear: ArrayLike<number>,
  blend: Blend,
): Float64Array {
  const margins = new Float64Array(trees.length);
  for (let row = 0; row < margins.length; row++) {
    margins[row] = blend.trees * trees[row] + blend.linear * linear[row] + blend.offset;
  }
  return margins;
}

/** Probabilities of margins. */
export function probabilitiesOf(margins: Float64Array): Float64Array {
  return margins.map(sigmoid);
}
