import type { InferTensor } from '@verdict/contracts';
import { Refusal } from '../http/refusal.ts';
import type { Features } from '../scoring/feature-check.ts';

/** Datatypes of tensors that a column can come in. */
const datatypes = new Set([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
]);

/** Rows of one request. */
const MOST_ROWS = 10_000;

/**
 * The rows of a request of the Open Inference Protocol: a tensor for each column, of shape [rows] or [rows, 1]. Null
 * and, in binary data, NaN are missing values.
 *
 * @throws Refusal
 */
export function rowsOfTensors(inputs: readonly InferTensor[]): Features[] {
  const rowCount = inputs[0].shape[0];
  if (rowCount > MOST_ROWS) {
    throw new Refusal(
      400,
      'INVALID_REQUEST',
      `A request has at most ${MOST_ROWS} rows, this one ${rowCount}.`,
    );
  }
  const rows = Array.from({ length: rowCount }, () => Object.create(null) as Record<string, unknown>);
  const names = new Set<string>();
  for (const { name, shape, datatype, data } of inputs) {
    if (names.has(name)) throw refuse(name, 'comes twice');
    names.add(name);
    if (!datatypes.has(datatype)) throw refuse(name, `has the datatype ${datatype}, which is not known`);
    if (shape[0] !== rowCount) throw refuse(name, `has ${shape[0]} rows, the first one ${rowCount}`);
    if (shape.length === 2 && shape[1] !== 1) {
      throw refuse(name, `has the shape [${shape.join(', ')}]; a column has [rows] or [rows, 1]`);
    }
    const values = data.flat(1);
    if (values.length !== rowCount) throw refuse(name, `has ${values.length} values for ${rowCount} rows`);
    values.forEach((value, row) => {
      rows[row][name] = valueOf(name, datatype, value);
    });
  }
  return rows;
}

function valueOf(name: string, datatype: string, value: unknown): unknown {
  if (value === null) return null;
  if (datatype === 'BYTES') {
    if (typeof value === 'string') return value;
  } else if (datatype === 'BOOL') {
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
  } else if (typeof value === 'number') {
    return Number.isNaN(value) ? null : value;
  }
  throw refuse(name, `holds a value that is no ${datatype}`);
}

function refuse(name: string, problem: string): Refusal {
  return new Refusal(400, 'INVALID_REQUEST', `The input "${name.slice(0, 100)}" ${problem}.`);
}
