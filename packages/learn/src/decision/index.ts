export { chooseCalibration } from './calibration-choice.ts';
export type { CalibrationChoice, CalibrationOptions } from './calibration-choice.ts';
export { fitIsotonic, fitSigmoid } from './calibration-fit.ts';
export { calibrate, calibrateAll, sigmoid } from './calibration.ts';
export type { Calibration, IsotonicCalibration, NoCalibration, SigmoidCalibration } from './calibration.ts';
export { chooseThreshold, costThreshold } from './threshold.ts';
export type { ThresholdChoice, ThresholdRule } from './threshold.ts';
