import { InvalidModel } from '@verdict/core';

/** Floats that are written one by one, each with its type: some readers take nothing else. */
export class LooseFloats {
  readonly values: Float32Array;

  constructor(values: Float32Array) {
    this.values = values;
  }
}

/** A model file as data: what JSON and UBJSON can hold. Typed arrays say how numbers are to be written. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | BigInt64Array
  | LooseFloats
  | readonly Value[]
  | DocumentObject;

/** An object of a document. */
export interface DocumentObject {
  readonly [key: string]: Value;
}

/**
 * Nested deeper than any model is.
 *
 * @internal
 */
export const MOST_DEPTH = 64;

const isList = (
  value: Value,
): value is Exclude<Value, string | number | boolean | null | LooseFloats | DocumentObject> =>
  Array.isArray(value) || ArrayBuffer.isView(value);

/**
 * The object under a key.
 *
 * @internal
 */
export function objectAt(parent: DocumentObject, key: string, path: string): DocumentObject {
  const value = valueAt(parent, key, path);
  if (typeof value === 'object' && value !== null && !isList(value) && !(value instanceof LooseFloats)) {
    return value;
  }
  throw new InvalidModel({ problem: `${path}.${key} is not an object.` });
}

/**
 * The string under a key.
 *
 * @internal
 */
export function stringAt(parent: DocumentObject, key: string, path: string): string {
  const value = valueAt(parent, key, path);
  if (typeof value === 'string') return value;
  throw new InvalidModel({ problem: `${path}.${key} is not a string.` });
}

/**
 * The list of objects or strings under a key.
 *
 * @internal
 */
export function listAt(parent: DocumentObject, key: string, path: string): readonly Value[] {
  const value = valueAt(parent, key, path);
  if (Array.isArray(value)) return value;
  if (isList(value) && value.length === 0) return [];
  throw new InvalidModel({ problem: `${path}.${key} is not a list.` });
}

/**
 * The numbers under a key, booleans as 0 and 1, null (which stands for NaN in JSON) as NaN; `length` is checked if it is given.
 *
 * @internal
 */
export function numbersAt(parent: DocumentObject, key: string, path: string, length?: number): Float64Array {
  const value = valueAt(parent, key, path);
  if (!isList(value)) throw new InvalidModel({ problem: `${path}.${key} is not a list of numbers.` });
  if (length !== undefined && value.length !== length) {
    throw new InvalidModel({ problem: `${path}.${key} has ${value.length} entries instead of ${length}.` });
  }
  if (value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint8Array) {
    return Float64Array.from(value);
  }
  const numbers = new Float64Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const item: unknown = value[i];
    if (item === null) {
      numbers[i] = NaN;
      continue;
    }
    if (typeof item === 'number' || typeof item === 'boolean' || typeof item === 'bigint') {
      numbers[i] = Number(item);
      continue;
    }
    throw new InvalidModel({ problem: `${path}.${key}[${i}] is not a number.` });
  }
  return numbers;
}

/**
 * Whole numbers from `low` to `high` under a key.
 *
 * @internal
 */
export function integersAt(
  parent: DocumentObject,
  key: string,
  path: string,
  low: number,
  high: number,
  length?: number,
): Int32Array {
  const numbers = numbersAt(parent, key, path, length);
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isInteger(numbers[i]) && numbers[i] >= low && numbers[i] <= high) continue;
    throw new InvalidModel({
      problem: `${path}.${key}[${i}] is ${numbers[i]}, not a whole number from ${low} to ${high}.`,
    });
  }
  return Int32Array.from(numbers);
}

function valueAt(parent: DocumentObject, key: string, path: string): Value {
  if (!Object.hasOwn(parent, key)) throw new InvalidModel({ problem: `${path}.${key} is missing.` });
  return parent[key];
}
