/**
 * Seconds that it takes to fit what was chosen on the rows that it was chosen on and on all of them, and to explain
 * it, as measured on such jobs: fits in proportion to the first one, explanation to what is explained.
 *
 * @param fitSeconds of a fit of one member on the rows of the search, with the regression
 * @param members kinds of trees that are blended
 */
export function finishingSeconds(fitSeconds: number, members: number): number {
  // Beside the trees, a fit has a regression and reads all rows: about a third of the time of the first member.
  const fit = fitSeconds * (1 / 3 + (2 / 3) * members);
  return fitsOfAll * fit + EXPLANATION + EXPLANATION_OF_MEMBER * members;
}

/** A fit on the rows of the search, and one on all rows, which are a quarter more. */
export const fitsOfAll = 2.3;
/** Seconds for resampling and permutations. */
const EXPLANATION = 1.5;
/** Seconds for the contributions of one member's trees. */
const EXPLANATION_OF_MEMBER = 0.5;
