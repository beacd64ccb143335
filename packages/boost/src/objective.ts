import { InvalidValue } from '@verdict/core';
import { CHUNK_ROWS, eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { Params } from './params.ts';
import type { Workspace } from './workspace.ts';

/** The training rows as an objective sees them. Offsets are in bytes into the workspace's memory. */
export interface GradientFrame {
  readonly workspace: Workspace;
  /** The threads that may be used. */
  readonly crew: Crew;
  /** From 0; counted from the first round of the booster that is continued, if one is. */
  readonly round: number;
  /** Training rows. Arrays of floats are padded to a multiple of four rows, of weight 0. */
  readonly rows: number;
  /** One float a row, and so are labels and weights (in which `scale_pos_weight` has its part). */
  readonly margins: number;
  readonly labels: number;
  readonly weights: number;
  /** Where pairs (g, h) of floats go, one a row. */
  readonly gradients: number;
  /** Room for two doubles for every chunk of rows, for kernels that return sums. */
  readonly sums: number;
}

/** Sums over all training rows, from which the scale of the integer histograms is chosen. */
export interface GradientSums {
  /** Sum of |g|. */
  readonly gradient: number;
  /** Sum of h. */
  readonly hessian: number;
}

/** A loss to be minimised: the only place where gradients come from. */
export interface Objective {
  /** Writes the gradient and hessian of every training row at its margin, row weight applied. */
  computeGradients(frame: GradientFrame): GradientSums;
}

/** Weighted logistic loss of labels from 0 to 1. */
const logistic = byKernel('logisticGradients');

const kernelObjectives: Readonly<Record<Params['objective'], Objective>> = {
  'binary:logistic': logistic,
  'binary:logitraw': logistic,
  'reg:logistic': logistic,
  'reg:squarederror': byKernel('squaredGradients'),
};

/** The built-in objective that the parameters ask for. */
export function findObjective(params: Params): Objective {
  return kernelObjectives[params.objective];
}

function byKernel(name: 'logisticGradients' | 'squaredGradients'): Objective {
  return {
    computeGradients({ workspace, crew, rows, margins, labels, weights, gradients, sums }) {
      eachChunk(padded(rows), (begin, count, chunk) => {
        crew.chain(count * 6);
        const [m, y, w] = [margins, labels, weights].map((offset) => offset + begin * 4);
        crew.call(name, m, y, w, count, gradients + begin * 8, sums + chunk * 16);
      });
      crew.run();
      const total = { gradient: 0, hessian: 0 };
      const pairs = workspace.doubles(sums, Math.ceil(rows / CHUNK_ROWS) * 2);
      for (let i = 0; i < pairs.length; i += 2) {
        total.gradient += pairs[i];
        total.hessian += pairs[i + 1];
      }
      return total;
    },
  };
}

/**
 * Makes gradients that did not come from a kernel safe for integer histograms, in place, and sums them up:
 * negative hessians become 0. For objectives that write the pairs themselves; they call it last.
 *
 * @throws InvalidValue naming the round and the first of the training rows whose pair is not finite
 */
export function settleGradients(frame: Omit<GradientFrame, 'crew'>): GradientSums {
  const { workspace, rows, gradients, sums, round } = frame;
  workspace.floats(gradients + rows * 8, (padded(rows) - rows) * 2).fill(0);
  const wrong = workspace.kernels.settleGradients(gradients, rows, sums);
  if (wrong >= 0) {
    const [g, h] = workspace.floats(gradients + wrong * 8, 2);
    refuseDerivative(wrong, g, h, round);
  }
  const [gradient, hessian] = workspace.doubles(sums, 2);
  return { gradient, hessian };
}

/** @throws InvalidValue that says which derivative of which row (from 0) is not finite */
export function refuseDerivative(row: number, gradient: number, hessian: number, round: number): never {
  const column = Number.isFinite(gradient) ? 'hessian' : 'gradient';
  throw new InvalidValue({
    row: row + 1,
    column,
    got: column === 'gradient' ? gradient : hessian,
    expected: `a number that is finite in float32 from the objective in round ${round}`,
    hint: 'Correct the objective, or bound what it returns.',
  });
}

const padded = (rows: number): number => Math.ceil(rows / 4) * 4;
