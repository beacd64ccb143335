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
  readonly name: string;
  /** Writes the gradient and hessian of every training row at its margin, row weight applied. */
  computeGradients(frame: GradientFrame): GradientSums;
}

/** Weighted logistic loss of labels from 0 to 1, computed by a kernel. */
const logistic: Objective = {
  name: 'binary:logistic',
  computeGradients({ workspace, crew, rows, margins, labels, weights, gradients, sums }) {
    eachChunk(padded(rows), (begin, count, chunk) => {
      crew.chain(count * 6);
      const [m, y, w] = [margins, labels, weights].map((offset) => offset + begin * 4);
      crew.call('logisticGradients', m, y, w, count, gradients + begin * 8, sums + chunk * 16);
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
export function settleGradients({
  workspace,
  rows,
  gradients,
  sums,
}: Omit<GradientFrame, 'crew'>): GradientSums {
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
  const [gradient, hessian] = workspace.doubles(sums, 2);
  return { gradient, hessian };
}

const padded = (rows: number): number => Math.ceil(rows / 4) * 4;

const objectives: readonly Objective[] = [logistic];
