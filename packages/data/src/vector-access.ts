import type { DuckDBVector } from '@duckdb/node-api';

/**
 * The items of a vector of fixed-width numbers: a view of DuckDB's own memory, valid until the next chunk.
 * Reading them one by one through the vector would cost many times as much.
 */
export function vectorItems(vector: DuckDBVector): Float64Array {
  return (vector as unknown as { items: Float64Array }).items;
}

/**
 * The four 32-bit words of each text of a vector: first the length in bytes, then, if it is at most 12, the
 * bytes themselves, padded with zeros. Longer texts must be asked of the vector.
 */
export function textWords(vector: DuckDBVector): Int32Array {
  const { dataView } = vector as unknown as { dataView: DataView };
  return new Int32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2);
}

/** Bytes of a text that lie in its words. */
export const inlineBytes = 12;
