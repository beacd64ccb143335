import type { Params } from '@verdict/boost';

/** How the trees of one trial are boosted. */
export interface Configuration {
  /** What a person calls it, where it has a name: those of the portfolio do. */
  readonly name?: string;
  /** By XGBoost's names; what is not named has XGBoost's default. */
  readonly params: Partial<Params>;
  /** Most rounds. */
  readonly rounds: number;
  /** Stop when the mean over the folds has not improved for so many rounds; default: train all rounds. */
  readonly earlyStoppingRounds?: number;
}

/**
 * How far a run has come after so many rounds: rounds times learning rate. Runs with different learning rates are
 * compared at the same progress, since half the learning rate takes about twice the rounds (Friedman 2001, section 5).
 */
export function roundsFor(progress: number, configuration: Configuration): number {
  const { learning_rate: rate = 0.3 } = configuration.params;
  return Math.max(1, Math.ceil(progress / rate));
}

/** Rounds without improvement that suit a learning rate: 50 at 0.05, from 20 to 200. */
export function patienceFor(learningRate: number): number {
  return Math.min(200, Math.max(20, Math.round(2.5 / learningRate)));
}
