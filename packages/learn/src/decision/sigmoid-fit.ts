import type { Scores } from '../metrics/checks.ts';
import { plattTargets, requireMargins } from './calibration-rows.ts';
import type { SmoothTargets } from './calibration-rows.ts';
import { sigmoid } from './calibration.ts';
import type { SigmoidCalibration } from './calibration.ts';

/** Margins that differ by less are the same but for rounding: a slope between them would be without bounds. */
const SMALLEST_SPREAD = 1e-12;

/**
 * Fits probability = sigmoid(slope margin + intercept) by maximum likelihood to Platt's smoothed targets
 * (Platt 1999; Newton's method with step halving, Lin, Lin and Weng 2007). A calibration must not turn the
 * order of the rows round: the slope is 0 where the best one would be negative, or all margins are equal
 * to within 1e-12.
 */
export function fitSigmoid(labels: Uint8Array, margins: Scores, weights?: Float64Array): SigmoidCalibration {
  requireMargins(labels, margins, weights);
  const targets = plattTargets(labels, weights);
  let lowest = Infinity;
  let highest = -Infinity;
  for (const margin of margins) {
    lowest = Math.min(lowest, margin);
    highest = Math.max(highest, margin);
  }
  const centre = 0.5 * lowest + 0.5 * highest;
  const spread = Math.max(highest - centre, centre - lowest);
  const scale = spread > SMALLEST_SPREAD ? spread : 1;
  const rows = { labels, margins, weights, targets, centre, scale };
  let slope = 0;
  let intercept = targets.offset;
  let state = sigmoidState(rows, slope, intercept);
  for (let iteration = 0; iteration < 200; iteration++) {
    const ridge = 1e-12 * (state.hessian11 + state.hessian22);
    const h11 = state.hessian11 + ridge;
    const h22 = state.hessian22 + ridge;
    const determinant = h11 * h22 - state.hessian12 ** 2;
    if (!(determinant > 0)) break;
    const stepSlope = (h22 * state.gradient1 - state.hessian12 * state.gradient2) / determinant;
    const stepIntercept = (h11 * state.gradient2 - state.hessian12 * state.gradient1) / determinant;
    const decrement = stepSlope * state.gradient1 + stepIntercept * state.gradient2;
    if (!(decrement > 1e-22 * state.total)) break;
    let moved = false;
    for (let length = 1; length > 1e-10; length /= 2) {
      const next = sigmoidState(rows, slope - length * stepSlope, intercept - length * stepIntercept);
      if (next.loss <= state.loss - 1e-4 * length * decrement + 1e-14 * state.loss) {
        slope -= length * stepSlope;
        intercept -= length * stepIntercept;
        state = next;
        moved = true;
        break;
      }
    }
    if (!moved) break;
  }
  if (slope <= 0 || spread <= SMALLEST_SPREAD)
    return { kind: 'sigmoid', slope: 0, intercept: targets.offset };
  return { kind: 'sigmoid', slope: slope / scale, intercept: intercept - (slope / scale) * centre };
}

interface SigmoidRows {
  readonly labels: Uint8Array;
  readonly margins: Scores;
  readonly weights: Float64Array | undefined;
  readonly targets: SmoothTargets;
  /** Margins are moved and scaled to [-1, 1] while fitting. */
  readonly centre: number;
  readonly scale: number;
}

interface SigmoidState {
  readonly loss: number;
  readonly total: number;
  readonly gradient1: number;
  readonly gradient2: number;
  readonly hessian11: number;
  readonly hessian12: number;
  readonly hessian22: number;
}

/** Loss and derivatives; index 1 is the slope and 2 the intercept. */
function sigmoidState(rows: SigmoidRows, slope: number, intercept: number): SigmoidState {
  const { labels, margins, weights, targets, centre, scale } = rows;
  let loss = 0;
  let total = 0;
  let gradient1 = 0;
  let gradient2 = 0;
  let hessian11 = 0;
  let hessian12 = 0;
  let hessian22 = 0;
  for (let row = 0; row < labels.length; row++) {
    const x = (margins[row] - centre) / scale;
    const z = slope * x + intercept;
    const weight = weights === undefined ? 1 : weights[row];
    const target = labels[row] === 1 ? targets.positive : targets.negative;
    const e = Math.exp(-Math.abs(z));
    loss += weight * ((z > 0 ? z : 0) - target * z + Math.log1p(e));
    total += weight;
    const residual = weight * (sigmoid(z) - target);
    const curvature = (weight * e) / ((1 + e) * (1 + e));
    gradient1 += residual * x;
    gradient2 += residual;
    hessian11 += curvature * x * x;
    hessian12 += curvature * x;
    hessian22 += curvature;
  }
  return { loss, total, gradient1, gradient2, hessian11, hessian12, hessian22 };
}
