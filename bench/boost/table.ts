import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparseColumn } from '@verdict/boost';

/** What a job's table is, beside its files. */
export interface TableShape {
  readonly rows: number;
  readonly testRows: number;
  readonly names: readonly string[];
  /** XGBoost's letters, `q` or `c`. */
  readonly types: readonly ('q' | 'c')[];
  /**
   * Absent: `train.f32` and `test.f32` hold floats, one row after another. Otherwise they hold, as 32-bit integers,
   * the columns that are 1 in each row, this many a row; all others are 0.
   */
  readonly onesPerRow?: number;
  /** Where the table comes from, in words. */
  readonly source: string;
}

/** One part of a table: floats (or the numbers of columns that are 1), row after row, and labels. */
export interface TablePart {
  readonly cells: Float32Array | Int32Array;
  readonly labels: Float32Array;
}

/** Keeps a table in a folder, where both sides read it. */
export function writeTable(folder: string, shape: TableShape, train: TablePart, test: TablePart): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, part] of [
    ['train', train],
    ['test', test],
  ] as const) {
    writeFileSync(join(folder, `${name}.f32`), bytesOf(part.cells));
    writeFileSync(join(folder, `${name}-labels.f32`), bytesOf(part.labels));
  }
  writeFileSync(join(folder, 'shape.json'), JSON.stringify(shape));
}

export function readShape(folder: string): TableShape {
  return JSON.parse(readFileSync(join(folder, 'shape.json'), 'utf8'));
}

/** The columns of one part of a table, none of them sparse. */
export function readColumns(folder: string, part: 'train' | 'test'): Float32Array[] {
  const shape = readShape(folder);
  if (shape.onesPerRow !== undefined)
    return readSparseColumns(folder, part).map((column) => dense(column, shape, part));
  const rows = rowsOf(shape, part);
  const cells = readFloats(join(folder, `${part}.f32`));
  const columns = shape.names.map(() => new Float32Array(rows));
  columns.forEach((column, f) => {
    for (let i = 0, at = f; i < rows; i++, at += columns.length) column[i] = cells[at];
  });
  return columns;
}

/** The columns of one part of a table of ones and zeros: the rows of the ones. */
export function readSparseColumns(folder: string, part: 'train' | 'test'): SparseColumn[] {
  const shape = readShape(folder);
  const file = readFileSync(join(folder, `${part}.f32`));
  const ones = new Int32Array(file.buffer, file.byteOffset, file.byteLength / 4);
  const counts = new Uint32Array(shape.names.length);
  for (const column of ones) counts[column]++;
  const columns = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  const perRow = shape.onesPerRow ?? 1;
  ones.forEach((column, at) => (columns[column][counts[column]++] = Math.floor(at / perRow)));
  return columns.map((indices) => ({ indices, values: new Float32Array(indices.length).fill(1) }));
}

function dense({ indices }: SparseColumn, shape: TableShape, part: 'train' | 'test'): Float32Array {
  const column = new Float32Array(rowsOf(shape, part));
  for (const row of indices) column[row] = 1;
  return column;
}

function rowsOf(shape: TableShape, part: 'train' | 'test'): number {
  return part === 'train' ? shape.rows : shape.testRows;
}

/** Floats of a file, such as labels or predictions. */
export function readFloats(path: string): Float32Array {
  const file = readFileSync(path);
  return new Float32Array(file.buffer, file.byteOffset, file.byteLength / 4);
}

export function writeFloats(path: string, floats: Float32Array | Float64Array): void {
  writeFileSync(path, bytesOf(floats instanceof Float32Array ? floats : Float32Array.from(floats)));
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
