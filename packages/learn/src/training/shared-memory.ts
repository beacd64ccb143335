import type { Matrix } from '@verdict/boost';
import type { Dataset } from '@verdict/core';
import type { LinearDesign } from '../linear/index.ts';

type Shareable = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
type ShareableConstructor = {
  new (buffer: SharedArrayBuffer, offset: number, length: number): Shareable;
  readonly BYTES_PER_ELEMENT: number;
};

/** The array itself if it lies on shared memory, otherwise a copy that does: workers then read it in place. */
export function share<T extends Shareable>(array: T): T {
  return array.buffer instanceof SharedArrayBuffer ? array : shareAll([array])[0];
}

/**
 * Copies of arrays in one piece of shared memory: passing many pieces to a worker takes a time that grows with
 * the square of their number.
 */
function shareAll<T extends Shareable>(arrays: readonly T[]): T[] {
  const offsets: number[] = [];
  let bytes = 0;
  for (const array of arrays) {
    offsets.push(bytes);
    bytes += Math.ceil(array.byteLength / 8) * 8;
  }
  const buffer = new SharedArrayBuffer(bytes);
  return arrays.map((array, i) => {
    const copy = new (array.constructor as ShareableConstructor)(buffer, offsets[i], array.length) as T;
    copy.set(array);
    return copy;
  });
}

/** A dataset whose arrays lie on shared memory. */
export function shareDataset(dataset: Dataset): Dataset {
  const arrays = shareAll(
    dataset.columns.map((column) => (column.kind === 'number' ? column.values : column.codes)),
  );
  return {
    rowCount: dataset.rowCount,
    columns: dataset.columns.map((column, i) =>
      column.kind === 'number'
        ? { ...column, values: arrays[i] as Float64Array<SharedArrayBuffer> }
        : { ...column, codes: arrays[i] as Int32Array<SharedArrayBuffer> },
    ),
  };
}

/** A matrix whose columns lie on shared memory. */
export function shareMatrix(matrix: Matrix): Matrix {
  const shared = matrix.columns.every(isShared);
  return shared ? matrix : { ...matrix, columns: shareAll(matrix.columns) };
}

/**
 * The same of a matrix that has columns of another one.
 *
 * @param shared what `shareMatrix` has made of `other`: its columns are not copied again
 */
export function shareOthers(matrix: Matrix, other: Matrix, shared: Matrix): Matrix {
  const known = new Map(other.columns.map((column, f) => [column, shared.columns[f]]));
  const own = matrix.columns.filter((column) => !known.has(column) && !isShared(column));
  shareAll(own).forEach((copy, i) => known.set(own[i], copy));
  return { ...matrix, columns: matrix.columns.map((column) => known.get(column) ?? column) };
}

function isShared({ buffer }: Float32Array): boolean {
  return buffer instanceof SharedArrayBuffer;
}

/** A linear design whose arrays lie on shared memory. */
export function shareDesign(design: LinearDesign): LinearDesign {
  const codes = shareAll(design.codes.map((block) => block.codes));
  return {
    rowCount: design.rowCount,
    numeric: shareAll(design.numeric),
    codes: design.codes.map(({ levels }, i) => ({ codes: codes[i], levels })),
  };
}
