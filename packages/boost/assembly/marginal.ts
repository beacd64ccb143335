// A storage column may hold several columns: its byte is a number of digits, one for each column or bundle of columns
// that are never off their most common bin together. Words 4 to 7 of a slot say which part of it is the column's own:
// the stride of its digit, how many digits there are, the digit of its first bin that is not the common one (0 if
// the digit is the bin) with the common bin in the upper half word, and how many bytes the storage column uses.

/** Forgets which digit's sums lie in the scratch memory. */
export function forgetDigits(scratch: usize): void {
  store<u32>(scratch, 0);
}

/** The sums over one digit, for all values of the digits below and above it. */
function sumDigits(source: usize, stride: i32, digits: i32, size: i32, target: usize): void {
  memory.fill(target, 0, <usize>digits << 3);
  let from = source;
  const end = source + (<usize>size << 3);
  const run = <usize>stride << 3;
  while (from < end) {
    for (let digit: usize = 0; digit < <usize>digits; digit++) {
      let total: i64 = 0;
      for (const stop = from + run; from < stop; from += 8) total += load<i64>(from);
      const at = target + (digit << 3);
      store<i64>(at, load<i64>(at) + total);
    }
  }
}

/**
 * The address of a column's own histogram: where it lies in the node's, or computed in `scratch`, which holds
 * 514 i64 and remembers the last digit's sums for the columns of one bundle. Sums are integers: what is computed
 * equals to the bit what a histogram of the column alone would hold.
 *
 * @param total sum over the node's rows
 */
export function ownHistogram(histogram: usize, slot: usize, total: i64, scratch: usize): usize {
  const source = histogram + <usize>load<i32>(slot);
  const flags = load<i32>(slot, 8);
  if (!(flags & 32)) return source;
  const stride = load<i32>(slot, 16), digits = load<i32>(slot, 20);
  const first = <usize>load<u16>(slot, 24), common = <usize>load<u16>(slot, 26), size = load<i32>(slot, 28);
  let sums = source;
  if (digits < size) {
    sums = scratch + 16;
    // The digit of a column of one bin has the stride of the next one.
    if (load<u32>(scratch) != <u32>source || load<i32>(scratch, 4) != stride || load<i32>(scratch, 8) != digits) {
      sumDigits(source, stride, digits, size, sums);
      store<u32>(scratch, <u32>source);
      store<i32>(scratch, stride, 4);
      store<i32>(scratch, digits, 8);
    }
  }
  if (first == 0) return sums;
  const own = scratch + 16 + 2048;
  const others = <usize>(load<i32>(slot, 4) + (flags & 1) - 1);
  let rest = total;
  for (let nth: usize = 0; nth < others; nth++) {
    const entry = load<i64>(sums + ((first + nth) << 3));
    rest -= entry;
    store<i64>(own + ((nth + <usize>(nth >= common)) << 3), entry);
  }
  store<i64>(own + (common << 3), rest);
  return own;
}
