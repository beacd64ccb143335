export {
  InsufficientData,
  Interrupted,
  InvalidModel,
  InvalidOption,
  InvalidValue,
  OutOfResources,
  VerdictError,
} from '@verdict/core';
export { bagBoosters } from './bag.ts';
export { binMatrix, binMatrixAsync } from './binning.ts';
export type { BinningOptions } from './binning.ts';
export { blendBoosters } from './blend.ts';
export { Booster } from './booster.ts';
export type { BoosterParts } from './booster.ts';
export type { ImportanceKind } from './importance.ts';
export type { ObjectiveName } from './link.ts';
export type {
  BinnedMatrix,
  CategoryNames,
  ColumnBins,
  ColumnPlace,
  FeatureType,
  Matrix,
  MatrixColumn,
  SparseColumn,
  StorageColumn,
} from './matrix.ts';
export { columnsFromColumns, columnsFromRows } from './sparse.ts';
export type { CompressedMatrix } from './sparse.ts';
export { encodeCategories } from './encode-categories.ts';
export type { CustomMetric, MetricChoice, MetricFunction, MetricName } from './metrics.ts';
export type { MonotoneConstraints } from './monotone.ts';
export type { MetricHistory, MetricValues } from './evaluation.ts';
export type { InteractionConstraints } from './interaction.ts';
export type { CustomObjective, Derivatives } from './custom-objective.ts';
export type { FunctionModule } from './function-module.ts';
export type { LearningRates } from './learning-rates.ts';
export { readModelFile } from './model-file.ts';
export type { ModelFile, ModelFileFormat } from './model-file.ts';
export { defaultParams, resolveParams } from './params.ts';
export type { Params, ParamsInput } from './params.ts';
export type {
  AsyncContributionOptions,
  AsyncPredictOptions,
  AsyncRangeOptions,
  ContributionOptions,
  PredictOptions,
  RangeOptions,
} from './predict-options.ts';
export { closePool } from './pool.ts';
export { train } from './train.ts';
export { trainSync } from './trainer.ts';
export type { TrainingResult } from './trainer.ts';
export type { RoundReport, TrainingData, TrainingOptions } from './training-data.ts';
export { startTraining } from './training-run.ts';
export type { RunOptions, StepReport, TrainingRun } from './training-run.ts';
export type { Tree } from './tree.ts';
