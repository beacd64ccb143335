import { InvalidModel } from '@verdict/core';
import { LooseFloats, MOST_DEPTH } from './document.ts';
import type { DocumentObject, Value } from './document.ts';

/**
 * Universal Binary JSON (draft 12) as XGBoost uses it: big-endian, lengths as int64, arrays of one type as
 * `[$type#L`.
 */
export function parseUbjson(bytes: Uint8Array): Value {
  const reader = new Reader(bytes);
  const value = reader.value(reader.marker(), 0);
  if (!reader.atEnd) throw new InvalidModel({ problem: 'There are bytes after the end of the model.' });
  return value;
}

/** The bytes of a document; keys are sorted, whole numbers take the smallest type, as XGBoost writes them. */
export function writeUbjson(value: Value): Uint8Array {
  const writer = new Writer();
  writer.value(value);
  return writer.finish();
}

const decoder = new TextDecoder('utf-8', { fatal: true });

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Objects that may still come: those of a model have contents, and empty ones take far more memory than file. */
  #objectsLeft: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#objectsLeft = 1000 + bytes.length / 32;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  marker(): string {
    return String.fromCharCode(this.#bytes[this.#take(1)]);
  }

  /** The value after its marker. */
  value(marker: string, depth: number): Value {
    if (depth > MOST_DEPTH) throw this.#broken('values are nested too deeply');
    switch (marker) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case 'S':
        return this.#text();
      case 'C':
        return this.marker();
      case 'T':
        return true;
      case 'F':
        return false;
      case 'Z':
        return null;
      default:
        return this.#number(marker);
    }
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw this.#broken('the file ends too early');
    this.#at += count;
    return at;
  }

  #broken(problem: string): InvalidModel {
    return new InvalidModel({ problem: `The model is not UBJSON: ${problem} (byte ${this.#at}).` });
  }

  #number(marker: string): number {
    switch (marker) {
      case 'i':
        return this.#view.getInt8(this.#take(1));
      case 'U':
        return this.#bytes[this.#take(1)];
      case 'I':
        return this.#view.getInt16(this.#take(2));
      case 'l':
        return this.#view.getInt32(this.#take(4));
      case 'L':
        return this.#long();
      case 'd':
        return this.#view.getFloat32(this.#take(4));
      case 'D':
        return this.#view.getFloat64(this.#take(8));
      default:
        throw this.#broken(`unknown type ${JSON.stringify(marker)}`);
    }
  }

  #long(): number {
    const value = Number(this.#view.getBigInt64(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw this.#broken('a whole number is too large');
    return value;
  }

  #length(): number {
    const length = this.#number(this.marker());
    if (!Number.isInteger(length) || length < 0 || length > this.#bytes.length - this.#at) {
      throw this.#broken('a length is larger than the file');
    }
    return length;
  }

  #text(): string {
    const length = this.#length();
    const at = this.#take(length);
    try {
      return decoder.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw this.#broken('a text is not UTF-8');
    }
  }

  #object(depth: number): DocumentObject {
    if (--this.#objectsLeft < 0) throw this.#broken('it holds too many objects for its length');
    const object: Record<string, Value> = Object.create(null);
    let count = Infinity;
    if (this.#peek() === '#') {
      this.#at++;
      count = this.#length();
    }
    for (let i = 0; i < count; i++) {
      if (count === Infinity && this.#peek() === '}') break;
      const key = this.#text();
      if (Object.hasOwn(object, key)) throw this.#broken(`the key ${JSON.stringify(key)} is there twice`);
      object[key] = this.value(this.marker(), depth + 1);
    }
    if (count === Infinity) this.#at++;
    return object;
  }

  #peek(): string {
    if (this.atEnd) throw this.#broken('the file ends too early');
    return String.fromCharCode(this.#bytes[this.#at]);
  }

  #array(depth: number): Value {
    if (this.#peek() === '$') {
      this.#at++;
      return this.#typedArray(this.marker());
    }
    const items: Value[] = [];
    if (this.#peek() === '#') {
      this.#at++;
      const count = this.#length();
      for (let i = 0; i < count; i++) items.push(this.value(this.marker(), depth + 1));
      return items;
    }
    while (this.#peek() !== ']') items.push(this.value(this.marker(), depth + 1));
    this.#at++;
    return items;
  }

  #typedArray(type: string): Value {
    if (this.marker() !== '#') throw this.#broken('an array of one type has no length');
    const count = this.#length();
    const size = sizes[type];
    if (size === undefined) throw this.#broken(`arrays of type ${JSON.stringify(type)} are not supported`);
    const at = this.#take(count * size);
    // A copy begins at an aligned address; its bytes are then put into the machine's order.
    const { buffer } = swapBytes(Uint8Array.from(this.#bytes.subarray(at, at + count * size)), size);
    switch (type) {
      case 'U':
        return new Uint8Array(buffer);
      case 'i':
        return new Int8Array(buffer);
      case 'I':
        return new Int16Array(buffer);
      case 'l':
        return new Int32Array(buffer);
      case 'L':
        return new BigInt64Array(buffer);
      case 'd':
        return new Float32Array(buffer);
      default:
        return new Float64Array(buffer);
    }
  }
}

/** Turns the byte order of items of 1, 2, 4 or 8 bytes round, in place. */
function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size === 4) {
    const words = new Uint32Array(bytes.buffer);
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    }
  } else if (size > 1) {
    for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
  }
  return bytes;
}

