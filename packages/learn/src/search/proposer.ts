import type { Configuration } from './configuration.ts';
import type { PruningPoint } from './pruning.ts';
import type { Trial, TrialSource } from './trial.ts';

/** What is evaluated next. */
export interface Proposal {
  readonly configuration: Configuration;
  readonly source: TrialSource;
  /** Numbers of rounds that each make a trial of their own, from one training; default the configuration's. */
  readonly checkpoints?: readonly number[];
  /** Where the training is given up. */
  readonly pruning?: readonly PruningPoint[];
}

/** Proposes configurations: a pure function of the number of the evaluation and of the trials that it may look at. */
export interface Proposer {
  /** How many proposals there are; Infinity if there is no end. */
  readonly count: number;
  /** Trials that each proposal makes. */
  readonly trialsEach: number;
  /** True if proposals depend on earlier trials. */
  readonly looks: boolean;
  /**
   * @param evaluation its number, from 0
   * @param visible earlier trials, by number
   */
  propose(evaluation: number, visible: readonly Trial[]): Proposal;
}

/** The portfolio before whatever is searched. */
export function afterPortfolio(portfolio: readonly Configuration[], search: Proposer): Proposer {
  return {
    count: portfolio.length + search.count,
    trialsEach: 1,
    looks: search.looks,
    propose(evaluation, visible) {
      if (evaluation < portfolio.length) return { configuration: portfolio[evaluation], source: 'portfolio' };
      return search.propose(evaluation, visible);
    },
  };
}
