type Numbers = Float64Array | Int32Array;

const firstLength = 2048;
/** Each segment is as many times longer than the last, up to a size that C libraries give back when it is freed. */
const growth = 8;
const longestBytes = 36 << 20;

/** A list of numbers of unknown length, kept in segments, so that growing copies nothing. */
export class Growing<T extends Numbers> {
  readonly #make: (buffer: ArrayBufferLike) => T;
  readonly #width: number;
  #full: T[] = [];
  #current: T;
  #used = 0;
  length = 0;

  constructor(make: (buffer: ArrayBufferLike) => T, width: number) {
    this.#make = make;
    this.#width = width;
    this.#current = this.#segment(firstLength);
  }

  static numbers(): Growing<Float64Array> {
    return new Growing((buffer) => new Float64Array(buffer), 8);
  }

  static codes(): Growing<Int32Array> {
    return new Growing((buffer) => new Int32Array(buffer), 4);
  }

  /** Room for `count` more values, to be filled by the caller. */
  reserve(count: number): T {
    if (this.#used + count > this.#current.length) {
      this.#full.push(this.#current.subarray(0, this.#used) as T);
      this.#current = this.#segment(Math.max(count, Math.min(longestBytes / this.#width, this.#current.length * growth)));
      this.#used = 0;
    }
    const room = this.#current.subarray(this.#used, this.#used + count) as T;
    this.#used += count;
    this.length += count;
    return room;
  }

  /** All values in one array. */
  copy(): T {
    const all = this.#segment(this.length);
    let start = 0;
    for (const segment of [...this.#full, this.#current.subarray(0, this.#used) as T]) {
      all.set(segment, start);
      start += segment.length;
    }
    return all;
  }

  /**
   * All values, or those at the given rising places, in one array on shared memory. Each segment's memory is
   * given back as soon as it is copied: waiting for the garbage collector would hold everything twice.
   */
  finish(keep: Uint32Array | undefined): T {
    const segments = [...this.#full, this.#current.subarray(0, this.#used) as T];
    const all = this.#make(new SharedArrayBuffer((keep?.length ?? this.length) * this.#width));
    let start = 0;
    let written = 0;
    for (const segment of segments) {
      const { length } = segment;
      if (keep === undefined) all.set(segment, start);
      else {
        while (written < keep.length && keep[written] < start + length) {
          all[written] = segment[keep[written] - start];
          written += 1;
        }
      }
      start += length;
      (segment.buffer as ArrayBuffer).transfer(0);
    }
    this.#full = [];
    this.#current = this.#segment(0);
    this.#used = 0;
    this.length = 0;
    return all;
  }

  #segment(length: number): T {
    return this.#make(new ArrayBuffer(length * this.#width));
  }
}
