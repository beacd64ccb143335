export { fairnessOf } from './fairness.ts';
export type { Fairness, FairnessGap, FairnessGroup, FairnessRows, GroupRate } from './fairness.ts';
export { sliceColumns } from './slice-columns.ts';
export type { SliceColumn, SliceCondition } from './slice-columns.ts';
export { findWeakSlices } from './slices.ts';
export type { SlicedRows, WeakSlice, WeakSlices } from './slices.ts';
