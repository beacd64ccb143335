import { OutOfResources } from '@verdict/core';
import { instantiateKernels } from './kernels.ts';
import type { Kernels } from './kernels.ts';

const PAGE = 65536;
/** One page short of 4 GiB, so that every end offset still fits 32 bits. */
const LARGEST = 65535 * PAGE;
/** Memories beyond this are kept for later jobs only until the system's garbage is collected. */
const KEPT = 256 * 1024 * 1024;
/** Memories that are kept at all. */
const MOST_KEPT = 32;

/** The first bytes stay unused: offset 0 stands for "none". */
const FIRST = 64;

/** Most bytes that a job can ask for. */
export const MOST_BYTES = LARGEST - FIRST - PAGE;

/** Memories that no job of this thread uses, the last one used at the end. */
let idle: (Workspace | WeakRef<Workspace>)[] = [];

/**
 * Memory for one job: sizes are asked for first (`reserve`), then the memory is made or grown once, so that
 * views stay valid while the job runs. Memories are kept for the next jobs of the thread, of which several may be
 * under way at once.
 */
export class Workspace {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  #used = FIRST;

  private constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.kernels = instantiateKernels(memory);
  }

  /**
   * A memory of at least `bytes` bytes that lives as long as its owner.
   *
   * @throws OutOfResources if WebAssembly's 4 GiB or the machine's memory do not suffice
   */
  static create(bytes: number): Workspace {
    const pages = pagesFor(bytes);
    return orRefuse(
      pages,
      () => new Workspace(new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true })),
    );
  }

  /**
   * Runs a job in a memory of at least `bytes` bytes, which holds whatever the last job left.
   *
   * @throws OutOfResources if WebAssembly's 4 GiB or the machine's memory do not suffice
   */
  static use<T>(bytes: number, job: (workspace: Workspace) => T): T {
    const workspace = Workspace.take(bytes);
    // After a failure other threads may still write to the memory: then it is not used again.
    const result = job(workspace);
    workspace.release();
    return result;
  }

  /**
   * A memory of at least `bytes` bytes, which holds whatever the last job left, until it is released.
   *
   * @throws OutOfResources if WebAssembly's 4 GiB or the machine's memory do not suffice
   */
  static take(bytes: number): Workspace {
    const pages = pagesFor(bytes);
    const workspace = Workspace.#takeIdle(pages * PAGE) ?? Workspace.create(bytes);
    const missing = pages - workspace.memory.buffer.byteLength / PAGE;
    if (missing > 0) orRefuse(pages, () => workspace.memory.grow(missing));
    workspace.#used = FIRST;
    return workspace;
  }

  /** The memory of a job that another thread has begun, which keeps it. */
  static over(memory: WebAssembly.Memory): Workspace {
    return new Workspace(memory);
  }

  /** The smallest memory at hand that suffices, or else the largest. */
  static #takeIdle(bytes: number): Workspace | undefined {
    const found = idle
      .map((one) => (one instanceof WeakRef ? one.deref() : one))
      .filter((one) => one !== undefined)
      .sort((a, b) => a.#size - b.#size);
    const taken = found.find((one) => one.#size >= bytes) ?? found.at(-1);
    idle = idle.filter((one) => {
      const alive = one instanceof WeakRef ? one.deref() : one;
      return alive !== undefined && alive !== taken;
    });
    return taken;
  }

  get #size(): number {
    return this.memory.buffer.byteLength;
  }

  /** Keeps the memory, which its job no longer uses, for the next ones of this thread. */
  release(): void {
    let kept = this.#size;
    for (const one of idle) if (one instanceof Workspace) kept += one.#size;
    idle.push(kept <= KEPT ? this : new WeakRef(this));
    if (idle.length > MOST_KEPT) idle.shift();
  }

  /** Lets go of the memories that no job of this thread uses. */
  static closeIdle(): void {
    idle = [];
  }

  /** Offset of `bytes` fresh bytes, aligned to 64 bytes. */
  reserve(bytes: number): number {
    const offset = this.#used;
    this.#used = roundUp(offset + bytes, 64);
    if (this.#used > this.memory.buffer.byteLength) {
      throw new OutOfResources({
        problem: 'A job asked for more memory than it had announced.',
        hint: 'This is a fault of the program: please report it.',
      });
    }
    return offset;
  }

  /** The whole memory, for reading single numbers by offset. */
  allInts(): Int32Array {
    return new Int32Array(this.memory.buffer);
  }

  allDoubles(): Float64Array {
    return new Float64Array(this.memory.buffer);
  }

  allBytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  bytes(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, offset, length);
  }

  ints(offset: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, offset, length);
  }

  words(offset: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, offset, length);
  }

  floats(offset: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, offset, length);
  }

  doubles(offset: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, offset, length);
  }
}

function pagesFor(bytes: number): number {
  const needed = bytes + FIRST + PAGE;
  if (needed <= LARGEST) return Math.ceil(needed / PAGE);
  throw new OutOfResources({
    problem: `This needs ${(needed / 2 ** 30).toFixed(1)} GiB of memory in one piece; WebAssembly has 4 GiB.`,
    hint: 'Use fewer rows or columns.',
  });
}

function orRefuse<T>(pages: number, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new OutOfResources({
      problem: `The system does not give ${((pages * PAGE) / 2 ** 20).toFixed(0)} MiB of memory.`,
      hint: 'Close other programs, or use fewer rows or columns.',
      cause,
    });
  }
}

/** The least multiple of `unit` that is not below `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
