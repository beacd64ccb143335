export { findColumn, takeRows } from './dataset.ts';
export type { CodeColumn, Column, Dataset, NumberColumn } from './dataset.ts';
export {
  ApprovalNeeded,
  ColumnMissing,
  Conflict,
  DamagedArtifact,
  describePlace,
  InsufficientData,
  Interrupted,
  InvalidModel,
  InvalidOption,
  InvalidStore,
  InvalidTarget,
  InvalidValue,
  nearest,
  NotFound,
  OutOfResources,
  StoreUnavailable,
  UnreadableFile,
  VerdictError,
} from './errors.ts';
export type { Place, StoreTrouble } from './errors.ts';
export { Random } from './random.ts';
export { columnRoles, columnTypes, isNumberType } from './schema.ts';
export type { ColumnRole, ColumnSchema, ColumnType, Schema, TargetSchema } from './schema.ts';
export { isMissing, isSlashedDate, parseBoolean, parseDateTime, parseNumber } from './value-parser.ts';
