/** What is known of how long things take, before they are done. */
export interface Pace {
  /** Seconds of a fit of the default trees on the rows of the search, with the regression, beside another fit. */
  readonly fitSeconds: number;
  /** Wall seconds that a second of computing takes. */
  readonly pace: number;
  readonly threads: number;
}

/** Seconds of a trial with the default trees, all threads together: about a third of a fit is growing them. */
export function defaultTrialSeconds({ fitSeconds, threads }: Pace): number {
  return (fitSeconds / 3) * threads;
}

/**
 * Wall seconds that it takes to fit what was chosen on the rows that it was chosen on and on all of them, and to
 * explain it, as measured on such jobs.
 *
 * @param members of each kind of trees that is blended the seconds of its trial, all threads together
 */
export function finishingSeconds({ fitSeconds, pace, threads }: Pace, members: readonly number[]): number {
  const trees = members.reduce((sum, seconds) => sum + seconds, 0) / threads;
  // Beside the trees, a fit has a regression and reads all rows. Explaining walks all trees about as long as one fit
  // of them takes.
  return (
    fitsOfAll * (fitSeconds * (2 / 3) + trees) +
    (EXPLANATION + EXPLANATION_OF_MEMBER * members.length) * pace +
    trees
  );
}

/**
 * What a fit takes once workers have loaded and code is compiled, from what the first one took.
 *
 * @param pace wall seconds that a second of computing takes
 */
export function warmSeconds(firstSeconds: number, pace: number): number {
  return Math.max(LEAST_SHARE * firstSeconds, firstSeconds - WARMING * pace);
}

/**
 * Share of its time that a fit takes beside another one, when their folds fill the threads that one alone leaves idle
 * at its end: five folds keep two threads busy for three turns, ten folds for five.
 */
export function shareTogether(folds: number, threads: number): number {
  return Math.ceil((2 * folds) / threads) / (2 * Math.ceil(folds / threads));
}

/** A fit on the rows of the search, and one on all rows, which are a quarter more. */
const fitsOfAll = 2.3;
/** Seconds of computing, of all threads together, for resampling, permutations and partial dependence. */
const EXPLANATION = 2;
/** The same for the contributions and interactions of one member's trees. */
const EXPLANATION_OF_MEMBER = 1.8;
/** The same for what happens but once in a process. */
const WARMING = 2;
/** However small the table, so much of the first fit is no warming. */
const LEAST_SHARE = 0.6;
