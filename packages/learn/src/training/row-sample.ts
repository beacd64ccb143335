import type { Random } from '@verdict/core';

/** As many rows as are affordable, between the fewest and the most, and no more than there are. */
export function sampleSize(rowCount: number, affordable: number, fewest: number, most: number): number {
  return Math.min(rowCount, most, Math.max(fewest, Math.floor(affordable)));
}

/** `count` of the rows 0 to `total`, ascending, each as likely as any other. */
export function drawRows(total: number, count: number, random: Random): Uint32Array {
  const rows = Uint32Array.from({ length: total }, (_, row) => row);
  if (count >= total) return rows;
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(total - i);
    const kept = rows[i];
    rows[i] = rows[j];
    rows[j] = kept;
  }
  return rows.slice(0, count).sort();
}
