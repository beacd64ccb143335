export { chooseCalibration } from './calibration-choice.ts';
export type { CalibrationChoice, CalibrationGain, CalibrationOptions } from './calibration-choice.ts';
export { fitBeta } from './beta-fit.ts';
export { calibrate, calibrateAll, calibrationKinds, sigmoid } from './calibration.ts';
export type {
  BetaCalibration,
  Calibration,
  CalibrationKind,
  IsotonicCalibration,
  NoCalibration,
  SigmoidCalibration,
} from './calibration.ts';
export { calibrationOptions, decide, requireCalibrationOption } from './decide.ts';
export type { CalibrationOption, DecideOptions, FittedDecision } from './decide.ts';
export { fitIsotonic } from './isotonic-fit.ts';
export { fitSigmoid } from './sigmoid-fit.ts';
export { chooseThreshold, costThreshold } from './threshold.ts';
export type { ThresholdChoice } from './threshold.ts';
export { costsOf, requireThresholdRule } from './threshold-rule.ts';
export type { CapacityRule, CostRule, ScoreRule, TargetRule, ThresholdRule } from './threshold-rule.ts';
