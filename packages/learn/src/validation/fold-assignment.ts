import type { Random } from '@verdict/core';
import { rankDescending } from '../metrics/ranking.ts';

/** Rows that must stay together, counted by class. */
export interface RowGroups {
  /** Group of each row, 0 to `count` - 1. */
  readonly groupOfRow: Uint32Array;
  readonly count: number;
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
}

/** Numbers the groups densely in order of first appearance; -1, or no groups at all, means alone. */
export function gatherGroups(labels: Uint8Array, groups?: Int32Array): RowGroups {
  const known = new Map<number, number>();
  const groupOfRow = new Uint32Array(labels.length);
  const positives = new Uint32Array(labels.length);
  const negatives = new Uint32Array(labels.length);
  let count = 0;
  for (let row = 0; row < labels.length; row++) {
    const name = groups === undefined ? -1 : groups[row];
    let group = name < 0 ? undefined : known.get(name);
    if (group === undefined) {
      group = count++;
      if (name >= 0) known.set(name, group);
    }
    groupOfRow[row] = group;
    if (labels[row] === 1) positives[group]++;
    else negatives[group]++;
  }
  return {
    groupOfRow,
    count,
    positives: positives.subarray(0, count),
    negatives: negatives.subarray(0, count),
  };
}

/** Parts being filled: how many rows of each class they hold. */
interface Parts {
  readonly shares: readonly number[];
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
  readonly partOfGroup: Uint8Array;
  /** One over the squared number of rows of each class. */
  readonly positiveScale: number;
  readonly negativeScale: number;
}

/**
 * Distributes groups over parts so that each part gets its share of both classes: the largest groups
 * first (in random order where equal), each to the part that it unbalances least. If a part ends up
 * without one of the classes although there are enough groups, the distribution is repeated with one
 * small group of each missing class placed in every part beforehand; that always succeeds.
 *
 * @param shares of the parts; positive, adding up to 1
 * @returns part of each group
 */
export function distributeGroups(groups: RowGroups, shares: readonly number[], random: Random): Uint8Array {
  const order = orderBySize(groups, random);
  const direct = emptyParts(groups, shares);
  for (const group of order) place(direct, groups, group, lightestPart(direct, groups, group));
  if (!lacksClass(direct)) return direct.partOfGroup;
  const seeded = emptyParts(groups, shares);
  const placed = seedParts(seeded, groups, order);
  for (const group of order) {
    if (placed[group] === 0) place(seeded, groups, group, lightestPart(seeded, groups, group));
  }
  return seeded.partOfGroup;
}

function emptyParts(groups: RowGroups, shares: readonly number[]): Parts {
  return {
    shares,
    positives: new Float64Array(shares.length),
    negatives: new Float64Array(shares.length),
    partOfGroup: new Uint8Array(groups.count),
    positiveScale: 1 / Math.max(1, sum(groups.positives)) ** 2,
    negativeScale: 1 / Math.max(1, sum(groups.negatives)) ** 2,
  };
}

function lacksClass({ positives, negatives }: Parts): boolean {
  return positives.includes(0) || negatives.includes(0);
}

/** Groups by falling share of the rows, each class counting alike; equal ones in random order. */
function orderBySize({ positives, negatives, count }: RowGroups, random: Random): Uint32Array {
  const allPositives = Math.max(1, sum(positives));
  const allNegatives = Math.max(1, sum(negatives));
  const order = random.shuffle(Uint32Array.from({ length: count }, (_, group) => group));
  const sizes = Float64Array.from(
    order,
    (group) => positives[group] / allPositives + negatives[group] / allNegatives,
  );
  return rankDescending(sizes).map((position) => order[position]);
}

/** The part whose squared distance from its share grows least; the emptier one, then the first, if equal. */
function lightestPart(parts: Parts, groups: RowGroups, group: number): number {
  const { shares, positives, negatives, positiveScale, negativeScale } = parts;
  const addedPositives = groups.positives[group];
  const addedNegatives = groups.negatives[group];
  let best = 0;
  let bestRise = Infinity;
  let bestFill = Infinity;
  for (let part = 0; part < shares.length; part++) {
    const rise =
      (addedPositives * (2 * positives[part] + addedPositives) * positiveScale +
        addedNegatives * (2 * negatives[part] + addedNegatives) * negativeScale) /
      shares[part];
    const fill = (positives[part] + negatives[part]) / shares[part];
    if (rise < bestRise || (rise === bestRise && fill < bestFill)) {
      best = part;
      bestRise = rise;
      bestFill = fill;
    }
  }
  return best;
}

function place(parts: Parts, groups: RowGroups, group: number, part: number): void {
  parts.partOfGroup[group] = part;
  parts.positives[part] += groups.positives[group];
  parts.negatives[part] += groups.negatives[group];
}

/** Puts one small group with both classes, or one of each, into every part. */
function seedParts(parts: Parts, groups: RowGroups, order: Uint32Array): Uint8Array {
  const placed = new Uint8Array(groups.count);
  const smallest = order.toReversed();
  const put = (group: number, part: number): void => {
    place(parts, groups, group, part);
    placed[group] = 1;
  };
  const has = (group: number): readonly [boolean, boolean] => [
    groups.positives[group] > 0,
    groups.negatives[group] > 0,
  ];
  const both = smallest.filter((group) => has(group).every(Boolean));
  const onlyPositive = smallest.filter((group) => !has(group)[1]);
  const onlyNegative = smallest.filter((group) => !has(group)[0]);
  const separate = Math.min(parts.shares.length, onlyPositive.length, onlyNegative.length);
  for (let part = 0; part < parts.shares.length; part++) {
    if (part < separate) {
      put(onlyPositive[part], part);
      put(onlyNegative[part], part);
    } else if (part - separate < both.length) put(both[part - separate], part);
  }
  return placed;
}

function sum(values: Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
