import type { Matrix } from '@verdict/boost';
import { rankDescending } from '../metrics/ranking.ts';
import { chiSquare } from './chi-square.ts';
import { fClassif } from './f-classif.ts';
import type { FilterOptions } from './filter-column.ts';
import { mutualInformation } from './mutual-information.ts';

/** Ways to rank features one by one, without a model; names as in scikit-learn. */
export const filterMethods = ['f_classif', 'chi2', 'mutual_info'] as const;
export type FilterMethod = (typeof filterMethods)[number];

/**
 * Features from the one that tells most about the label to the one that tells least; equal ones in the order of
 * the matrix. The tests are ranked by their p-values, since statistics of different degrees of freedom do not
 * compare; before `chi2` numbers are brought to the range from 0 to 1.
 *
 * @throws InvalidOption if labels and matrix do not go together
 */
export function rankFeatures(
  method: FilterMethod,
  matrix: Matrix,
  labels: Uint8Array,
  options: FilterOptions & { readonly seed?: number } = {},
): Uint32Array {
  if (method === 'mutual_info') return rankDescending(mutualInformation(matrix, labels, options));
  const { logPValues } =
    method === 'f_classif'
      ? fClassif(matrix, labels, options)
      : chiSquare(matrix, labels, { ...options, scaled: true });
  return rankDescending(logPValues.map((logP) => -logP));
}
