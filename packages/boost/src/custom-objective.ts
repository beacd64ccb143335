import { InvalidOption } from '@verdict/core';
import { refuseDerivative, settleGradients } from './objective.ts';
import type { Objective } from './objective.ts';

/** First and second derivatives of a loss by the margin, one each a row, row weight applied. */
export interface Derivatives {
  readonly gradients: ArrayLike<number>;
  readonly hessians: ArrayLike<number>;
}

/**
 * A loss of one's own: its derivatives at the margins of the training rows, in a round counted from 0. Undefined
 * weights are all 1. The arrays are copies, in the order of `TrainingData.rows`; the function applies the weights.
 */
export type CustomObjective = (
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
  round: number,
) => Derivatives;

/**
 * What a function answers.
 *
 * @throws InvalidOption for an answer of another shape
 */
export function askDerivatives(
  compute: CustomObjective,
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
  round: number,
): Derivatives {
  const rows = margins.length;
  return checkShape(compute(margins, labels, weights, round), rows, round);
}

/** @throws InvalidValue for a derivative of a row of the table that is not finite in float32 */
export function checkDerivatives(gradient: number, hessian: number, row: number, round: number): void {
  if (!Number.isFinite(gradient) || !Number.isFinite(hessian))
    refuseDerivative(row, gradient, hessian, round);
}

/**
 * An objective that asks a function once a round. Negative hessians count as 0.
 *
 * @param tableRows numbers of the training rows in the table; default 0, 1, 2, …
 *
 * @internal
 */
export function customObjective(
  compute: CustomObjective,
  labels: Float32Array,
  weights: Float32Array | undefined,
  tableRows: Uint32Array | undefined,
): Objective {
  return {
    computeGradients(frame) {
      const { workspace, rows, round } = frame;
      const margins = workspace.floats(frame.margins, rows).slice();
      const answer = askDerivatives(compute, margins, labels.slice(), weights?.slice(), round);
      const pairs = workspace.floats(frame.gradients, rows * 2);
      for (let row = 0; row < rows; row++) {
        pairs[2 * row] = Number(answer.gradients[row]);
        pairs[2 * row + 1] = Number(answer.hessians[row]);
        checkDerivatives(pairs[2 * row], pairs[2 * row + 1], tableRows?.[row] ?? row, round);
      }
      return settleGradients(frame);
    },
  };
}

function checkShape(derivatives: unknown, rows: number, round: number): Derivatives {
  const parts: { gradients?: unknown; hessians?: unknown } =
    typeof derivatives === 'object' && derivatives !== null ? derivatives : {};
  const lengths = [lengthOf(parts.gradients), lengthOf(parts.hessians)];
  // What was checked is what the type asks for; entries that are not numbers are found as NaN.
  if (lengths.every((length) => length === rows)) return derivatives as Derivatives;
  throw new InvalidOption({
    option: 'objective',
    got: { gradients: lengths[0], hessians: lengths[1] },
    expected: `a function that returns ${rows} gradients and ${rows} hessians (in round ${round})`,
  });
}

/** The length of a list or typed array, undefined for anything else. */
function lengthOf(list: unknown): number | undefined {
  if (Array.isArray(list)) return list.length;
  return ArrayBuffer.isView(list) && 'length' in list ? Number(list.length) : undefined;
}
