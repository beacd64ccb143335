import { classColumn, rankColumn } from './rank';
import { walkBlock } from './predict';

/** Rows that are evaluated together, one byte each. */
const CHUNK: usize = 64;

/** Bytes of the slots: one for each node of the largest upper part (127), and 64 node numbers. */
const SLOTS: usize = 128 * CHUNK + 4 * CHUNK;

/**
 * Adds the leaves of trees `begin` to `end - 1` to the margins of a block of rows or, if `trees` is not 0, stores their
 * node numbers in `output`, `trees` numbers a row. `floats` holds the block's values, one feature after another. The
 * trees are the outer loop, so that a tree stays in the cache; each row still sums its trees in order. `count` is
 * padded to a multiple of 64, and so must be the output.
 *
 * The image (see src/score-image.ts) begins with the number of groups, the rows of a block, where the groups are and
 * where the offsets of the trees are. A group: its first tree, one past its last, where its columns are and how many.
 * A column: the place of its feature, 1 if it is of categories, its table, and its number among the byte columns.
 * `scratch` holds 64 bytes a slot, then the byte columns.
 */
export function scoreBlock(
  image: usize, floats: usize, count: i32, output: usize, scratch: usize, begin: i32, end: i32, trees: i32,
): void {
  const columns = scratch + SLOTS;
  const block = <usize>load<i32>(image, 4);
  let group = image + <usize>load<i32>(image, 8);
  const last = group + (<usize>load<i32>(image) << 4);
  const offsets = image + <usize>load<i32>(image, 12);
  for (; group < last; group += 16) {
    const first = max(begin, load<i32>(group)), stop = min(end, load<i32>(group, 4));
    if (first >= stop) continue;
    let column = image + <usize>load<i32>(group, 8);
    const columnEnd = column + (<usize>load<i32>(group, 12) << 4);
    for (; column < columnEnd; column += 16) {
      const values = floats + ((<usize>load<i32>(column) * block) << 2);
      const table = image + <usize>load<i32>(column, 8);
      const target = columns + <usize>load<i32>(column, 12) * block;
      if (load<i32>(column, 4)) classColumn(values, count, table, target, target + block);
      else rankColumn(values, count, table, target, target + block);
    }
    for (let t = first; t < stop; t++) {
      const tree = image + <usize>load<i32>(offsets + (<usize>t << 2));
      const to: usize = trees == 0 ? 0 : output + (<usize>(t - begin) << 2);
      if (load<i32>(tree, 16) < 0) walkBlock(tree, floats, count, output, to, trees);
      else scoreTree(image, tree, columns, scratch, count, output, to, trees);
    }
  }
}

/**
 * One tree: the branches of 64 rows at all of its upper splits, then, from the lowest of these up, which exit each row
 * takes. An exit is a leaf, or a node from which the rows go on one by one.
 *
 * A tree's record: how many splits have two exits for children (pairs), other splits (inner), exits below those, and
 * splits by category; levels below the exits (0: they are leaves; negative: a tree to be walked by floats); then,
 * from the record, where the exits' nodes (i32), the leaf values (f32, by exit or by node) and the lower nodes are;
 * 1 if there are categories among these. From byte 48 on: splits by category (column of bytes of the class, column for
 * the answer, set of 256 classes), pairs (column, threshold number less 128, first exit), exits (one byte of four)
 * and inner splits (column, slots of the children, threshold number less 128).
 */
