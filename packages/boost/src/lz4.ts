/**
 * Unpacks a block of the LZ4 format (lz4_Block_format.md of the LZ4 project): sequences of literal bytes, each followed
 * by a copy of bytes that came before. The block must be sound: it is part of this package, never a user's file.
 *
 * @param length bytes that come out
 */
export function unpackBlock(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let from = 0;
  let to = 0;
  /** A length of the token, and the bytes that go on with it. */
  const lengthOf = (short: number): number => {
    let sum = short;
    if (short < 15) return sum;
    let byte;
    do {
      byte = packed[from++];
      sum += byte;
    } while (byte === 255);
    return sum;
  };
  while (from < packed.length) {
    const token = packed[from++];
    const literals = lengthOf(token >> 4);
    out.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence is literals alone.
    if (from >= packed.length) break;
    const offset = packed[from] | (packed[from + 1] << 8);
    from += 2;
    // A copy may overlap what it writes, so it goes byte by byte.
    for (const end = to + lengthOf(token & 15) + 4; to < end; to++) out[to] = out[to - offset];
  }
  return out;
}
