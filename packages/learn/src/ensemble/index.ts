export { chooseEnsemble } from './choice.ts';
export type { EnsembleChoice } from './choice.ts';
export { greedySelection } from './greedy-selection.ts';
export type { GreedyOptions } from './greedy-selection.ts';
export { kindOf } from './learner.ts';
export type { MixingMethod } from './mixes.ts';
export type { EnsembleInput, EnsembleMember } from './out-of-fold-table.ts';
export { stackMembers } from './stacking.ts';
export type { StackingOptions } from './stacking.ts';
