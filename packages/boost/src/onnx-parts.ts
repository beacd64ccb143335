import { ProtoMessage } from './protobuf.ts';

/** ONNX's numbers for types of tensors. */
const tensorTypes = { float: 1, uint8: 2, int64: 7, bool: 9 } as const;
/** ONNX's numbers for types of attributes. */
const attributeTypes = { whole: 2, tensor: 4, wholes: 7 } as const;

type AttributeValue =
  { readonly whole: number } | { readonly tensor: ProtoMessage } | { readonly wholes: ArrayLike<number> };

/** An attribute of a node. */
export function attribute(name: string, value: AttributeValue): ProtoMessage {
  const message = new ProtoMessage().text(1, name);
  if ('whole' in value) return message.whole(3, value.whole).whole(20, attributeTypes.whole);
  if ('tensor' in value) return message.message(5, value.tensor).whole(20, attributeTypes.tensor);
  return message.wholes(8, value.wholes).whole(20, attributeTypes.wholes);
}

/** A node of the graph: one operator. */
export function nodeOf(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly ProtoMessage[] = [],
  domain = '',
): ProtoMessage {
  const message = new ProtoMessage();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, outputs[0]).text(4, operator);
  for (const item of attributes) message.message(5, item);
  return domain === '' ? message : message.text(7, domain);
}

/** A constant tensor of floats. */
export function floatTensor(name: string, shape: readonly number[], values: Float32Array): ProtoMessage {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return tensor(name, shape, tensorTypes.float, bytes);
}

/** A constant tensor of small whole numbers, not negative. */
export function wholeTensor(
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
  type: 'uint8' | 'int64' | 'bool',
): ProtoMessage {
  const width = type === 'int64' ? 8 : 1;
  const bytes = new Uint8Array(values.length * width);
  for (let i = 0; i < values.length; i++) bytes[i * width] = values[i];
  return tensor(name, shape, tensorTypes[type], bytes);
}

function tensor(name: string, shape: readonly number[], type: number, bytes: Uint8Array): ProtoMessage {
  return new ProtoMessage().wholes(1, shape).whole(2, type).text(8, name).bytes(9, bytes);
}

/** An input or output: its name, type and shape, where texts stand for lengths that are not fixed. */
export function valueInfo(
  name: string,
  type: 'float' | 'int64',
  shape: readonly (number | string)[],
): ProtoMessage {
  const dimensions = new ProtoMessage();
  for (const length of shape) {
    const dimension = new ProtoMessage();
    dimensions.message(
      1,
      typeof length === 'number' ? dimension.whole(1, length) : dimension.text(2, length),
    );
  }
  const tensorType = new ProtoMessage().whole(1, tensorTypes[type]).message(2, dimensions);
  return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensorType));
}
