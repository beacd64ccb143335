import { roundUp } from './workspace.ts';

/** A block of bytes that grows as it is written, for structures that kernels read. Offsets are in bytes. */
export class ImageWriter {
  ints: Int32Array;
  floats: Float32Array;
  bytes: Uint8Array;
  #used = 0;

  constructor(capacity: number) {
    const buffer = new ArrayBuffer(roundUp(capacity, 8));
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** Offset of `length` zero bytes, aligned to 8. */
  reserve(length: number): number {
    const offset = this.#used;
    this.#used = roundUp(offset + length, 8);
    if (this.#used > this.bytes.length) {
      const larger = new Uint8Array(roundUp(Math.max(this.#used, 2 * this.bytes.length), 8));
      larger.set(this.bytes);
      this.bytes = larger;
      this.ints = new Int32Array(larger.buffer);
      this.floats = new Float32Array(larger.buffer);
    }
    return offset;
  }

  /** Offset of a copy of the bytes. */
  add(bytes: Uint8Array): number {
    const offset = this.reserve(bytes.length);
    this.bytes.set(bytes, offset);
    return offset;
  }

  /** What was written. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.#used);
  }
}
