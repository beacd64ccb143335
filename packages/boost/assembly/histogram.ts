/** Rows gathered into a small buffer before they are added: many cache misses in flight, then none. */
const CHUNK: i32 = 512;

/**
 * Adds `count` contiguous rows to the histograms, four features at a time. A group is four byte offsets into
 * the row and four byte offsets into the histogram (eight u32); groups are padded with scratch histograms.
 */
function accumulate(
  rows: usize, stride: usize, count: i32, packed: usize, groups: usize, groupCount: i32, histogram: usize,
): void {
  const end = packed + (<usize>count << 3);
  for (let group = 0; group < groupCount; group++) {
    const at = groups + (<usize>group << 5);
    const o0 = <usize>load<u32>(at), o1 = <usize>load<u32>(at, 4);
    const o2 = <usize>load<u32>(at, 8), o3 = <usize>load<u32>(at, 12);
    const h0 = histogram + <usize>load<u32>(at, 16), h1 = histogram + <usize>load<u32>(at, 20);
    const h2 = histogram + <usize>load<u32>(at, 24), h3 = histogram + <usize>load<u32>(at, 28);
    let g = packed;
    let p = rows + o0;
    if (o1 == o0 + 1 && o2 == o0 + 2 && o3 == o0 + 3) {
      while (g < end) {
        const w = load<u32>(p), x = load<i64>(g);
        let a = h0 + (<usize>(w & 255) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h1 + (<usize>((w >> 8) & 255) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h2 + (<usize>((w >> 16) & 255) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h3 + (<usize>(w >> 24) << 3);
        store<i64>(a, load<i64>(a) + x);
        p += stride;
        g += 8;
      }
    } else {
      let q = rows + o1, r = rows + o2, s = rows + o3;
      while (g < end) {
        const x = load<i64>(g);
        let a = h0 + (<usize>load<u8>(p) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h1 + (<usize>load<u8>(q) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h2 + (<usize>load<u8>(r) << 3);
        store<i64>(a, load<i64>(a) + x);
        a = h3 + (<usize>load<u8>(s) << 3);
        store<i64>(a, load<i64>(a) + x);
        p += stride;
        q += stride;
        r += stride;
        s += stride;
        g += 8;
      }
    }
  }
}

/**
 * The histograms of one node over all blocks of features. A block is (rows, stride, groups, group count), four
 * u32; its stride is a multiple of 4, at most 64. `index` lists the node's rows; 0 means `count` rows from `first` on.
 * `rowBuffer` holds 512 rows of 64 bytes, `packedBuffer` 512 i64. Rows of 12, 20, 28 … bytes are gathered with the four
 * bytes behind them: the next row overwrites those, and for the last one there is room.
 */
export function buildHistogram(
  blocks: usize, blockCount: i32, index: usize, first: i32, count: i32, packed: usize,
  histogram: usize, bytes: i32, rowBuffer: usize, packedBuffer: usize,
): void {
  memory.fill(histogram, 0, bytes);
  for (let block = 0; block < blockCount; block++) {
    const at = blocks + (<usize>block << 4);
    const rows = <usize>load<u32>(at), stride = <usize>load<u32>(at, 4);
    const groups = <usize>load<u32>(at, 8), groupCount = <i32>load<u32>(at, 12);
    for (let start = 0; start < count; start += CHUNK) {
      const m = min(CHUNK, count - start);
      if (index == 0) {
        const row = <usize>(first + start);
        accumulate(rows + row * stride, stride, m, packed + (row << 3), groups, groupCount, histogram);
        continue;
      }
      let to = rowBuffer, i = index + (<usize>start << 2), g = packedBuffer;
      const last = i + (<usize>m << 2);
      if (stride == 32) {
        while (i < last) {
          const row = <usize>load<u32>(i);
          const from = rows + (row << 5);
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
          store<i64>(g, load<i64>(packed + (row << 3)));
          to += 32;
          g += 8;
          i += 4;
        }
      } else if (stride == 4) {
        while (i < last) {
          const row = <usize>load<u32>(i);
          store<u32>(to, load<u32>(rows + (row << 2)));
          store<i64>(g, load<i64>(packed + (row << 3)));
          to += 4;
          g += 8;
          i += 4;
        }
      } else if (stride & 15) {
        while (i < last) {
          const row = <usize>load<u32>(i);
          const from = rows + row * stride;
          for (let b: usize = 0; b < stride; b += 8) store<i64>(to + b, load<i64>(from + b));
          store<i64>(g, load<i64>(packed + (row << 3)));
          to += stride;
          g += 8;
          i += 4;
        }
      } else {
        while (i < last) {
          const row = <usize>load<u32>(i);
          const from = rows + row * stride;
          for (let b: usize = 0; b < stride; b += 16) v128.store(to + b, v128.load(from + b));
          store<i64>(g, load<i64>(packed + (row << 3)));
          to += stride;
          g += 8;
          i += 4;
        }
      }
      accumulate(rowBuffer, stride, m, packedBuffer, groups, groupCount, histogram);
    }
  }
}

/**
 * Adds `count` partial histograms, `stride` bytes apart, to `target`; `bytes` is a multiple of 16. Integers: the
 * order does not matter.
 */
export function addHistograms(target: usize, parts: usize, stride: usize, count: i32, bytes: i32): void {
  for (let part = 0; part < count; part++, parts += stride) {
    for (let at: usize = 0, end = <usize>bytes; at < end; at += 16) {
      v128.store(target + at, i64x2.add(v128.load(target + at), v128.load(parts + at)));
    }
  }
}

/** parent - child, in the parent's place; `bytes` is a multiple of 16. */
export function subtractHistogram(parent: usize, child: usize, bytes: i32): void {
  for (let at: usize = 0, end = <usize>bytes; at < end; at += 16) {
    v128.store(parent + at, i64x2.sub(v128.load(parent + at), v128.load(child + at)));
  }
}

/** The sum over one feature's bins, which is the sum over the node's rows, written as one i64. */
export function sumHistogram(histogram: usize, bins: i32, sum: usize): void {
  let total: i64 = 0;
  for (let at = histogram, end = at + (<usize>bins << 3); at < end; at += 8) total += load<i64>(at);
  store<i64>(sum, total);
}
