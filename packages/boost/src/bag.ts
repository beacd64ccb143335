import { checkAlike, sumBoosters } from './blend.ts';
import type { Booster } from './booster.ts';

/**
 * One booster whose margins are the mean of the given boosters' margins: a blend of equal weights.
 *
 * @throws InvalidOption for no boosters, or boosters of different features, objectives or texts of categories
 */
export function bagBoosters(boosters: readonly Booster[]): Booster {
  checkAlike(boosters);
  if (boosters.length === 1) return boosters[0];
  return sumBoosters(
    boosters,
    boosters.map(() => 1),
    boosters.length,
    0,
  );
}
