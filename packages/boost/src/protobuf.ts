/**
 * Writes one message in protobuf's wire format, which is all that ONNX asks for: fields of wire types 0 (varint) and 2
 * (bytes, texts, messages, packed lists). Fields keep the order in which they are added.
 */
export class ProtoMessage {
  readonly #parts: Uint8Array[] = [];

  /** A whole number, not negative. */
  whole(field: number, value: number): this {
    this.#parts.push(varints([field * 8, value]));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varints([field * 8 + 2, value.length]), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtoMessage): this {
    return this.bytes(field, value.finish());
  }

  /** A packed list of whole numbers, not negative. */
  wholes(field: number, values: ArrayLike<number>): this {
    return this.bytes(field, varints(values));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Seven bits a byte, the least first, the top bit saying that more follow. */
function varints(values: ArrayLike<number>): Uint8Array {
  let size = 0;
  for (let i = 0; i < values.length; i++) {
    for (let rest = values[i]; rest >= 128; rest = Math.floor(rest / 128)) size++;
    size++;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    let rest = values[i];
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) + 128;
    bytes[at++] = rest;
  }
  return bytes;
}
