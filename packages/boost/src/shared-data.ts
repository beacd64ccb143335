import type { TrainingData } from './training-data.ts';

type Values = Float32Array | Uint8Array | Uint32Array;

/**
 * The same data with arrays that threads share. A message would copy the others twice; those that are on shared
 * memory already are not copied at all.
 */
export function shareData(data: TrainingData): TrainingData {
  const entries = Object.entries(data).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? share(value as Values) : value,
  ]);
  return { ...data, ...Object.fromEntries(entries) };
}

function share(values: Values): Values {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const buffer = new SharedArrayBuffer(values.byteLength);
  // The kind of the array is the kind of the copy.
  const Kind = values.constructor as new (buffer: SharedArrayBuffer) => Values;
  const copy = new Kind(buffer);
  copy.set(values);
  return copy;
}
