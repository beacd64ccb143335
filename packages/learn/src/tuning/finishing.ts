/** What is done with what was chosen. */
export interface Finishing {
  /** Fits, one on the rows that it was chosen on being 1: with a hold-out of a fifth of the rows, 2.25. */
  readonly fits: number;
  readonly explains: boolean;
  /** Seconds of computing for what follows, all threads together, where `measureSlowness` is 1. */
  readonly afterwards: number;
}

/** What is known of how long things take, before they are done. */
export interface Pace {
  /** Seconds of a fit of the default trees on the rows of the search, with the regression, beside another fit. */
  readonly fitSeconds: number;
  /** Wall seconds that takes what is a second of computing where `measureSlowness` is 1. */
  readonly pace: number;
  readonly threads: number;
  /** How much a fit grows, the trees of its folds being 1. */
  readonly growths: number;
}

/** What growing the trees of a trial took. */
export interface Growing {
  /** All threads together. */
  readonly seconds: number;
  /** Trees of more than some hundred leaves each. */
  readonly isDeep: boolean;
}

/** Growing the default trees: about a third of a fit. */
export function defaultGrowing({ fitSeconds, threads, growths }: Pace): Growing {
  return { seconds: (fitSeconds / 3 / growths) * threads, isDeep: false };
}

/**
 * Wall seconds that it takes to fit what was chosen, to explain it, and for what follows, as measured on such jobs.
 *
 * @param members the kinds of trees that are blended
 */
export function finishingSeconds(
  { fits, explains, afterwards }: Finishing,
  { fitSeconds, pace, threads, growths }: Pace,
  members: readonly Growing[],
): number {
  const trees = members.reduce((sum, { seconds }) => sum + seconds, 0) / threads;
  const deep = members.filter(({ isDeep }) => isDeep).length;
  // Beside the trees, a fit has a regression and reads all rows. Explaining walks all trees about as long as one fit
  // of them takes.
  const explaining =
    (EXPLANATION + EXPLANATION_OF_MEMBER * members.length + EXPLANATION_OF_DEEP * deep) * pace + trees;
  return (
    FIT * fits * (fitSeconds * (2 / 3) + growths * trees) + (explains ? explaining : 0) + afterwards * pace
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
 * How much a fit grows, the trees of its folds being 1: where features look at labels, as many more of all rows.
 *
 * @param labelled true if features look at labels
 */
export function growthsOf(labelled: boolean, folds: number): number {
  return labelled ? 1 + folds / (folds - 1) : 1;
}

/**
 * Share of its time that a fit takes beside another one, when their folds fill the threads that one alone leaves idle
 * at its end: five folds keep two threads busy for three turns, ten folds for five.
 */
export function shareTogether(folds: number, threads: number): number {
  return Math.ceil((2 * folds) / threads) / (2 * Math.ceil(folds / threads));
}

// Seconds of computing below are those of the machine where `measureSlowness` is 1.

/** What a fit takes of what the first one and its trial took. */
const FIT = 0.95;
/** Seconds of computing, of all threads together, for resampling, permutations and partial dependence. */
const EXPLANATION = 0.8;
/** The same for the contributions and interactions of one member's trees. */
const EXPLANATION_OF_MEMBER = 0.7;
/** The same on top where they are deep: their interactions take longer than growing them tells. */
const EXPLANATION_OF_DEEP = 1;
/** The same for what happens but once in a process. */
const WARMING = 1.3;
/** However small the table, so much of the first fit is no warming. */
const LEAST_SHARE = 0.45;