function scoreTree(
  image: usize, tree: usize, columns: usize, slots: usize, count: i32, margins: usize, leaves: usize, trees: i32,
): void {
  const levels = load<i32>(tree, 16), pairs = load<i32>(tree), inner = load<i32>(tree, 4), exits = load<i32>(tree, 8);
  const sets = tree + 48;
  const pair = sets + <usize>load<i32>(tree, 12) * 44;
  const exit = pair + (<usize>pairs << 3);
  const upper = exit + (<usize>exits << 2);
  const last = upper + <usize>inner * 12;
  let slot = slots + <usize>pairs * CHUNK;
  for (let at = exit; at < upper; at += 4, slot += CHUNK) {
    const number = v128.load8_splat(at);
    v128.store(slot, number);
    v128.store(slot, number, 16);
    v128.store(slot, number, 32);
    v128.store(slot, number, 48);
  }
  const firstInner = slot;
  const root = slots + <usize>(pairs + exits + inner - 1) * CHUNK;
  for (let i: usize = 0; i < <usize>count; i += CHUNK) {
    const rows = columns + i;
    for (let at = sets; at < pair; at += 44) findMembers(rows, at);
    slot = slots;
    for (let at = pair; at < exit; at += 8, slot += CHUNK) {
      const column = rows + <usize>load<u32>(at);
      const k = v128.load8_splat(at, 4), number = v128.load8_splat(at, 5);
      // The right exit's number is one more: a mask is -1.
      v128.store(slot, i8x16.sub(number, i8x16.gt_s(v128.load(column), k)));
      v128.store(slot, i8x16.sub(number, i8x16.gt_s(v128.load(column, 16), k)), 16);
      v128.store(slot, i8x16.sub(number, i8x16.gt_s(v128.load(column, 32), k)), 32);
      v128.store(slot, i8x16.sub(number, i8x16.gt_s(v128.load(column, 48), k)), 48);
    }
    slot = firstInner;
    for (let at = upper; at < last; at += 12, slot += CHUNK) {
      const column = rows + <usize>load<u32>(at);
      const k = v128.load8_splat(at, 8);
      const l = slots + <usize>load<u16>(at, 4), r = slots + <usize>load<u16>(at, 6);
      v128.store(slot, v128.bitselect(v128.load(r), v128.load(l), i8x16.gt_s(v128.load(column), k)));
      v128.store(
        slot, v128.bitselect(v128.load(r, 16), v128.load(l, 16), i8x16.gt_s(v128.load(column, 16), k)), 16,
      );
      v128.store(
        slot, v128.bitselect(v128.load(r, 32), v128.load(l, 32), i8x16.gt_s(v128.load(column, 32), k)), 32,
      );
      v128.store(
        slot, v128.bitselect(v128.load(r, 48), v128.load(l, 48), i8x16.gt_s(v128.load(column, 48), k)), 48,
      );
    }
    const numbers = root + CHUNK, values = tree + <usize>load<i32>(tree, 24), margin = margins + (i << 2);
    if (leaves == 0 && levels == 0) {
      addLeaves<u8>(values, root, margin);
      continue;
    }
    if (load<i32>(tree, 32)) walkDown(image, tree, 4, rows, root);
    else walkDown(image, tree, 3, rows, root);
    if (leaves == 0) addLeaves<i32>(values, numbers, margin);
    else storeNodes(numbers, leaves + ((i * <usize>trees) << 2), trees);
  }
}

/** A byte column of 0 for rows whose category is in a split's set, -1 for the others. */
// @ts-ignore: decorator
@inline
function findMembers(rows: usize, split: usize): void {
  const bytes = rows + <usize>load<u32>(split), bits = rows + <usize>load<u32>(split, 4);
  const target = rows + <usize>load<u32>(split, 8);
  const low = v128.load(split, 12), high = v128.load(split, 28);
  for (let at: usize = 0; at < CHUNK; at += 16) {
    const place = v128.load(bytes + at);
    // A lane number out of range gives 0.
    const found = v128.or(i8x16.swizzle(low, place), i8x16.swizzle(high, i8x16.sub(place, i8x16.splat(16))));
    v128.store(target + at, i8x16.eq(v128.and(found, v128.load(bits + at)), i8x16.splat(0)));
  }
}

/**
 * One step of a row at a node of 2^shift bytes: its column (u32), and its left child times 256 plus its threshold
 * number less 128. A leaf has itself for a left child and the number 127, which no rank exceeds. Where some split is
 * by category a node takes 16 bytes: the column of the classes' bits and the set (from the image) follow.
 */
// @ts-ignore: decorator
@inline
function step(image: usize, nodes: usize, shift: usize, node: i32, row: usize): i32 {
  const at = nodes + (<usize>node << shift);
  const value = row + <usize>load<u32>(at);
  let right = i32(load<i8>(value) > load<i8>(at, 4));
  if (shift == 4) {
    const byte = load<u8>(image + <usize>load<u32>(at, 12) + <usize>load<u8>(value));
    right |= i32((byte & load<u8>(row + <usize>load<u32>(at, 8))) != 0);
  }
  return (load<i32>(at, 4) >> 8) + right;
}

