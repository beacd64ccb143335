import { InvalidOption } from '@verdict/core';
import { Booster } from './booster.ts';
import { probabilityOf } from './intercept.ts';
import { linkOf } from './link.ts';
import { weighTrees } from './tree-weights.ts';
import type { Tree } from './tree.ts';

/**
 * One booster whose margins are the mean of the given boosters' margins: leaves are divided by their number,
 * weights of trees are multiplied in, starting margins averaged.
 *
 * @throws InvalidOption for no boosters, or boosters of different features or objectives
 */
export function bagBoosters(boosters: readonly Booster[]): Booster {
  if (boosters.length === 0) {
    throw new InvalidOption({ option: 'boosters', got: [], expected: 'at least one booster' });
  }
  const { featureNames, featureTypes, objective } = boosters[0];
  for (const booster of boosters) {
    const same =
      booster.objective === objective &&
      booster.featureNames.length === featureNames.length &&
      booster.featureNames.every((name, f) => name === featureNames[f]) &&
      booster.featureTypes.every((type, f) => type === featureTypes[f]);
    if (same) continue;
    throw new InvalidOption({
      option: 'boosters',
      got: booster.featureNames,
      expected: `boosters of ${objective} and the same features (${featureNames.join(', ')})`,
    });
  }
  if (boosters.length === 1) return boosters[0];
  const margin = boosters.reduce((sum, booster) => sum + booster.baseScore, 0) / boosters.length;
  const trees = boosters.flatMap((booster) =>
    weighTrees(booster.trees, booster.treeWeights).map((tree) => divide(tree, boosters.length)),
  );
  const baseOutput = linkOf(objective).startsAtProbability ? probabilityOf(margin) : Math.fround(margin);
  const roundStarts = [0];
  for (const booster of boosters) {
    const before = roundStarts[roundStarts.length - 1];
    for (const start of booster.roundStarts.subarray(1)) roundStarts.push(before + start);
  }
  return Booster.fromTrees(trees, {
    featureNames,
    featureTypes,
    objective,
    baseOutput,
    roundStarts: Int32Array.from(roundStarts),
  });
}

function divide(tree: Tree, by: number): Tree {
  const thresholds = tree.thresholds.map((value, node) => (tree.lefts[node] < 0 ? value / by : value));
  return { ...tree, thresholds, baseWeights: tree.baseWeights.map((value) => value / by) };
}
