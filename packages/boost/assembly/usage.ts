/** Adds to the counts (256 u32) of the bytes; four tables, since runs of one byte would wait for themselves. */
export function countBytes(bytes: usize, count: i32, counts: usize, scratch: usize): void {
  memory.fill(scratch, 0, 4096);
  let at = bytes;
  const end = bytes + <usize>count;
  for (; at + 4 <= end; at += 4) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const slot = scratch + (lane << 10) + (<usize>load<u8>(at + lane) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
  }
  for (; at < end; at++) {
    const slot = scratch + (<usize>load<u8>(at) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  for (let byte: usize = 0; byte < 1024; byte += 4) {
    let total: u32 = 0;
    for (let table = scratch + byte, last = table + 4096; table < last; table += 1024) total += load<u32>(table);
    store<u32>(counts + byte, total);
  }
}

/** Rows (u32) and bytes of the rows whose byte is not `common`; returns how many. */
export function listOthers(bytes: usize, count: i32, common: i32, rows: usize, others: usize): i32 {
  let found: usize = 0;
  for (let row: usize = 0; row < <usize>count; row++) {
    const byte = load<u8>(bytes + row);
    store<u32>(rows + (found << 2), <u32>row);
    store<u8>(others + found, byte);
    found += <usize>(byte != <u8>common);
  }
  return <i32>found;
}
