/**
 * Walks one row down one tree. A node is 16 bytes: feature (i32; bit 30 set: categorical; bit 31 set: missing
 * goes left), threshold (f32) or first word of the category set (u32), left child (i32, -1 for a leaf), value of
 * the leaf (f32) or number of words of the set. Returns the node's position.
 */
// @ts-ignore: decorator
@inline
function walk(nodes: usize, sets: usize, root: i32, row: usize): i32 {
  let node = root;
  while (true) {
    const at = nodes + (<usize>node << 4);
    const left = load<i32>(at, 8);
    if (left < 0) return node;
    const packed = load<u32>(at);
    const x = load<f32>(row + (<usize>(packed & 0x3fffffff) << 2));
    let right: i32;
    if (x != x) right = i32((packed & 0x80000000) == 0);
    else if (packed & 0x40000000) right = contains(sets, load<u32>(at, 4), load<u32>(at, 12), x);
    else right = i32(!(x < load<f32>(at, 4)));
    node = left + right;
  }
}

/** 1 if the category is in the set of `words` 32-bit words; values out of range are in no set. */
// @ts-ignore: decorator
@inline
export function contains(sets: usize, first: u32, words: u32, value: f32): i32 {
  if (!(value >= 0 && value < 16777216)) return 0;
  const category = <u32>value;
  if (category >> 5 >= words) return 0;
  return (load<u32>(sets + (<usize>(first + (category >> 5)) << 2)) >> (category & 31)) & 1;
}

/** One step of a row: the next node, or the same if it is a leaf. Numeric trees only. */
// @ts-ignore: decorator
@inline
function step(nodes: usize, node: i32, row: usize): i32 {
  const at = nodes + (<usize>node << 4);
  const left = load<i32>(at, 8);
  const packed = load<u32>(at);
  const x = load<f32>(row + (<usize>(packed & 0x3fffffff) << 2));
  const threshold = load<f32>(at, 4);
  // Right if x >= threshold, or if x is missing and does not go left.
  const right = i32(x >= threshold) | (i32(x != x) & i32((packed >> 31) ^ 1));
  return select<i32>(node, left + right, left < 0);
}

/** Adds four leaves to four margins. */
// @ts-ignore: decorator
@inline
function addFour(nodes: usize, a: i32, b: i32, c: i32, d: i32, margin: usize): void {
  let leaves = f32x4.splat(load<f32>(nodes + (<usize>a << 4), 12));
  leaves = f32x4.replace_lane(leaves, 1, load<f32>(nodes + (<usize>b << 4), 12));
  leaves = f32x4.replace_lane(leaves, 2, load<f32>(nodes + (<usize>c << 4), 12));
  leaves = f32x4.replace_lane(leaves, 3, load<f32>(nodes + (<usize>d << 4), 12));
  v128.store(margin, f32x4.add(v128.load(margin), leaves));
}

/**
 * Adds the leaves of trees `begin` to `end` to the margins of a block of rows (row-major floats). The trees are
 * the outer loop, so that a tree stays in the cache; each row still sums its trees in order. Eight rows go down a
 * tree without categories side by side, since a single one only waits for memory; `depths` says how deep, or -1.
 */
export function predictMargins(
  nodes: usize, sets: usize, roots: usize, depths: usize, begin: i32, end: i32,
  rows: usize, stride: i32, count: i32, margins: usize,
): void {
  const bytes = <usize>stride << 2;
  for (let tree = begin; tree < end; tree++) {
    const root = load<i32>(roots + (<usize>tree << 2));
    const depth = load<i32>(depths + (<usize>tree << 2));
    let i = 0;
    if (depth >= 0) {
      for (; i + 8 <= count; i += 8) {
        const r0 = rows + <usize>i * bytes;
        let a = root, b = root, c = root, d = root, e = root, f = root, g = root, h = root;
        for (let level = 0; level < depth; level++) {
          a = step(nodes, a, r0);
          b = step(nodes, b, r0 + bytes);
          c = step(nodes, c, r0 + 2 * bytes);
          d = step(nodes, d, r0 + 3 * bytes);
          e = step(nodes, e, r0 + 4 * bytes);
          f = step(nodes, f, r0 + 5 * bytes);
          g = step(nodes, g, r0 + 6 * bytes);
          h = step(nodes, h, r0 + 7 * bytes);
        }
        const margin = margins + (<usize>i << 2);
        addFour(nodes, a, b, c, d, margin);
        addFour(nodes, e, f, g, h, margin + 16);
      }
    }
    for (; i < count; i++) {
      const node = walk(nodes, sets, root, rows + <usize>i * bytes);
      const margin = margins + (<usize>i << 2);
      store<f32>(margin, load<f32>(margin) + load<f32>(nodes + (<usize>node << 4), 12));
    }
  }
}

/** The leaf of every row in every tree, as a position within the tree; `leaves` is count x trees. */
export function predictLeafIndices(
  nodes: usize, sets: usize, roots: usize, trees: i32, rows: usize, stride: i32, count: i32, leaves: usize,
): void {
  for (let tree = 0; tree < trees; tree++) {
    const root = load<i32>(roots + (<usize>tree << 2));
    for (let i = 0; i < count; i++) {
      const node = walk(nodes, sets, root, rows + (<usize>i * <usize>stride << 2));
      store<i32>(leaves + ((<usize>i * <usize>trees + <usize>tree) << 2), node - root);
    }
  }
}
