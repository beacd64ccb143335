const DIGIT_BITS = 11;
const DIGITS = 2048;

/** Row numbers by ascending margin, rows of equal margin in their order: a radix sort of the floats' bits. */
export function orderByMargin(margins: Float32Array): Uint32Array {
  const n = margins.length;
  let bits = new Uint32Array(Float32Array.from(margins).buffer);
  let order = new Uint32Array(n);
  let nextBits = new Uint32Array(n);
  let nextOrder = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    // Negative floats are turned around, positive ones put above them: then their bits are in order.
    bits[i] ^= bits[i] >>> 31 === 1 ? 0xffffffff : 0x80000000;
    order[i] = i;
  }
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const starts = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < n; i++) starts[((bits[i] >>> shift) & (DIGITS - 1)) + 1]++;
    for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1] += starts[digit];
    for (let i = 0; i < n; i++) {
      const to = starts[(bits[i] >>> shift) & (DIGITS - 1)]++;
      nextBits[to] = bits[i];
      nextOrder[to] = order[i];
    }
    [bits, nextBits] = [nextBits, bits];
    [order, nextOrder] = [nextOrder, order];
  }
  return order;
}
