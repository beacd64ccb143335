import { InteractionRules } from './interaction.ts';
import type { BinnedMatrix } from './matrix.ts';
import { resolveMonotone } from './monotone.ts';
import type { Params } from './params.ts';

/** What the trees of a job must obey. */
export interface Constraints {
  /** 1, -1 or 0 for each column; undefined if no column has a direction. */
  readonly directions: Int8Array | undefined;
  readonly interactions: InteractionRules | undefined;
}

/**
 * The constraints of the parameters for the columns of a table.
 *
 * @throws InvalidOption for columns that do not exist or cannot be constrained
 */
export function resolveConstraints(params: Params, binned: BinnedMatrix): Constraints {
  const { monotone_constraints: monotone, interaction_constraints: groups } = params;
  const { featureNames, featureTypes } = binned;
  return {
    directions: resolveMonotone(monotone, featureNames, featureTypes),
    interactions: groups === undefined ? undefined : new InteractionRules(groups, featureNames),
  };
}