/** Not 0 unless the node is a leaf. */
// @ts-ignore: decorator
@inline
function open(nodes: usize, shift: usize, node: i32): i32 {
  return (load<i32>(nodes + (<usize>node << shift), 4) >> 8) ^ node;
}

/**
 * Leads 64 rows, eight side by side, from their exits (bytes) down to their leaves, whose numbers it stores as words
 * behind the bytes.
 */
// @ts-ignore: decorator
@inline
function walkDown(image: usize, tree: usize, shift: usize, rows: usize, exits: usize): void {
  const entries = tree + <usize>load<i32>(tree, 20), nodes = tree + <usize>load<i32>(tree, 28);
  const levels = load<i32>(tree, 16);
  for (let i: usize = 0; i < CHUNK; i += 8) {
    let a = load<i32>(entries + (<usize>load<u8>(exits + i) << 2));
    let b = load<i32>(entries + (<usize>load<u8>(exits + i, 1) << 2));
    let c = load<i32>(entries + (<usize>load<u8>(exits + i, 2) << 2));
    let d = load<i32>(entries + (<usize>load<u8>(exits + i, 3) << 2));
    let e = load<i32>(entries + (<usize>load<u8>(exits + i, 4) << 2));
    let f = load<i32>(entries + (<usize>load<u8>(exits + i, 5) << 2));
    let g = load<i32>(entries + (<usize>load<u8>(exits + i, 6) << 2));
    let h = load<i32>(entries + (<usize>load<u8>(exits + i, 7) << 2));
    const row = rows + i;
    for (let level = 0; level < levels; level++) {
      a = step(image, nodes, shift, a, row);
      b = step(image, nodes, shift, b, row + 1);
      c = step(image, nodes, shift, c, row + 2);
      d = step(image, nodes, shift, d, row + 3);
      e = step(image, nodes, shift, e, row + 4);
      f = step(image, nodes, shift, f, row + 5);
      g = step(image, nodes, shift, g, row + 6);
      h = step(image, nodes, shift, h, row + 7);
      if ((level & 3) != 3) continue;
      const left = open(nodes, shift, a) | open(nodes, shift, b) | open(nodes, shift, c) | open(nodes, shift, d) |
        open(nodes, shift, e) | open(nodes, shift, f) | open(nodes, shift, g) | open(nodes, shift, h);
      if (left == 0) break;
    }
    const to = exits + CHUNK + (i << 2);
    store<i32>(to, a);
    store<i32>(to, b, 4);
    store<i32>(to, c, 8);
    store<i32>(to, d, 12);
    store<i32>(to, e, 16);
    store<i32>(to, f, 20);
    store<i32>(to, g, 24);
    store<i32>(to, h, 28);
  }
}

/** Adds the values of 64 leaves, given as bytes or words, to 64 margins. */
// @ts-ignore: decorator
@inline
function addLeaves<T>(values: usize, numbers: usize, margins: usize): void {
  for (let i: usize = 0; i < CHUNK; i += 4) {
    const at = numbers + i * sizeof<T>();
    let leaves = v128.load32_zero(values + (<usize>load<T>(at) << 2));
    leaves = v128.load32_lane(values + (<usize>load<T>(at, sizeof<T>()) << 2), leaves, 1);
    leaves = v128.load32_lane(values + (<usize>load<T>(at, 2 * sizeof<T>()) << 2), leaves, 2);
    leaves = v128.load32_lane(values + (<usize>load<T>(at, 3 * sizeof<T>()) << 2), leaves, 3);
    const margin = margins + (i << 2);
    v128.store(margin, f32x4.add(v128.load(margin), leaves));
  }
}

/** Stores 64 node numbers, `stride` numbers from one another. */
function storeNodes(nodes: usize, leaves: usize, stride: i32): void {
  for (let i: usize = 0; i < CHUNK; i++, leaves += <usize>stride << 2) {
    store<i32>(leaves, load<i32>(nodes + (i << 2)));
  }
}
