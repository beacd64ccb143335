/**
 * Unpacks a block of the LZ4 format (lz4_Block_format.md of the LZ4 project): sequences of literal bytes, each followed
 * by a copy of bytes that came before. The block must be sound: it is part of this package, never a user's file.
 *
 * Bytes are moved by the typed array's own functions alone. A loop over single bytes was compiled wrongly, now and
 * then, by the V8 of Node.js 26.10.
 *
 * @param length bytes that come out
 */
export function unpackBlock(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let from = 0;
  let to = 0;
  while (from < packed.length) {
    const token = packed[from++];
    let literals = token >> 4;
    if (literals === 15) {
      const rest = extraBytes(packed, from);
      literals += sumOf(packed, from, rest);
      from += rest;
    }
    out.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence is literals alone.
    if (from >= packed.length) break;
    const offset = packed[from] | (packed[from + 1] << 8);
    from += 2;
    let count = (token & 15) + 4;
    if (count === 19) {
      const rest = extraBytes(packed, from);
      count += sumOf(packed, from, rest);
      from += rest;
    }
    repeat(out, to, offset, count);
    to += count;
  }
  return out;
}

/** How many bytes go on with a length: those of 255, and the one behind them. */
function extraBytes(packed: Uint8Array, at: number): number {
  let end = at;
  while (packed[end] === 255) end++;
  return end + 1 - at;
}

function sumOf(packed: Uint8Array, at: number, count: number): number {
  return (count - 1) * 255 + packed[at + count - 1];
}

/** Copies from `offset` bytes back. Where the copy overlaps what it writes, what is written doubles each time. */
function repeat(out: Uint8Array, to: number, offset: number, count: number): void {
  let done = 0;
  while (done < count) {
    const step = Math.min(count - done, offset + done);
    out.copyWithin(to + done, to - offset, to - offset + step);
    done += step;
  }
}
