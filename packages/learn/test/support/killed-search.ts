import type { SearchOptions } from '../../src/search/index.ts';

/** What is searched in the test that kills searches. */
export const killedSearch = {
  strategy: 'tpe',
  seed: 11,
  trials: 22,
  portfolio: [{ params: { max_depth: 3 }, rounds: 20 }],
  space: {
    learning_rate: { low: 0.05, high: 0.5, log: true },
    max_depth: { low: 2, high: 6, integer: true },
    subsample: { low: 0.5, high: 1 },
    rounds: 60,
    early_stopping_rounds: 10,
  },
} satisfies Partial<SearchOptions>;
