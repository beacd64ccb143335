export type { EngineeredFeature, GramKind, TargetSmoothing } from './engineered-feature.ts';
export { numberReader, textReader } from './cell-reader.ts';
export { engineeredByGain } from './feature-gain.ts';
export type { GainShare } from './feature-gain.ts';
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
export { looksAtLabel } from './label-looking.ts';
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
export { fitFeatures, fitTransformFeatures, refitLabelLooking, withLabelLooking } from './plan-fitting.ts';
export type { FittedFeatures } from './plan-fitting.ts';
export { parsePlan } from './plan-parser.ts';
export { selectFeatures } from './plan-selection.ts';
export { proposeFeatures } from './proposals.ts';
export type { FeatureProposals, ProposalInput, ProposalLimits } from './proposals.ts';
export { rowEncoder } from './row-encoder.ts';
export type { RowRecord } from './row-encoder.ts';
