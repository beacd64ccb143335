import type { SearchMetric } from './metric.ts';
import type { Proposer } from './proposer.ts';
import { halvingPoints } from './pruning.ts';
import { randomSearch } from './random.ts';
import type { CheckedSpace } from './space.ts';

/** Random search whose trials go on from rung to rung of rounds only while they are among the best third. */
export function halvingSearch(space: CheckedSpace, seed: number, metric: SearchMetric): Proposer {
  const random = randomSearch(space, seed);
  return {
    count: Infinity,
    trialsEach: 1,
    looks: true,
    propose(evaluation, visible) {
      const { configuration } = random.propose(evaluation, visible);
      return { configuration, source: 'halving', pruning: halvingPoints(configuration, visible, metric) };
    },
  };
}
