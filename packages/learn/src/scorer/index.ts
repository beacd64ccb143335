export { createScorer, loadScorer } from './scorer.ts';
export type {
  BatchExplanation,
  BatchScores,
  LoadedScorer,
  RowExplanation,
  RowScore,
  Scorer,
} from './scorer.ts';
