export { largestFoldCount, stratifiedFolds, stratifiedSplit } from './folds.ts';
export type { FoldOptions, Split, SplitOptions } from './folds.ts';
export { timeFolds, timeSplit } from './time-splits.ts';
