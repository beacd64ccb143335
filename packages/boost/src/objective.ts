import { InvalidValue } from '@verdict/core';
import type { Params } from './params.ts';
import type { Workspace } from './workspace.ts';

/** The training rows as an objective sees them. Offsets are in bytes into the workspace's memory. */
export interface GradientFrame {
  readonly workspace: Workspace;
  /** Training rows. Arrays of floats are padded to a multiple of four rows, of weight 0. */
  readonly rows: number;
  /** One float a row, and so are labels and weights (in which `scale_pos_weight` has its part). */
  readonly margins: number;
  readonly labels: number;
  readonly weights: number;
  /** Where pairs (g, h) of floats go, one a row. */
  readonly gradients: number;
  /** Room for two doubles, for kernels that return sums. */
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
  readonly name: string;
  /** Writes the gradient and hessian of every training row at its margin, row weight applied. */
  computeGradients(frame: GradientFrame): GradientSums;
}

/** Weighted logistic loss of labels from 0 to 1, computed by a kernel. */
const logistic: Objective = {
  name: 'binary:logistic',
  computeGradients({ workspace, rows, margins, labels, weights, gradients, sums }) {
    workspace.kernels.logisticGradients(margins, labels, weights, padded(rows), gradients, sums);
    return readSums(workspace, sums);
  },
};

/** The objective that the parameters ask for. */
export function findObjective(params: Params): Objective {
  const objective = objectives.find((candidate) => candidate.name === params.objective);
  if (objective === undefined) throw new Error(`There is no objective "${params.objective}".`);
  return objective;
}

/**
 * Makes gradients that did not come from a kernel safe for integer histograms, in place, and sums them up:
 * negative hessians become 0, magnitudes above 1e30 become 1e30. For objectives that write the pairs
 * themselves; they call it last.
 *
 * @throws InvalidValue naming the first row (of the training rows) whose gradient or hessian is not a number
 */
export function settleGradients({ workspace, rows, gradients, sums }: GradientFrame): GradientSums {
  workspace.floats(gradients + rows * 8, (padded(rows) - rows) * 2).fill(0);
  const wrong = workspace.kernels.settleGradients(gradients, rows, sums);
  if (wrong >= 0) {
    const [g, h] = workspace.floats(gradients + wrong * 8, 2);
    throw new InvalidValue({
      row: wrong + 1,
      column: Number.isNaN(g) ? 'gradient' : 'hessian',
      got: Number.isNaN(g) ? g : h,
      expected: 'a number',
      hint: 'Correct the objective.',
    });
  }
  return readSums(workspace, sums);
}

function readSums(workspace: Workspace, sums: number): GradientSums {
  const [gradient, hessian] = workspace.doubles(sums, 2);
  return { gradient, hessian };
}

const padded = (rows: number): number => Math.ceil(rows / 4) * 4;

const objectives: readonly Objective[] = [logistic];
