import { InvalidOption } from '@verdict/core';
import { findForeignCut } from './binned-rows.ts';
import type { Booster, BoosterParts } from './booster.ts';
import { sameCodes, tableOf } from './category-table.ts';
import type { BinnedMatrix } from './matrix.ts';
import type { Params } from './params.ts';

/**
 * Checks that training can go on from a booster.
 *
 * @param hasMargins true if its margins are given, so that it need not be evaluated on the bins
 * @throws InvalidOption if it is of other columns, of another objective, or of other bins
 */
export function checkInitial(
  initial: Booster,
  binned: BinnedMatrix,
  params: Params,
  hasMargins: boolean,
): void {
  if (initial.objective !== params.objective) {
    refuse(initial.objective, `a booster of the objective ${params.objective}`);
  }
  const { featureNames: names, featureTypes: types } = binned;
  if (initial.featureNames.length !== names.length) {
    refuse(initial.featureNames.length, `a booster of the ${names.length} columns of the data`);
  }
  const wrong = names.findIndex(
    (name, f) => name !== initial.featureNames[f] || (types[f] === 'c') !== (initial.featureTypes[f] === 'c'),
  );
  if (wrong >= 0) {
    refuse(
      `${initial.featureNames[wrong]} (${initial.featureTypes[wrong]})`,
      `a booster whose column ${wrong + 1} is ${names[wrong]} (${types[wrong]})`,
    );
  }
  const other = names.findIndex((_, f) => !sameCodes(binned.categoryNames?.[f], initial.categoryNames[f]));
  if (other >= 0) {
    refuse(initial.categoryNames[other], `a booster whose categories of ${names[other]} have the same codes`);
  }
  const foreign = hasMargins ? undefined : findForeignCut(initial.trees, binned);
  if (foreign !== undefined) {
    refuse(foreign, 'trained on the same binned matrix, or given together with initialMargins');
  }
  if (hasMargins && params.booster === 'dart') {
    refuse(
      'initialMargins',
      'trained on the same binned matrix if the booster is dart, which drops its trees',
    );
  }
}

/** The texts of a trained booster's categories: of the data, and of the booster that is continued. */
export function categoriesOf(
  { featureNames, categoryNames: given }: BinnedMatrix,
  initial: Booster | undefined,
): Pick<BoosterParts, 'categoryNames' | 'categoryTable'> {
  const known = initial?.categoryNames;
  const isNew = (f: number): boolean => (given?.[f]?.length ?? 0) > (known?.[f]?.length ?? 0);
  const categoryNames = featureNames.some((_, f) => isNew(f))
    ? featureNames.map((_, f) => (isNew(f) ? given?.[f] : known?.[f]))
    : known;
  return { categoryNames, categoryTable: tableOf(categoryNames, [initial?.categoryTable]) };
}

function refuse(got: unknown, expected: string): never {
  throw new InvalidOption({ option: 'initial', got, expected });
}
