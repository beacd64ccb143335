/**
 * Seconds that it takes to fit what was chosen on the rows that it was chosen on and on all of them, and to explain
 * it, as measured on such jobs: fits in proportion to the first one, explanation to what is explained.
 *
 * @param fitSeconds of a fit of one member on the rows of the search, with the regression
 * @param members kinds of trees that are blended
 * @param pace wall seconds that a second of computing takes
 */
export function finishingSeconds(fitSeconds: number, members: number, pace: number): number {
  // Beside the trees, a fit has a regression and reads all rows: about a third of the time of the first member.
  const fit = fitSeconds * (1 / 3 + (2 / 3) * members);
  return fitsOfAll * fit + (EXPLANATION + EXPLANATION_OF_MEMBER * members) * pace;
}

/**
 * What a fit takes once workers have loaded and code is compiled, from what the first one took.
 *
 * @param pace wall seconds that a second of computing takes
 */
export function warmSeconds(firstSeconds: number, pace: number): number {
  return Math.max(LEAST_SHARE * firstSeconds, firstSeconds - WARMING * pace);
}

/** A fit on the rows of the search, and one on all rows, which are a quarter more. */
export const fitsOfAll = 2.3;
/** Seconds of computing, of all threads together, for resampling, permutations and partial dependence. */
const EXPLANATION = 2;
/** The same for the contributions and interactions of one member's trees. */
const EXPLANATION_OF_MEMBER = 1.8;
/** The same for what happens but once in a process. */
const WARMING = 2;
/** However small the table, so much of the first fit is no warming. */
const LEAST_SHARE = 0.6;
