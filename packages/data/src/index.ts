export { readTable } from './read-table.ts';
export { scanTable } from './scan-table.ts';
export type { ScanOptions } from './scan-table.ts';
export type { ColumnProfile, Finding, ReadOptions, SourceInfo, Table } from './table.ts';
