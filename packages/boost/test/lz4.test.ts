import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unpackBlock } from '../src/lz4.ts';
import { readBuilt } from '../src/pool-platform.ts';

const build = new URL('../build/', import.meta.url);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('blocks of the LZ4 format', () => {
  it('give the kernels that were built, byte by byte', () => {
    const names = readdirSync(build).filter((name) => name.endsWith('.wasm'));
    expect(names.sort()).toEqual(['kernels-scalar.wasm', 'kernels.wasm']);
    for (const name of names) {
      const bytes = readBuilt(name as 'kernels.wasm');
      expect(Buffer.compare(bytes, readFileSync(new URL(name, build)))).toBe(0);
    }
  });

  it('are literals and copies, which may overlap what they write', () => {
    // By hand, after the format's description: "abc", 7 bytes from 3 back, 5 literals.
    const block = Uint8Array.of(0x33, 97, 98, 99, 3, 0, 0x50, 101, 102, 103, 104, 105);
    expect(text(unpackBlock(block, 15))).toBe('abcabcabcaefghi');
  });

  it('may hold lengths of many bytes', () => {
    // 15 + 255 + 2 literals; then 4 + 15 + 255 + 0 copied from 1 back; no more literals.
    const literals = new Uint8Array(272).fill(120);
    const block = Uint8Array.of(0xff, 255, 2, ...literals, 1, 0, 255, 0, 0x00);
    expect(text(unpackBlock(block, 546))).toBe('x'.repeat(546));
  });

  it('may be empty', () => {
    expect(unpackBlock(Uint8Array.of(0), 0)).toEqual(new Uint8Array(0));
  });
});
