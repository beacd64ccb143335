import type { Dataset } from '@verdict/core';
import { InvalidOption } from '@verdict/core';
import { requireCalibrationOption, requireThresholdRule } from '../decision/index.ts';
import type { CalibrationOption, ThresholdRule } from '../decision/index.ts';
import { mostFolds } from '../validation/index.ts';
import type { WorkPool } from './pool.ts';

/** What happens next, for a progress bar: `done` of `total` parts of a named stage. */
export interface TrainingProgress {
  readonly stage: 'train' | 'judge' | 'explain';
  readonly done: number;
  readonly total: number;
}

/** How a model is trained and judged. */
export interface ModelOptions {
  /** Seed of everything that is drawn; default 42. */
  readonly seed?: number;
  /** Share of the labelled rows that is held out to judge; default 0.2. 0 leaves the judging to cross-validation. */
  readonly testSize?: number;
  /** Rows that judge instead of a hold-out; then all training rows train the model that is judged. */
  readonly test?: Dataset;
  /** Folds of the cross-validation and of the bag that ships; default 5, at least 2. A fold column goes before it. */
  readonly folds?: number;
  /** Worker threads; default: as many as there are cores. The result does not depend on it. */
  readonly threads?: number;
  /** How the decision threshold is chosen on out-of-fold predictions; default MCC. */
  readonly thresholdRule?: ThresholdRule;
  /**
   * How margins become probabilities; default `none`: the blend of the members is fitted to the outcomes, and
   * its logistic function is their probability. `auto` takes a richer calibration where it pays, out of fold.
   */
  readonly calibration?: CalibrationOption;
  /** Keep values that fewer than five rows have in dictionaries and profiles; default false. */
  readonly revealRare?: boolean;
  /** SHA-256 of the training data, kept in the bundle's manifest. */
  readonly fingerprint?: string;
  /** Compute importance and contributions; default true. Without them both are empty. */
  readonly explain?: boolean;
  /** Workers that are running already; they are not closed. Default: own ones, for this training. */
  readonly pool?: WorkPool;
  /** Stops the work; the promise rejects with `Interrupted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/** Options with every default filled in and every bound checked. */
export interface CheckedOptions {
  readonly seed: number;
  readonly testSize: number;
  readonly folds: number;
  readonly threads: number;
  readonly thresholdRule: ThresholdRule;
  readonly calibration: CalibrationOption;
}

const MAX_THREADS = 256;
/** Share of the rows that is held out to judge, unless it is said. */
export const defaultTestSize = 0.2;

/**
 * Fills in defaults and checks bounds.
 * @param cores how many threads to use when none are asked for
 * @throws InvalidOption
 */
export function checkOptions(options: ModelOptions, cores: number): CheckedOptions {
  const { seed = 42, testSize = defaultTestSize, folds = 5, threads = cores } = options;
  const { thresholdRule = { rule: 'mcc' }, calibration = 'none' } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidOption({ option: 'seed', got: seed, expected: 'a whole number from 0 to 2^53 - 1' });
  }
  if (!(testSize >= 0 && testSize < 1)) {
    throw new InvalidOption({ option: 'test-size', got: testSize, expected: 'a share from 0 to below 1' });
  }
  if (!Number.isInteger(folds) || folds < 2 || folds > mostFolds) {
    throw new InvalidOption({
      option: 'folds',
      got: folds,
      expected: `a whole number from 2 to ${mostFolds}`,
    });
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new InvalidOption({
      option: 'threads',
      got: threads,
      expected: `a whole number from 1 to ${MAX_THREADS}`,
    });
  }
  requireThresholdRule(thresholdRule);
  requireCalibrationOption(calibration);
  return { seed, testSize, folds, threads, thresholdRule, calibration };
}
