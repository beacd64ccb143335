import type { Scores } from './checks.ts';

const DIGIT_BITS = 11;
const DIGITS = 6;
const BUCKETS = 1 << DIGIT_BITS;

/**
 * The rows ordered from the highest score to the lowest; equal scores keep their row order, and -0 equals
 * 0. A least-significant-digit radix sort over the 64 bits of each number: linear time, no comparator.
 *
 * @param scores no NaN; infinities are allowed
 */
export function rankDescending(scores: Scores): Uint32Array {
  const length = scores.length;
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  fillKeys(scores, high, low);
  const counts = new Uint32Array(DIGITS * BUCKETS);
  for (let row = 0; row < length; row++) {
    for (let digit = 0; digit < DIGITS; digit++) {
      counts[digit * BUCKETS + digitOf(high[row], low[row], digit)]++;
    }
  }
  let order = new Uint32Array(length);
  for (let row = 0; row < length; row++) order[row] = row;
  let target = new Uint32Array(length);
  for (let digit = 0; digit < DIGITS; digit++) {
    const starts = counts.subarray(digit * BUCKETS, (digit + 1) * BUCKETS);
    if (length === 0 || starts[digitOf(high[0], low[0], digit)] === length) continue;
    let start = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = starts[bucket];
      starts[bucket] = start;
      start += count;
    }
    for (let position = 0; position < length; position++) {
      const row = order[position];
      target[starts[digitOf(high[row], low[row], digit)]++] = row;
    }
    [order, target] = [target, order];
  }
  return order;
}

/** Maps each number to an unsigned 64-bit key that grows as the number falls. */
function fillKeys(scores: Scores, high: Uint32Array, low: Uint32Array): void {
  const cell = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < scores.length; row++) {
    cell.setFloat64(0, scores[row] + 0);
    const top = cell.getUint32(0);
    const bottom = cell.getUint32(4);
    const negative = top >>> 31 === 1;
    high[row] = negative ? top : ~top & 0x7fffffff;
    low[row] = negative ? bottom : ~bottom;
  }
}

function digitOf(high: number, low: number, digit: number): number {
  const shift = digit * DIGIT_BITS;
  if (shift + DIGIT_BITS <= 32) return (low >>> shift) & (BUCKETS - 1);
  if (shift >= 32) return (high >>> (shift - 32)) & (BUCKETS - 1);
  return ((low >>> shift) | (high << (32 - shift))) & (BUCKETS - 1);
}
