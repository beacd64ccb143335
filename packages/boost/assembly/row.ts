import { contains } from './predict';

/** One step down a tree: byte offsets of the nodes; a leaf leads to itself. */
// @ts-ignore: decorator
@inline
function step(nodes: usize, node: u32, row: usize): u32 {
  const at = nodes + <usize>node;
  const packed = load<u32>(at);
  const x = load<f32>(row + <usize>(packed & 0x7fffffff));
  // Right unless x is below the threshold, or is missing and goes left.
  const right = u32(!(x < load<f32>(at, 4))) & (u32(x == x) | ((packed >> 31) ^ 1));
  return load<u32>(at, 8) + (right << 4);
}

// @ts-ignore: decorator
@inline
function isLeaf(nodes: usize, node: u32): i32 {
  return i32(load<u32>(nodes + <usize>node, 8) == node);
}

// @ts-ignore: decorator
@inline
function leafOf(nodes: usize, node: u32): f32 {
  return load<f32>(nodes + <usize>node, 12);
}

/**
 * The margin of one row: the start and the leaf of every tree, added in float32 and in order. Eight trees are walked
 * side by side, since a single walk only waits for memory and for branches that nobody can foretell; so there are
 * none. What a row's category is to each set of categories is found first, as further values of the row: then splits
 * by sets are splits at 1/2.
 *
 * The image: the number of sets at 0, the offset of their records at 4 (feature, first word, words: i32 each, padded
 * to 16 bytes), the number of groups of eight trees at 8, the offset of their records at 12 (depth and eight roots,
 * padded to 40 bytes), the offset of the nodes at 16, the place of the sets' values in the row at 20. A node has 16 bytes: byte offset of its value in
 * the row (bit 31 set: missing goes left), threshold, byte offset of the left child among the nodes, value of the
 * leaf. A leaf looks at a value of the row that is always 0, below its threshold.
 */
export function walkRow(image: usize, row: usize, start: f32): f32 {
  let set = image + <usize>load<u32>(image, 4);
  let value = row + <usize>load<u32>(image, 20);
  for (let left = load<i32>(image); left > 0; left--) {
    const x = load<f32>(row + <usize>load<u32>(set));
    const inside = contains(image + <usize>load<u32>(set, 4), 0, load<u32>(set, 8), x);
    store<f32>(value, x == x ? <f32>inside : x);
    set += 16;
    value += 4;
  }
  const nodes = image + <usize>load<u32>(image, 16);
  let group = image + <usize>load<u32>(image, 12);
  let sum = start;
  for (let left = load<i32>(image, 8); left > 0; left--) {
    let a = load<u32>(group, 4), b = load<u32>(group, 8), c = load<u32>(group, 12), d = load<u32>(group, 16);
    let e = load<u32>(group, 20), f = load<u32>(group, 24), g = load<u32>(group, 28), h = load<u32>(group, 32);
    let depth = load<i32>(group);
    while (depth > 0) {
      const end = depth > 8 ? depth - 8 : 0;
      for (; depth > end; depth--) {
        a = step(nodes, a, row);
        b = step(nodes, b, row);
        c = step(nodes, c, row);
        d = step(nodes, d, row);
        e = step(nodes, e, row);
        f = step(nodes, f, row);
        g = step(nodes, g, row);
        h = step(nodes, h, row);
      }
      // Few rows reach the depth of a lopsided tree.
      if (
        isLeaf(nodes, a) & isLeaf(nodes, b) & isLeaf(nodes, c) & isLeaf(nodes, d) &
        isLeaf(nodes, e) & isLeaf(nodes, f) & isLeaf(nodes, g) & isLeaf(nodes, h)
      ) break;
    }
    sum += leafOf(nodes, a);
    sum += leafOf(nodes, b);
    sum += leafOf(nodes, c);
    sum += leafOf(nodes, d);
    sum += leafOf(nodes, e);
    sum += leafOf(nodes, f);
    sum += leafOf(nodes, g);
    sum += leafOf(nodes, h);
    group += 40;
  }
  return sum;
}
