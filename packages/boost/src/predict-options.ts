import { checkNumbers, checkObject, checkSignal } from './argument-checks.ts';
import type { Matrix, MatrixColumn } from './matrix.ts';
import { checkThreads } from './pool.ts';

/** Which rounds take part in an answer, and on how many threads it is computed. */
export interface RangeOptions {
  /** The first round; default 0. */
  readonly begin?: number;
  /** One past the last round; default all rounds. */
  readonly end?: number;
  /**
   * Most threads to compute with; small jobs use fewer. The answer's bytes do not depend on it. Default: 1, or as
   * many as the machine runs at once where the event loop stays free.
   */
  readonly threads?: number;
}

/** How margins are computed. */
export interface PredictOptions extends RangeOptions {
  /** Margins to start from instead of the booster's `baseScore`, one for each row. */
  readonly baseMargin?: Float32Array;
}

/** How contributions are computed. */
export interface ContributionOptions extends RangeOptions {
  /**
   * Rows to compare with, of the model's columns: contributions are then interventional, and counted from the mean
   * margin of these rows. Some hundred rows do; the time grows with their number.
   */
  readonly background?: Matrix<MatrixColumn>;
}

/** What stops an answer that is computed on other threads: `Interrupted` is thrown. */
interface Abortable {
  readonly signal?: AbortSignal;
}

/** Which rounds take part in an answer that is computed on other threads, and what stops it. */
export interface AsyncRangeOptions extends RangeOptions, Abortable {}

/** How margins are computed on other threads. */
export interface AsyncPredictOptions extends PredictOptions, Abortable {}

/** How contributions are computed on other threads. */
export interface AsyncContributionOptions extends ContributionOptions, Abortable {}

/** Every option that some prediction has. */
interface AllOptions extends AsyncPredictOptions, AsyncContributionOptions {}

/**
 * Checks what is not looked at with the rounds and the rows.
 *
 * @param own names of the options that the prediction has beside those of a range
 * @throws InvalidOption
 *
 * @internal
 */
export function checkPrediction(options: RangeOptions, own: readonly (keyof AllOptions)[]): void {
  const known = ['begin', 'end', 'threads', 'signal', ...own];
  checkObject('options', options, 'an object of options, such as { end: 50 }', known);
  const { baseMargin, signal, threads }: AllOptions = options;
  checkNumbers('baseMargin', baseMargin);
  checkSignal(signal);
  if (threads !== undefined) checkThreads(threads);
}
