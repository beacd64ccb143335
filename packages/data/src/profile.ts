import type { Column } from '@verdict/core';
import type { ColumnPlan } from './read-table.ts';
import { rareBelow } from './table.ts';
import type { ColumnProfile } from './table.ts';

const topLevels = 20;

/** Describes a column from the values that were read; a column that was not read has counts only. */
export function profileColumn(plan: ColumnPlan, values: Column | undefined, revealRare: boolean): ColumnProfile {
  const { column, facts, type, role, reason } = plan;
  const base = {
    name: column.name,
    type,
    role,
    ...(reason === undefined ? {} : { reason }),
    rows: facts?.rows ?? 0,
    missing: facts?.missing ?? 0,
    distinct: facts?.distinct ?? 0,
    distinctExact: facts?.distinctExact ?? true,
  };
  if (values === undefined || type === 'identifier' || type === 'text') return base;
  if (values.kind === 'code') {
    const counts = new Float64Array(values.levels.length);
    for (const code of values.codes) if (code >= 0) counts[code] += 1;
    const top = values.levels
      .map((value, code) => ({ value, count: counts[code] }))
      .filter(({ count }) => revealRare || count >= rareBelow)
      .sort((a, b) => b.count - a.count)
      .slice(0, topLevels);
    return { ...base, top };
  }
  if (type === 'boolean') {
    let yes = 0;
    let no = 0;
    for (const value of values.values) {
      if (value === 1) yes += 1;
      else if (value === 0) no += 1;
    }
    const [falseWord, trueWord] = plan.words ?? ['false', 'true'];
    const top = [
      { value: trueWord, count: yes },
      { value: falseWord, count: no },
    ]
      .filter(({ count }) => revealRare || count >= rareBelow)
      .sort((a, b) => b.count - a.count);
    return { ...base, top };
  }
  return { ...base, ...numberRange(values.values, revealRare) };
}

/** Bounds and mean of the finite values; nothing if fewer than five rows have one. */
export function numberRange(
  values: Float64Array,
  revealRare: boolean,
): { min?: number; max?: number; minRounded?: true; maxRounded?: true; mean?: number } {
  let min = Infinity;
  let max = -Infinity;
  let atMin = 0;
  let atMax = 0;
  let count = 0;
  let mean = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count += 1;
    mean += (value - mean) / count;
    if (value < min) {
      min = value;
      atMin = 1;
    } else if (value === min) atMin += 1;
    if (value > max) {
      max = value;
      atMax = 1;
    } else if (value === max) atMax += 1;
  }
  if (count === 0 || (count < rareBelow && !revealRare)) return {};
  const minExact = revealRare || atMin >= rareBelow;
  const maxExact = revealRare || atMax >= rareBelow;
  return {
    min: minExact ? min : outward(min, max - min, -1),
    max: maxExact ? max : outward(max, max - min, 1),
    ...(minExact ? {} : { minRounded: true }),
    ...(maxExact ? {} : { maxRounded: true }),
    mean,
  };
}

/** A round number beyond a bound and never the bound itself, near it compared with the range. */
function outward(bound: number, range: number, direction: 1 | -1): number {
  const step = 10 ** (Math.floor(Math.log10(range > 0 ? range : Math.abs(bound) || 1)) - 1);
  const scaled = bound / step;
  const rounded = direction > 0 ? Math.floor(scaled) + 1 : Math.ceil(scaled) - 1;
  return Number((rounded * step).toPrecision(12));
}
