/**
 * Stable partition of a list of rows: those whose byte has a 1 in `table` (256 bytes) move to the front of the list,
 * the others to `scratch`. The byte of row r is at `column + r * stride`. No branch: each row is written to both and
 * one cursor moves. Returns how many went left.
 */
function separateRows(
  column: usize, stride: usize, table: usize, index: usize, count: i32, scratch: usize,
): i32 {
  let left = index, right = scratch;
  const end = index + (<usize>count << 2);
  if (stride == 1) {
    for (let at = index; at < end; at += 4) {
      const row = load<u32>(at);
      const goes = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row));
      store<u32>(left, row);
      store<u32>(right, row);
      left += goes << 2;
      right += (1 - goes) << 2;
    }
  } else {
    for (let at = index; at < end; at += 4) {
      const row = load<u32>(at);
      const goes = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row * stride));
      store<u32>(left, row);
      store<u32>(right, row);
      left += goes << 2;
      right += (1 - goes) << 2;
    }
  }
  return <i32>((left - index) >> 2);
}

/** Stable partition of all of a node's rows: those that go left first. Returns how many they are. */
export function partitionRows(
  column: usize, stride: usize, table: usize, index: usize, count: i32, scratch: usize,
): i32 {
  const left = separateRows(column, stride, table, index, count, scratch);
  memory.copy(index + (<usize>left << 2), scratch, <usize>(count - left) << 2);
  return left;
}

/**
 * The same for a part of a node's rows, all into `scratch`: those that go right first. From there they can be moved
 * to their places in the node, in any order of parts, since no part's place is then another's source. Returns how
 * many go left.
 */
export function splitRows(
  column: usize, stride: usize, table: usize, index: usize, count: i32, scratch: usize,
): i32 {
  const left = separateRows(column, stride, table, index, count, scratch);
  memory.copy(scratch + (<usize>(count - left) << 2), index, <usize>left << 2);
  return left;
}
