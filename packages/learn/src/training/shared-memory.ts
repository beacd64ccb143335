import type { Dataset } from '@verdict/core';
import type { LinearDesign } from '../linear/index.ts';

type Shareable = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
type ShareableConstructor<T> = { new (buffer: SharedArrayBuffer): T; BYTES_PER_ELEMENT: number };

/** The array itself if it lies on shared memory, otherwise a copy that does: workers then read it in place. */
export function share<T extends Shareable>(array: T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const constructor = array.constructor as unknown as ShareableConstructor<T>;
  const copy = new constructor(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** A dataset whose arrays lie on shared memory. */
export function shareDataset(dataset: Dataset): Dataset {
  return {
    rowCount: dataset.rowCount,
    columns: dataset.columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: share(column.values) }
        : { ...column, codes: share(column.codes) },
    ),
  };
}

/** A linear design whose arrays lie on shared memory. */
export function shareDesign(design: LinearDesign): LinearDesign {
  return {
    rowCount: design.rowCount,
    numeric: design.numeric.map(share),
    codes: design.codes.map(({ codes, levels }) => ({ codes: share(codes), levels })),
  };
}
