import { createHash } from 'node:crypto';
import type { ColumnSchema, Dataset } from '@verdict/core';

/**
 * SHA-256 in hexadecimal over a dataset's columns: names, types, roles and values, numbers as little-endian
 * doubles and codes with their levels. The same content gives the same hash from whatever file it was read.
 */
export function contentHash(dataset: Dataset, schema: readonly ColumnSchema[]): string {
  const hash = createHash('sha256');
  const described = new Map(schema.map((column) => [column.name, column]));
  hash.update(JSON.stringify([dataset.rowCount, dataset.columns.length]));
  for (const column of dataset.columns) {
    const { type, role } = described.get(column.name) ?? {};
    hash.update(JSON.stringify([column.name, type, role, column.kind === 'code' ? column.levels : []]));
    const values = column.kind === 'code' ? column.codes : column.values;
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
