export { cellsOfRecord, cellsOfRow, cellWords, writtenCell } from './cell.ts';
export type { Cell, Cells } from './cell.ts';
export { findCounterfactuals } from './counterfactual.ts';
export type {
  Counterfactual,
  CounterfactualChange,
  CounterfactualOptions,
  Counterfactuals,
} from './counterfactual.ts';
export { reasonWriter, strongestFirst } from './reason-codes.ts';
export type { Contribution, ReasonCode, ReasonOptions, RowReasons } from './reason-codes.ts';
export { binOf, levelName } from './value-place.ts';
export type { Comparison } from './value-place.ts';
