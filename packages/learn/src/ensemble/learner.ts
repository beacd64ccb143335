import type { Configuration } from '../search/index.ts';

/** What sort of learner a configuration makes, in words: `boosted trees, depth 6`, `random forest, depth 16`. */
export function kindOf({ params, rounds }: Pick<Configuration, 'params' | 'rounds'>): string {
  const { booster, grow_policy, num_parallel_tree = 1, max_depth = 6, max_leaves = 0 } = params;
  const leafwise = grow_policy === 'lossguide' && max_leaves > 0;
  const depth = max_depth > 0 ? `depth ${max_depth}` : 'any depth';
  const size = leafwise ? `${max_leaves} leaves` : depth;
  if (num_parallel_tree > 1) return `${rounds === 1 ? 'random forest' : 'boosted forests'}, ${size}`;
  if (booster === 'dart') return `dropped trees (DART), ${size}`;
  return `${leafwise ? 'leaf-wise trees' : 'boosted trees'}, ${size}`;
}
