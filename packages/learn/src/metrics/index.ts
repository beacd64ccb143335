export {
  bootstrapIntervals,
  bootstrapReplicates,
  intervalsOf,
  joinReplicates,
  percentileInterval,
  withoutResamplingBias,
} from './bootstrap.ts';
export type { BootstrapOptions, Interval, ReplicateOptions, Replicates } from './bootstrap.ts';
export { expectedCalibrationError } from './calibration-bins.ts';
export type { BinOptions } from './calibration-bins.ts';
export { calibrationCurve, wilsonInterval } from './calibration-curve.ts';
export type { CalibrationCurveOptions, CalibrationPoint } from './calibration-curve.ts';
export type { Scores } from './checks.ts';
export { correctedResampledTTest } from './corrected-t-test.ts';
export type { CorrectedTTestOptions, CorrectedTTestResult } from './corrected-t-test.ts';
export { liftCurve, prCurve, rocCurve, thresholdCurve } from './curves.ts';
export type { LiftCurve, PrCurve, RocCurve, ThresholdCurve } from './curves.ts';
export type { CostMatrix } from './cost-matrix.ts';
export { decisionWorth } from './decision-worth.ts';
export type { DecisionPolicy, DecisionWorth, PolicyCost } from './decision-worth.ts';
export { confusion, decisionMetrics } from './decision-metrics.ts';
export type { Confusion, DecisionMetrics } from './decision-metrics.ts';
export { delongTest } from './delong.ts';
export type { DeLongResult } from './delong.ts';
export { eceBins, evaluate, majorityBaseline, metricNames } from './evaluation.ts';
export type { MetricName, Metrics } from './evaluation.ts';
export { holmAdjust } from './holm.ts';
export { mcnemarTest } from './mcnemar.ts';
export type { McNemarResult } from './mcnemar.ts';
export { normalHalfWidth, twoSidedPValue } from './normal-distribution.ts';
export { pairedBootstrap } from './paired-bootstrap.ts';
export type { PairedDifference } from './paired-bootstrap.ts';
export { permutationImportance } from './permutation.ts';
export type { PermutationImportance, PermutationOptions } from './permutation.ts';
export { brier, logLoss } from './probability-metrics.ts';
export { averagePrecision, ksStatistic, liftAt, rocAuc } from './ranking-metrics.ts';
