import { Random } from '@verdict/core';
import { samplePoint, toConfiguration } from './point.ts';
import type { Proposer } from './proposer.ts';
import type { CheckedSpace } from './space.ts';

/** Random search (Bergstra and Bengio 2012): each proposal depends on the seed and its number alone. */
export function randomSearch(space: CheckedSpace, seed: number): Proposer {
  return {
    count: Infinity,
    trialsEach: 1,
    looks: false,
    propose: (evaluation) => ({
      configuration: toConfiguration(space, samplePoint(space, new Random(seed, `random/${evaluation}`))),
      source: 'random',
    }),
  };
}
