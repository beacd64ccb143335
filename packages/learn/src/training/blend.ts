import { sigmoid } from '../decision/index.ts';
import { fitStack } from '../linear/index.ts';

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

/**
 * Chooses the blend by log loss on out-of-fold margins: a stack of the two members, shrunken towards the trees alone.
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
  const stack = fitStack({
    labels,
    members: [trees, linear],
    weights,
    towards: [1, 0],
    shrinkage: SHRINKAGE,
  });
  return { trees: stack.weights[0], linear: stack.weights[1], offset: stack.offset };
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
