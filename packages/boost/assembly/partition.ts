/**
 * Stable partition of a node's rows: rows whose bin has a 1 in `table` (256 bytes) first. No branch: each row
 * is written to both sides and one cursor moves. Returns how many rows went left.
 */
export function partitionRows(column: usize, table: usize, index: usize, count: i32, scratch: usize): i32 {
  let left = index, right = scratch;
  for (let at = index, end = index + (<usize>count << 2); at < end; at += 4) {
    const row = load<u32>(at);
    const goes = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row));
    store<u32>(left, row);
    store<u32>(right, row);
    left += goes << 2;
    right += (1 - goes) << 2;
  }
  memory.copy(left, scratch, right - scratch);
  return <i32>((left - index) >> 2);
}
