import { categoryDefaults } from '../training/defaults.ts';
import type { SearchSpace } from './space.ts';

/** From here on trees are many rows' work: learning rates are larger, as in the defaults of training. */
const MANY_ROWS = 20_000;

/**
 * The space that is searched if none is given. Its ranges are those of TabArena (Erickson et al. 2025, arXiv
 * 2506.16791, appendix on XGBoost and LightGBM), widened towards shallow trees and towards columns drawn anew at
 * every node, which serve small tables, with loss-guided growth beside growth by depth, and with the two ways in which
 * this engine splits categories. Learning rates below 0.03 are left out: they take many times the rounds for next to
 * nothing.
 *
 * @param categories whether there is a categorical column
 */
export function defaultSpace(rowCount: number, categories: boolean): SearchSpace {
  const low = rowCount >= MANY_ROWS ? 0.05 : 0.03;
  return {
    learning_rate: { low, high: 0.25, log: true },
    grow_policy: ['depthwise', 'lossguide'],
    max_depth: {
      low: 2,
      high: 10,
      integer: true,
      when: { grow_policy: 'depthwise' },
      otherwise: 0,
    },
    max_leaves: {
      low: 4,
      high: 96,
      log: true,
      integer: true,
      when: { grow_policy: 'lossguide' },
      otherwise: 0,
    },
    min_child_weight: { low: 0.01, high: 30, log: true },
    subsample: { low: 0.5, high: 1 },
    colsample_bynode: { low: 0.2, high: 1 },
    lambda: { low: 0.001, high: 20, log: true },
    alpha: { low: 0.0001, high: 5, log: true },
    ...(categories
      ? {
          max_cat_to_onehot: [4, 12, 32],
          max_cat_threshold: { low: 2, high: 64, log: true, integer: true },
          min_data_per_group: categoryDefaults.min_data_per_group,
        }
      : // As in the defaults of training: without categories they do nothing.
        categoryDefaults),
    rounds: 3000,
  };
}
