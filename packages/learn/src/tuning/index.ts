export type { FamilyOutcome } from './feature-stage.ts';
export type { NestedOutcome } from './nested.ts';
export type { MemberSummary, SearchSummary, TrialSummary } from './search-summary.ts';
export { tuneModel } from './tune-model.ts';
export type { TunedModel } from './tune-model.ts';
export { checkTuning } from './tune-options.ts';
export type { SearchProgress, TuneOptions } from './tune-options.ts';
