import './supported-node.ts';

export { VerdictError } from '@verdict/core';
export { readConfig } from '@verdict/data';
export type { Config } from '@verdict/data';
export { calibrationOptions, createScorer, loadScorer, readBundle, strongestFirst } from '@verdict/learn';
export type { Bundle, Scorer } from '@verdict/learn';
export { chosenWords } from './chosen-words.ts';
export { compare } from './comparison/index.ts';
export type {
  ComparedModel,
  ComparedPair,
  ComparedRows,
  CompareJob,
  Comparison,
  FoldComparison,
  MetricTest,
} from './comparison/index.ts';
export { evaluate } from './evaluate.ts';
export type { EvaluateJob, Evaluation } from './evaluate.ts';
export { explain } from './explain.ts';
export type { Explanation, ExplainJob, RowExplanation, TableExplanation } from './explain.ts';
export { featureTypes } from './feature-types.ts';
export type { FeatureTypesJob } from './feature-types.ts';
export { importModel } from './import-model.ts';
export type { ImportJob, ImportOutcome } from './import-model.ts';
export type { ImportedMetrics } from './imported-metrics.ts';
export { formatText, roundsText } from './origin-text.ts';
export { inspect } from './inspect.ts';
export type { BundleInspection, InspectJob, TableInspection } from './inspect.ts';
export { toPlain } from './performance-metrics.ts';
export type { PerformanceMetrics } from './performance-metrics.ts';
export { predict } from './predict.ts';
export type { PredictJob } from './predict.ts';
export { makeCharts, renderPng, renderSvg, writePlots } from './render/index.ts';
export type { PlotsInput, PlotsOptions, PngOptions } from './render/index.ts';
export { plotInput, renderReport, writeReport } from './report/index.ts';
export type {
  ReportEnsembleMember,
  ReportFeatureFamily,
  ReportInput,
  ReportTrial,
  SearchReportInput,
} from './report/index.ts';
export { ruleText } from './rule-text.ts';
export type { ThresholdJob } from './threshold-rule.ts';
export { train } from './train.ts';
export type { JobProgress, TrainJob, TrainOutcome } from './train.ts';
export { tune } from './tune.ts';
export type { TuneJob } from './tune.ts';
export { kindOf, searchMetrics, selectionMethods, strategies as searchStrategies } from '@verdict/learn';
export type { SearchProgress } from '@verdict/learn';
export { trialsCsv } from './trials-csv.ts';
export { validationSentences } from './validation-facts.ts';
export { version } from './version.ts';
