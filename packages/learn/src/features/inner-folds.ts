import { Random } from '@verdict/core';
import type { LabelAccess } from './step-kind.ts';

/** How many folds the training rows are dealt to for features that look at the label. */
const INNER_FOLDS = 5;

/**
 * Deals training rows to folds, as evenly as can be, by the seed and without a look at the label: were the folds
 * stratified, a row's label would decide which fold it is in and so, faintly, reach its own feature.
 *
 * @param groups rows with the same number of 0 or more stay in one fold; -1 stands alone
 */
export function innerFolds(
  rowCount: number,
  seed: number,
  groups: Int32Array | undefined,
): LabelAccess['folds'] {
  const known = new Map<number, number>();
  const groupOfRow = new Uint32Array(rowCount);
  let groupCount = 0;
  for (let row = 0; row < rowCount; row++) {
    const name = groups === undefined ? -1 : groups[row];
    let group = name < 0 ? undefined : known.get(name);
    if (group === undefined) {
      group = groupCount++;
      if (name >= 0) known.set(name, group);
    }
    groupOfRow[row] = group;
  }
  const count = Math.min(INNER_FOLDS, groupCount);
  const foldOfGroup = new Uint8Array(groupCount);
  const order = new Random(seed, 'inner folds').shuffle(
    Uint32Array.from({ length: groupCount }, (_, i) => i),
  );
  order.forEach((group, place) => (foldOfGroup[group] = place % count));
  return { count, foldOfRow: Uint8Array.from(groupOfRow, (group) => foldOfGroup[group]) };
}
