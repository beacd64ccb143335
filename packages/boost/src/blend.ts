import { InvalidOption } from '@verdict/core';
import { checkNumbers } from './argument-checks.ts';
import { Booster } from './booster.ts';
import { sameTexts, tableOf } from './category-table.ts';
import { probabilityOf } from './intercept.ts';
import { linkOf } from './link.ts';
import type { CategoryNames } from './matrix.ts';
import { weighTrees } from './tree-weights.ts';
import type { Tree } from './tree.ts';

/** A start that its stored probability misses by more than this many log-odds gets a tree to hold the rest. */
const START_TOLERANCE = 1e-5;

/**
 * One booster whose margins are a weighted sum of the given boosters' margins: leaves are scaled in float32, weights
 * of trees (DART) multiplied in, starting margins summed. Forests, DART and plain boosters may be mixed; the rounds of
 * one follow those of the other. What a booster contributes to a margin is scaled alike, so contributions still add up.
 *
 * @param weights one finite number for each booster; trees of boosters of weight 0 are left out
 * @param offset added to every margin; default 0
 * @throws InvalidOption for no boosters, boosters of different features, objectives or texts of categories, or
 * weights that are no float32 numbers, one for each
 */
export function blendBoosters(boosters: readonly Booster[], weights: ArrayLike<number>, offset = 0): Booster {
  checkAlike(boosters);
  checkNumbers('weights', weights ?? null);
  const numbers = [...Array.from(weights), offset];
  const finite = numbers.every(
    (weight) => typeof weight === 'number' && Number.isFinite(Math.fround(weight)),
  );
  if (weights.length !== boosters.length || !finite) {
    throw new InvalidOption({
      option: 'weights',
      got: numbers,
      expected: `${boosters.length} finite float32 numbers, one for each booster, and such an offset`,
    });
  }
  const blend = sumBoosters(boosters, weights, 1, offset);
  if (!linkOf(blend.objective).startsAtProbability) return blend;
  // Probabilities near 0 and 1 are clamped, and those near 1 are coarse in float32.
  const rest = marginOf(boosters, weights, 1, offset) - blend.baseScore;
  if (Math.abs(rest) <= START_TOLERANCE) return blend;
  return Booster.fromTrees([...blend.trees, constantTree(rest)], {
    ...blend,
    roundStarts: Int32Array.of(...blend.roundStarts, blend.treeCount + 1),
  });
}

/** @throws InvalidOption for no boosters, or boosters whose trees or margins do not mean the same */
export function checkAlike(boosters: readonly Booster[]): void {
  const list: unknown = boosters;
  if (!Array.isArray(list) || list.length === 0 || !list.every((booster) => booster instanceof Booster)) {
    throw new InvalidOption({
      option: 'boosters',
      got: boosters,
      expected: 'a list of at least one booster',
    });
  }
  const { featureNames, featureTypes, objective } = boosters[0];
  const categoryNames = namesOf(boosters);
  for (const booster of boosters) {
    const same =
      booster.objective === objective &&
      booster.featureNames.length === featureNames.length &&
      booster.featureNames.every((name, f) => name === featureNames[f]) &&
      booster.featureTypes.every((type, f) => type === featureTypes[f]) &&
      booster.categoryNames.every((names, f) => names === undefined || sameTexts(names, categoryNames[f]));
    if (same) continue;
    throw new InvalidOption({
      option: 'boosters',
      got: booster.featureNames,
      expected: `boosters of ${objective} and the same features (${featureNames.join(', ')}) and categories`,
    });
  }
}

/** For every feature, the texts of its categories as the first booster has them that knows any. */
function namesOf(boosters: readonly Booster[]): CategoryNames {
  return boosters[0].featureNames.map(
    (_, f) => boosters.find((booster) => booster.categoryNames[f] !== undefined)?.categoryNames[f],
  );
}

/**
 * The booster of margins sum(weight x margin) / divisor + offset. A divisor of its own, as a third is no number of the
 * machine.
 */
export function sumBoosters(
  boosters: readonly Booster[],
  weights: ArrayLike<number>,
  divisor: number,
  offset: number,
): Booster {
  const { featureNames, featureTypes, objective } = boosters[0];
  const margin = marginOf(boosters, weights, divisor, offset);
  const categoryNames = namesOf(boosters);
  const tables = boosters.flatMap(({ categoryTable }) => categoryTable ?? []);
  const trees: Tree[] = [];
  const roundStarts = [0];
  boosters.forEach((booster, b) => {
    if (weights[b] === 0) return;
    const before = trees.length;
    for (const start of booster.roundStarts.subarray(1)) roundStarts.push(before + start);
    for (const tree of weighTrees(booster.trees, booster.treeWeights)) {
      trees.push(scale(tree, weights[b], divisor));
    }
  });
  return Booster.fromTrees(trees, {
    featureNames,
    featureTypes,
    objective,
    baseOutput: linkOf(objective).startsAtProbability ? probabilityOf(margin) : Math.fround(margin),
    roundStarts: Int32Array.from(roundStarts),
    categoryNames,
    categoryTable: tableOf(categoryNames, tables),
  });
}

function marginOf(
  boosters: readonly Booster[],
  weights: ArrayLike<number>,
  divisor: number,
  offset: number,
): number {
  return boosters.reduce((sum, booster, b) => sum + weights[b] * booster.baseScore, 0) / divisor + offset;
}

function scale(tree: Tree, weight: number, divisor: number): Tree {
  const scaled = (value: number): number => (value * weight) / divisor;
  const thresholds = tree.thresholds.map((value, node) => (tree.lefts[node] < 0 ? scaled(value) : value));
  if (thresholds.some((value, node) => tree.lefts[node] < 0 && !Number.isFinite(value))) {
    throw new InvalidOption({
      option: 'weights',
      got: weight,
      expected: 'so small that the leaves stay within float32',
    });
  }
  return { ...tree, thresholds, baseWeights: tree.baseWeights.map(scaled) };
}

/** A tree of one leaf. */
function constantTree(value: number): Tree {
  return {
    features: Int32Array.of(0),
    thresholds: Float32Array.of(value),
    lefts: Int32Array.of(-1),
    defaultLefts: Uint8Array.of(0),
    categorical: Uint8Array.of(0),
    categoryStarts: Int32Array.of(0, 0),
    categories: new Int32Array(0),
    gains: Float32Array.of(0),
    covers: Float32Array.of(1),
    baseWeights: Float32Array.of(value),
  };
}
