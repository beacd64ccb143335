import { InvalidOption } from '@verdict/core';
import type { Tree } from './tree.ts';

/** `weight` counts splits; `gain` and `cover` are means over splits, `total_…` their sums. */
export type ImportanceKind = 'weight' | 'gain' | 'cover' | 'total_gain' | 'total_cover';

const kinds: readonly ImportanceKind[] = ['weight', 'gain', 'cover', 'total_gain', 'total_cover'];

/**
 * Importance by feature name, for the features that are used, in the order of the features.
 *
 * @throws InvalidOption for a kind that there is not
 */
export function computeImportance(
  trees: readonly Tree[],
  names: readonly string[],
  kind: ImportanceKind,
): Map<string, number> {
  if (!kinds.includes(kind)) {
    throw new InvalidOption({
      option: 'kind',
      got: kind,
      expected: kinds.join(', ').replace(/, (\w+)$/, ' or $1'),
    });
  }
  const counts = new Float64Array(names.length);
  const totals = new Float64Array(names.length);
  for (const tree of trees) {
    const values = kind === 'cover' || kind === 'total_cover' ? tree.covers : tree.gains;
    for (let node = 0; node < tree.lefts.length; node++) {
      if (tree.lefts[node] < 0) continue;
      counts[tree.features[node]]++;
      totals[tree.features[node]] += values[node];
    }
  }
  const importance = new Map<string, number>();
  names.forEach((name, f) => {
    if (counts[f] === 0) return;
    if (kind === 'weight') importance.set(name, counts[f]);
    else importance.set(name, kind.startsWith('total') ? totals[f] : totals[f] / counts[f]);
  });
  return importance;
}
