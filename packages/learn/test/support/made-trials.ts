// Trials that were never trained, for what only looks at their results.
import type { Configuration, Trial } from '../../src/search/index.ts';

export function madeTrial(number: number, given: Partial<Trial> = {}): Trial {
  const configuration: Configuration = { params: { learning_rate: 0.1 }, rounds: 300 };
  return {
    number,
    configuration,
    source: 'random',
    status: 'complete',
    score: 0.5,
    foldScores: [0.5],
    deviation: 0,
    rounds: 1,
    curve: [0.5],
    oof: new Float32Array(0),
    seconds: 1,
    ...given,
  };
}
