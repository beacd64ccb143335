export type { Configuration } from './configuration.ts';
export { Deadline } from './deadline.ts';
export { defaultSpace } from './default-space.ts';
export { foldSeed } from './folds-data.ts';
export type { Fold, FoldsData } from './folds-data.ts';
export { checkGrid, readGrid } from './grid.ts';
export type { Grid } from './grid.ts';
export { Journal } from './journal.ts';
export type { TrialOutcome, TrialStage, TrialTask } from './lockstep.ts';
export {
  compareScores,
  followedMetric,
  higherIsBetter,
  isBetter,
  parseMetric,
  scoreMargins,
  scoreProbabilities,
  searchMetrics,
} from './metric.ts';
export type { SearchMetric } from './metric.ts';
export { parameterImportance } from './parameter-importance.ts';
export type { ParameterImportance, ScoredConfiguration } from './parameter-importance.ts';
export type { ParameterValue } from './parameter-names.ts';
export { portfolio } from './portfolio.ts';
export type { PruningPoint } from './pruning.ts';
export { searchTrials, visibilityLag } from './search.ts';
export type { SearchOptions } from './search.ts';
export { checkSpace } from './space.ts';
export type { ChoicesEntry, RangeEntry, SearchSpace } from './space.ts';
export { strategies } from './strategy.ts';
export type { Strategy } from './strategy.ts';
export { rankTrials } from './trial.ts';
export type { SearchResult, Trial, TrialSource, TrialStatus } from './trial.ts';
