/** The part of the WebAssembly interface that is used; TypeScript declares it only for browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  interface Module {
    readonly __module: never;
  }
  const Module: new (bytes: Uint8Array) => Module;
  function validate(bytes: Uint8Array): boolean;
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
