import { chooseMixes, heldOutLosses, lossesByPart, mixingMethods, rowsOf, treesOf } from './mixes.ts';
import type { Mix, Mixes, MixingMethod } from './mixes.ts';
import { outOfFoldTable } from './out-of-fold-table.ts';
import type { EnsembleInput, OutOfFoldTable } from './out-of-fold-table.ts';
import { testGain } from './gain-test.ts';
import type { GainTest } from './gain-test.ts';

/**
 * The members that make the tree part, and what several of them gain over the best single one: mean log loss a row,
 * in predictions that chose neither members nor shares nor blend.
 */
export interface EnsembleChoice extends GainTest {
  /** True if several members are better than the best one at the 5 % level (one-sided). */
  readonly kept: boolean;
  /** How the members were chosen; `single` if the ensemble is not kept. */
  readonly method: 'single' | MixingMethod;
  /** Shares of the tree part's margin, above 0, the largest first; they add up to 1. */
  readonly members: readonly { readonly trial: number; readonly weight: number }[];
  /** True if members were refused, since they are not allowed: with more of them a blend may be better. */
  readonly limited: boolean;
  /** The best single trial. */
  readonly single: number;
  /** Trees that a row walks with the best single trial, and with the ensemble, kept or not. */
  readonly treesSingle: number;
  readonly treesEnsemble: number;
  /** The gain in each fold that has rows, ascending. */
  readonly foldGains: readonly number[];
  /** Rows that the gain is the mean of: those that every trial has predicted. */
  readonly rows: number;
}

const SIGNIFICANCE = 0.05;

/**
 * Chooses the members of the tree part by log loss on out-of-fold margins, and judges the choice by cross-fitting:
 * for each fold, members, shares, the method (greedy selection or stacking, itself judged on folds within the others)
 * and the blend with the regression are chosen on the rows of the other folds, and so is the best single member; both
 * predict the fold. The ensemble is kept only if a paired test on these predictions says that it is better. All of
 * these choices have no more members than are allowed, so that what is judged is what ships.
 *
 * Rows without a prediction (NaN) have no part in anything. With predictions of one fold only nothing can be judged,
 * and the best single trial is chosen. Same input, same result.
 *
 * @throws InvalidOption for no members, a trial that is there twice, or arrays of different lengths; InsufficientData
 * if no row has a prediction of all
 */
export function chooseEnsemble(input: EnsembleInput): EnsembleChoice {
  const table = outOfFoldTable(input);
  const { members, partCount } = table;
  const losses = lossesByPart(table);
  const choose = (...without: number[]): Mixes => chooseMixes(table, losses, without, input.seed);
  const final = choose();
  const rowCount = table.labels.length;
  let differences = new Float64Array(rowCount);
  let method: MixingMethod = 'greedy';
  if (partCount > 1 && members.length > 1) ({ differences, method } = crossFitted(table, choose));
  const mix = final[method];
  const judged = testGain(differences, table.weights, table.groups);
  const kept = mix.length > 1 && judged.gain > 0 && judged.pValue <= SIGNIFICANCE;
  return {
    kept,
    method: kept ? method : 'single',
    members: (kept ? mix : final.single).map(({ member, weight }) => ({
      trial: members[member].trial,
      weight,
    })),
    limited: final.isLimited,
    ...judged,
    single: members[final.single[0].member].trial,
    treesSingle: treesOf(table, final.single),
    treesEnsemble: treesOf(table, mix),
    foldGains: gainsByFold(table, differences),
    rows: rowCount,
  };
}

/**
 * The loss of the single member minus that of the ensemble for each row, both chosen on the other parts; and the
 * method that is better in all parts, for the final choice.
 */
function crossFitted(
  table: OutOfFoldTable,
  choose: (...without: number[]) => Mixes,
): { differences: Float64Array<ArrayBuffer>; method: MixingMethod } {
  const parts = Array.from({ length: table.partCount }, (_, part) => part);
  const partRows = parts.map((part) => rowsOf(table, (other) => other === part));
  const lossOf = (mix: Mix, mixes: Mixes, part: number): Float64Array =>
    heldOutLosses(table, mix, mixes.rows, partRows[part]);
  const summed = (values: Float64Array, part: number): number =>
    values.reduce(
      (sum, loss, i) => sum + (table.weights === undefined ? 1 : table.weights[partRows[part][i]]) * loss,
      0,
    );
  // What each method loses when a part is left out, summed over the other parts, each left out too.
  const inner = parts.map(() => ({ greedy: 0, stacking: 0 }));
  if (parts.length > 2) {
    for (const first of parts) {
      for (const second of parts.slice(first + 1)) {
        const mixes = choose(first, second);
        for (const method of mixingMethods) {
          inner[first][method] += summed(lossOf(mixes[method], mixes, second), second);
          inner[second][method] += summed(lossOf(mixes[method], mixes, first), first);
        }
      }
    }
  }
  const differences = new Float64Array(table.labels.length);
  const outer = { greedy: 0, stacking: 0 };
  for (const part of parts) {
    const mixes = choose(part);
    const single = lossOf(mixes.single, mixes, part);
    const greedy = lossOf(mixes.greedy, mixes, part);
    const stacking = lossOf(mixes.stacking, mixes, part);
    outer.greedy += summed(greedy, part);
    outer.stacking += summed(stacking, part);
    const ensemble = betterOf(inner[part]) === 'greedy' ? greedy : stacking;
    partRows[part].forEach((row, i) => (differences[row] = single[i] - ensemble[i]));
  }
  return { differences, method: betterOf(outer) };
}

/** Greedy selection where both lose the same, or nothing is known. */
function betterOf(losses: Readonly<Record<MixingMethod, number>>): MixingMethod {
  return losses.stacking < losses.greedy ? 'stacking' : 'greedy';
}

function gainsByFold({ folds, foldOfRow, weights }: OutOfFoldTable, differences: Float64Array): number[] {
  return folds.map((_, fold) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < differences.length; row++) {
      if (foldOfRow[row] !== fold) continue;
      const weight = weights === undefined ? 1 : weights[row];
      sum += weight * differences[row];
      total += weight;
    }
    return total > 0 ? sum / total : 0;
  });
}
