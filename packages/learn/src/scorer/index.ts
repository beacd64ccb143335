export { createScorer, loadScorer } from './scorer.ts';
export type { BatchExplanation, BatchScores, RowExplanation, RowScore, Scorer } from './scorer.ts';
