import type { Random } from '@verdict/core';
import { requireLength } from './checks.ts';

/** What a bootstrap draws: single rows, or whole groups of rows. */
export interface ResamplingUnits {
  readonly rowCount: number;
  /** Number of units; a replicate draws this many, with replacement. */
  readonly unitCount: number;
  /** Unit of each row, or undefined where every row is its own unit. */
  readonly unitOfRow: Uint32Array | undefined;
}

/**
 * The units of a bootstrap.
 *
 * @param groups rows with the same number of 0 or more belong together, -1 stands alone; if left out every
 * row stands alone
 */
export function resamplingUnits(rowCount: number, groups?: Int32Array): ResamplingUnits {
  if (groups === undefined) return { rowCount, unitCount: rowCount, unitOfRow: undefined };
  requireLength('groups', groups.length, rowCount);
  const unitOfGroup = new Map<number, number>();
  const unitOfRow = new Uint32Array(rowCount);
  let unitCount = 0;
  for (let row = 0; row < rowCount; row++) {
    const group = groups[row];
    const known = group < 0 ? undefined : unitOfGroup.get(group);
    const unit = known ?? unitCount++;
    if (group >= 0 && known === undefined) unitOfGroup.set(group, unit);
    unitOfRow[row] = unit;
  }
  return { rowCount, unitCount, unitOfRow };
}

/**
 * Draws one replicate: how often each row occurs. As many units are drawn as there are, with
 * replacement, so the counts of the units are multinomial.
 *
 * @param unitCounts scratch of `unitCount` entries; holds the counts of the units afterwards
 * @param rowCounts result; may be the same array as `unitCounts` when every row is a unit
 */
export function drawCounts(
  units: ResamplingUnits,
  random: Random,
  unitCounts: Uint32Array,
  rowCounts: Uint32Array,
): void {
  const { unitCount, unitOfRow, rowCount } = units;
  unitCounts.fill(0);
  // As `random.integer`, with the divisions that depend on the bound only taken out of the loop.
  const width = Math.floor(4294967296 / unitCount);
  const limit = width * unitCount;
  for (let draw = 0; draw < unitCount; draw++) {
    let bits = random.uint32();
    while (bits >= limit) bits = random.uint32();
    unitCounts[Math.floor(bits / width)]++;
  }
  if (unitOfRow === undefined) {
    if (rowCounts !== unitCounts) rowCounts.set(unitCounts);
    return;
  }
  for (let row = 0; row < rowCount; row++) rowCounts[row] = unitCounts[unitOfRow[row]];
}
