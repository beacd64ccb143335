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
 * Asks a function for derivatives and checks its answer.
 *
 * @param tableRows numbers of the training rows in the table; default 0, 1, 2, …
 * @throws InvalidOption for an answer of another shape; InvalidValue for a number that is not finite in float32
 */
export function computeDerivatives(
  compute: CustomObjective,
  margins: Float32Array,
  labels: Float32Array,
  weights: Float32Array | undefined,
  round: number,
  tableRows: Uint32Array | undefined,
): { readonly gradients: Float32Array; readonly hessians: Float32Array } {
  const rows = margins.length;
  const answer = checkShape(compute(margins, labels, weights, round), rows, round);
  const gradients = Float32Array.from(answer.gradients, Number);
  const hessians = Float32Array.from(answer.hessians, Number);
  for (let row = 0; row < rows; row++) {
    if (Number.isFinite(gradients[row]) && Number.isFinite(hessians[row])) continue;
    refuseDerivative(tableRows?.[row] ?? row, gradients[row], hessians[row], round);
  }
  return { gradients, hessians };
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
      const { gradients, hessians } = computeDerivatives(
        compute,
        margins,
        labels.slice(),
        weights?.slice(),
        round,
        tableRows,
      );
      const pairs = workspace.floats(frame.gradients, rows * 2);
      for (let row = 0; row < rows; row++) {
        pairs[2 * row] = gradients[row];
        pairs[2 * row + 1] = hessians[row];
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
