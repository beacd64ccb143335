import { InvalidOption } from '@verdict/core';
import type { Configuration } from './configuration.ts';
import { defaultSpace } from './default-space.ts';
import type { FoldsData } from './folds-data.ts';
import { checkGrid, gridSearch } from './grid.ts';
import type { Grid } from './grid.ts';
import { halvingSearch } from './halving.ts';
import type { SearchMetric } from './metric.ts';
import { portfolio as defaultPortfolio } from './portfolio.ts';
import { afterPortfolio } from './proposer.ts';
import type { Proposer } from './proposer.ts';
import { randomSearch } from './random.ts';
import { checkSpace } from './space.ts';
import type { SearchSpace } from './space.ts';
import { tpeSearch } from './tpe.ts';

export const strategies = ['grid', 'random', 'halving', 'tpe'] as const;
export type Strategy = (typeof strategies)[number];

/** What is searched, and how. */
export interface StrategyOptions {
  readonly strategy: Strategy;
  /** `grid` only, and needed there. */
  readonly grid?: Grid;
  /** All but `grid`; default `defaultSpace`. */
  readonly space?: SearchSpace;
  /** Configurations that come first, all but `grid`; default `portfolio(rowCount)`, empty for none. */
  readonly portfolio?: readonly Configuration[];
}

/** A strategy that is ready to propose. */
export interface ChosenStrategy {
  readonly proposer: Proposer;
  /** What it depends on beside the data, the metric and the seed. */
  readonly searched: unknown;
}

/**
 * The proposer of a strategy.
 *
 * @throws InvalidOption, InvalidModel for a strategy, space or grid that cannot be
 */
export function chooseStrategy(
  options: StrategyOptions,
  data: FoldsData,
  metric: SearchMetric,
  seed: number,
): ChosenStrategy {
  const { strategy } = options;
  if (!strategies.includes(strategy)) {
    const expected = `one of ${strategies.join(', ')}`;
    throw new InvalidOption({ option: 'search', got: strategy, expected });
  }
  if ((strategy === 'grid') !== (options.grid !== undefined)) {
    throw new InvalidOption({
      option: 'grid',
      got: options.grid === undefined ? 'no grid' : `a grid with the search ${strategy}`,
      expected: 'given with the search grid, and only then',
    });
  }
  if (options.grid !== undefined) {
    const grid = checkGrid(options.grid);
    return { proposer: gridSearch(grid), searched: grid };
  }
  const rowCount = data.labels.length;
  // Folds may have chosen different features.
  const hasCategories = data.folds.some(({ binned }) => binned.featureTypes.includes('c'));
  const space = checkSpace(options.space ?? defaultSpace(rowCount, hasCategories));
  const portfolio = options.portfolio ?? defaultPortfolio(rowCount);
  const proposers = {
    random: () => randomSearch(space, seed),
    halving: () => halvingSearch(space, seed, metric),
    tpe: () => tpeSearch(space, seed, metric),
  };
  const search = proposers[strategy === 'grid' ? 'random' : strategy]();
  return { proposer: afterPortfolio(portfolio, search), searched: { space, portfolio } };
}
