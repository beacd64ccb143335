import type { Params } from '@verdict/boost';
import type { EngineeredFeature } from '../features/index.ts';
import type { CountChoice } from '../selection/index.ts';
import { treeDefaults } from './defaults.ts';

/** What a kind of trees is boosted with, and its share of the margin of all trees. */
export interface TreeMember {
  /** By XGBoost's names; what is not named has XGBoost's default. */
  readonly params: Partial<Params>;
  /** Rounds of each fold; the most rounds where folds stop early. */
  readonly rounds: number;
  /** Each fold stops when its own rows have not gained for so many rounds; default: all rounds are kept. */
  readonly earlyStoppingRounds?: number;
  /** The weights of all members add up to 1. */
  readonly weight: number;
}

/**
 * How a model is made of rows, whichever rows they are: what was chosen, without anything that was fitted.
 * A search ends with one, and the model that ships is made by it of all rows.
 */
export interface Recipe {
  readonly members: readonly TreeMember[];
  /** Features beyond those of single columns. */
  readonly engineered?: readonly EngineeredFeature[];
  /**
   * The features that are used; default all. What ships uses those that are named; each fold, whose rows have had a
   * part in naming them, ranks for itself and uses as many.
   */
  readonly selection?: Pick<CountChoice, 'method' | 'count' | 'kept'>;
}

/** The recipe of a plain training: one kind of trees, by the defaults for so many rows. */
export function defaultRecipe(rowCount: number): Recipe {
  return { members: [{ ...treeDefaults(rowCount), weight: 1 }] };
}
