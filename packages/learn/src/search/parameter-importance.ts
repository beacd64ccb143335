import { binMatrix, trainSync } from '@verdict/boost';
import type { BinnedMatrix, ParamsInput } from '@verdict/boost';
import { Random } from '@verdict/core';
import { functionalAnova } from './functional-anova.ts';
import { trialMatrix } from './trial-matrix.ts';
import type { ConfigurationValues } from './trial-matrix.ts';

/** A configuration and the score that it reached. */
export interface ScoredConfiguration {
  readonly params: ConfigurationValues;
  readonly score: number;
}

/** What each parameter of a search mattered. */
export interface ParameterImportance {
  /**
   * Share of the variance of the scores that each parameter explains by itself, 0 to 1, largest first; the rest to 1
   * is parameters acting together. Empty if it cannot be told.
   */
  readonly shares: readonly { readonly parameter: string; readonly share: number }[];
  /**
   * Share of the variance that the fitted trees foretell for configurations they have not seen (R² by five-fold
   * cross-validation); near 0, the shares mean little. NaN if nothing was fitted.
   */
  readonly foretold: number;
  /** Why there are no shares. */
  readonly problem?: string;
}

const FEWEST = 10;
/** Distance from the quartiles, in interquartile ranges, beyond which a score counts as lying there. */
const FENCE = 3;
const FOLDS = 5;
const MOST_ROUNDS = 200;

const params: ParamsInput = {
  objective: 'reg:squarederror',
  learning_rate: 0.1,
  max_depth: 4,
  min_child_weight: 2,
  lambda: 1,
};

/**
 * How much each parameter of a search matters for the score, by functional ANOVA of boosted trees that were fitted to
 * the trials: as in Hutter, Hoos and Leyton-Brown (2014), with boosted trees in the place of a forest, since they fit
 * sums of effects better; the number of rounds is chosen by cross-validation. Parameters over several orders of
 * magnitude count by their logarithms. A score far beyond the others counts as one at their fence, so that a single
 * failed configuration does not hide all else. Which direction of the score is better does not matter.
 *
 * @param trials complete ones only: scores of pruned trials belong to fewer rounds
 * @param options.seed of the folds of the fit, default 42
 */
export function parameterImportance(
  trials: readonly ScoredConfiguration[],
  options: { readonly seed?: number } = {},
): ParameterImportance {
  const known = trials.filter(({ score }) => Number.isFinite(score));
  if (known.length < FEWEST) {
    return nothing(`${known.length} complete trials are too few; ${FEWEST} are needed`);
  }
  const labels = standardise(fenced(known.map(({ score }) => score)));
  if (labels === undefined) return nothing('all scores are the same');
  const { parameters, matrix, domains } = trialMatrix(known.map(({ params: own }) => own));
  if (parameters.length === 0) return nothing('the trials do not differ in a parameter');
  const binned = binMatrix(matrix, { threads: 1 });
  const { rounds, foretold } = chooseRounds(binned, labels, options.seed ?? 42);
  const { booster } = trainSync({ binned, labels }, params, { rounds });
  const { total, main } = functionalAnova(booster, domains);
  if (!(total > 0)) return { ...nothing('no parameter makes a difference that can be seen'), foretold };
  return {
    shares: parameters
      .map((parameter, i) => ({ parameter, share: Math.min(1, main[i] / total) }))
      .sort((a, b) => b.share - a.share || (a.parameter < b.parameter ? -1 : 1)),
    foretold,
  };
}

function nothing(problem: string): ParameterImportance {
  return { shares: [], foretold: NaN, problem };
}

/** The rounds with the smallest mean squared error over the folds, and the R² that they reach. */
function chooseRounds(
  binned: BinnedMatrix,
  labels: Float32Array,
  seed: number,
): { readonly rounds: number; readonly foretold: number } {
  const order = new Random(seed, 'parameter importance').shuffle(Uint32Array.from(labels.keys()));
  const errors = new Float64Array(MOST_ROUNDS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const [own, others] = [true, false].map((wanted) =>
      order.filter((_, i) => (i % FOLDS === fold) === wanted).sort(),
    );
    const { history } = trainSync({ binned, labels, rows: others, validationRows: own }, params, {
      rounds: MOST_ROUNDS,
      metric: 'rmse',
    });
    history.validation?.forEach((value, round) => (errors[round] += value ** 2 * own.length));
  }
  let best = 0;
  errors.forEach((error, round) => {
    if (error < errors[best]) best = round;
  });
  // The labels have variance 1.
  return { rounds: best + 1, foretold: 1 - errors[best] / labels.length };
}

/** Scores beyond Tukey's outer fences, put on them; as they are where more than half are the same. */
function fenced(scores: readonly number[]): number[] {
  const sorted = scores.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const [first, third] = [at(0.25), at(0.75)];
  const room = FENCE * (third - first);
  if (room === 0) return [...scores];
  return scores.map((score) => Math.min(third + room, Math.max(first - room, score)));
}

/** Mean 0 and variance 1; undefined if all are the same. */
function standardise(scores: readonly number[]): Float32Array | undefined {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  if (!(variance > 1e-24 * mean * mean) || variance === 0) return undefined;
  return Float32Array.from(scores, (score) => (score - mean) / Math.sqrt(variance));
}