const sizes: Readonly<Record<string, number>> = { U: 1, i: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

class Writer {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  readonly #encoder = new TextEncoder();

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  value(value: Value): void {
    if (typeof value === 'string') {
      this.#char('S');
      this.#text(value);
    } else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'boolean') this.#char(value ? 'T' : 'F');
    else if (value === null) this.#char('Z');
    else if (ArrayBuffer.isView(value)) this.#typedArray(value);
    else if (value instanceof LooseFloats) this.#looseFloats(value.values);
    else if (isArray(value)) {
      this.#char('[');
      this.#char('#');
      this.#length(value.length);
      for (const item of value) this.value(item);
    } else {
      this.#char('{');
      for (const key of Object.keys(value).sort()) {
        this.#text(key);
        this.value(value[key]);
      }
      this.#char('}');
    }
  }

  #looseFloats(values: Float32Array): void {
    this.#char('[');
    this.#char('#');
    this.#length(values.length);
    for (const value of values) {
      this.#char('d');
      const at = this.#reserve(4);
      this.#view.setFloat32(at, value);
    }
  }

  #reserve(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  #char(char: string): void {
    const at = this.#reserve(1);
    this.#bytes[at] = char.charCodeAt(0);
  }

  #length(length: number): void {
    this.#char('L');
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, BigInt(length));
  }

  #text(text: string): void {
    const encoded = this.#encoder.encode(text);
    this.#length(encoded.length);
    const at = this.#reserve(encoded.length);
    this.#bytes.set(encoded, at);
  }

  #number(value: number): void {
    if (!Number.isInteger(value)) {
      this.#char('d');
      const at = this.#reserve(4);
      this.#view.setFloat32(at, value);
    } else if (value > -128 && value < 127) {
      this.#char('i');
      const at = this.#reserve(1);
      this.#view.setInt8(at, value);
    } else if (value > -32768 && value < 32767) {
      this.#char('I');
      const at = this.#reserve(2);
      this.#view.setInt16(at, value);
    } else {
      this.#char('l');
      const at = this.#reserve(4);
      this.#view.setInt32(at, value);
    }
  }

  #typedArray(
    value: Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array | Int16Array | BigInt64Array,
  ): void {
    this.#char('[');
    this.#char('$');
    this.#char(markerOf(value));
    this.#char('#');
    this.#length(value.length);
    const at = this.#reserve(value.byteLength);
    const view = this.#view;
    if (value instanceof Float32Array)
      for (let i = 0; i < value.length; i++) view.setFloat32(at + i * 4, value[i]);
    else if (value instanceof Float64Array) value.forEach((item, i) => view.setFloat64(at + i * 8, item));
    else if (value instanceof Int32Array)
      for (let i = 0; i < value.length; i++) view.setInt32(at + i * 4, value[i]);
    else if (value instanceof Int16Array) value.forEach((item, i) => view.setInt16(at + i * 2, item));
    else if (value instanceof Int8Array) value.forEach((item, i) => view.setInt8(at + i, item));
    else if (value instanceof BigInt64Array) value.forEach((item, i) => view.setBigInt64(at + i * 8, item));
    else this.#bytes.set(value, at);
  }
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function markerOf(value: ArrayBufferView): string {
  if (value instanceof Float32Array) return 'd';
  if (value instanceof Float64Array) return 'D';
  if (value instanceof Int32Array) return 'l';
  if (value instanceof Int16Array) return 'I';
  if (value instanceof Int8Array) return 'i';
  return value instanceof BigInt64Array ? 'L' : 'U';
}
