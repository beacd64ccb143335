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
  // Right unless x is below the threshold, or is missing and goes left.
  const right = i32(!(x < threshold)) & (i32(x == x) | i32((packed >> 31) ^ 1));
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
 * Walks a block of rows (floats, one feature after another) down one tree, adding its leaves to the margins or, if
 * `leaves` is not 0, storing their node numbers, `trees` from one row's to the next. The nodes name the place of a
 * feature's first value instead of the feature. Eight rows go down a tree without categories side by side, since a
 * single one only waits for memory. Of the tree's record: the depth (negative: rows go one by one) at 8, the nodes at
 * 12, the sets at 20.
 */
export function walkBlock(tree: usize, floats: usize, count: i32, margins: usize, leaves: usize, trees: i32): void {
  const depth = load<i32>(tree, 8);
  const nodes = tree + <usize>load<i32>(tree, 12), sets = tree + <usize>load<i32>(tree, 20);
  let i = 0;
  if (depth >= 0 && leaves == 0) {
    for (; i + 8 <= count; i += 8) {
      const row = floats + (<usize>i << 2);
      let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
      for (let level = 0; level < depth; level++) {
        a = step(nodes, a, row);
        b = step(nodes, b, row + 4);
        c = step(nodes, c, row + 8);
        d = step(nodes, d, row + 12);
        e = step(nodes, e, row + 16);
        f = step(nodes, f, row + 20);
        g = step(nodes, g, row + 24);
        h = step(nodes, h, row + 28);
      }
      const margin = margins + (<usize>i << 2);
      addFour(nodes, a, b, c, d, margin);
      addFour(nodes, e, f, g, h, margin + 16);
    }
  }
  for (; i < count; i++) {
    const node = walk(nodes, sets, 0, floats + (<usize>i << 2));
    const margin = margins + (<usize>i << 2);
    if (leaves == 0) store<f32>(margin, load<f32>(margin) + load<f32>(nodes + (<usize>node << 4), 12));
    else store<i32>(leaves + ((<usize>i * <usize>trees) << 2), node);
  }
}
