import type { InferRequest } from '@verdict/contracts';
import { Refusal } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** How each datatype lies in binary data, little-endian. */
const readers: Readonly<
  Record<string, readonly [bytes: number, read: (view: DataView, at: number) => unknown]>
> = {
  BOOL: [1, (view, at) => view.getUint8(at) !== 0],
  UINT8: [1, (view, at) => view.getUint8(at)],
  UINT16: [2, (view, at) => view.getUint16(at, true)],
  UINT32: [4, (view, at) => view.getUint32(at, true)],
  UINT64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  INT8: [1, (view, at) => view.getInt8(at)],
  INT16: [2, (view, at) => view.getInt16(at, true)],
  INT32: [4, (view, at) => view.getInt32(at, true)],
  INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  FP32: [4, (view, at) => view.getFloat32(at, true)],
  FP64: [8, (view, at) => view.getFloat64(at, true)],
};

/**
 * A request whose tensors lie behind its JSON (the extension "binary_tensor_data", which Triton's clients use by
 * themselves), as one whose tensors are in it.
 *
 * @param header how many bytes of the body are JSON
 * @throws Refusal
 */
export function readBinaryTensors(body: Buffer, header: string): unknown {
  const length = Number(header);
  if (!/^\d{1,10}$/.test(header) || length > body.length) {
    throw malformed('Inference-Header-Content-Length is not a length within the body');
  }
  const request = parseStrictJson(body.subarray(0, length)) as Partial<InferRequest>;
  if (typeof request !== 'object' || request === null || !Array.isArray(request.inputs)) return request;
  let at = length;
  const inputs = request.inputs.map((input: unknown) => {
    if (typeof input !== 'object' || input === null || !('parameters' in input)) return input;
    const { parameters, ...tensor } = input as InferRequest['inputs'][number];
    const size = parameters?.binary_data_size;
    if (size === undefined) return input;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || at + size > body.length) {
      throw malformed('binary_data_size is not a length within the body');
    }
    const bytes = body.subarray(at, at + size);
    at += size;
    return { ...tensor, data: tensor.datatype === 'BYTES' ? texts(bytes) : numbers(bytes, tensor.datatype) };
  });
  if (at !== body.length) throw malformed('there are bytes behind the last tensor');
  return { ...request, inputs };
}

function numbers(bytes: Buffer, datatype: string): unknown[] {
  const reader = Object.hasOwn(readers, datatype) ? readers[datatype] : undefined;
  if (reader === undefined)
    throw malformed(`the datatype ${String(datatype).slice(0, 20)} cannot come in binary data`);
  const [size, read] = reader;
  if (bytes.length % size !== 0) throw malformed(`a tensor of ${datatype} has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size));
}

/** Texts, each behind its length in four bytes. */
function texts(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) throw malformed('a text has no length');
    const length = bytes.readUInt32LE(at);
    if (at + 4 + length > bytes.length) throw malformed('a text is longer than its tensor');
    found.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

function malformed(problem: string): Refusal {
  return new Refusal(400, 'MALFORMED_REQUEST', `The request is not well-formed: ${problem}.`);
}
