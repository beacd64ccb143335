export { featurePlanVersion, maximumFeatures } from './feature-plan.ts';
export type {
  FeatureInput,
  FeatureOptions,
  FeatureOutput,
  FeaturePlan,
  FeatureStep,
  FeatureType,
  LinearStep,
} from './feature-plan.ts';
export {
  forEachLinearColumn,
  linearDesign,
  linearDesignOf,
  linearLayout,
  linearRowEncoder,
} from './linear-design.ts';
export type { LinearCodes, LinearLayout, LinearNumeric } from './linear-design.ts';
export type { LinearRow } from './linear-kind.ts';
export { applyFeatures } from './plan-application.ts';
export { fitFeatures, fitTransformFeatures } from './plan-fitting.ts';
export type { FittedFeatures } from './plan-fitting.ts';
export { parsePlan } from './plan-parser.ts';
export { rowEncoder } from './row-encoder.ts';
export type { RowRecord } from './row-encoder.ts';
