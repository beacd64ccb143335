export { treeDefaults } from './defaults.ts';
export type { TreeDefaults } from './defaults.ts';
export type { Effects } from './effects.ts';
export { explainModel, explanationTaskCount } from './explanation.ts';
export { packModel } from './explanation-tasks.ts';
export type { ColumnImportance, ContributionSample, ModelExplanation } from './explanation.ts';
export type { CrossValidation, FoldSummary } from './fold-scores.ts';
export { judgePredictions } from './judgement.ts';
export type { Figures, Judgement, JudgementOptions, LabelledRows } from './judgement.ts';
export type { LearningCurves } from './member-fits.ts';
export { checkOptions } from './options.ts';
export type { CheckedOptions, ModelOptions, TrainingProgress } from './options.ts';
export { trainingBytesPerValue } from './memory.ts';
export { openPool } from './pool.ts';
export type { WorkPool } from './pool.ts';
export { intervalsInPool } from './resampling.ts';
export { groupsOf, labelsOf, weightsOf } from './roles.ts';
export { rowsFingerprint } from './rows-fingerprint.ts';
export { share } from './shared-memory.ts';
export { assignFolds } from './row-split.ts';
export { splitsOf } from './fold-tables.ts';
export { recipeTables } from './kept-features.ts';
export type { FoldRows, FoldTables } from './fold-tables.ts';
export { fitMembers } from './member-fits.ts';
export { defaultRecipe } from './recipe.ts';
export type { Recipe, TreeMember } from './recipe.ts';
export { decisionOf, fitRecipe, makeModel, predictionsOf, takeFrom, trainModel } from './train-model.ts';
export type { CrossFit } from './cross-fit.ts';
export type {
  FitSettings,
  Headline,
  JudgedRows,
  LogisticBaseline,
  Rows,
  TrainedModel,
  TrainingTable,
} from './train-model.ts';
