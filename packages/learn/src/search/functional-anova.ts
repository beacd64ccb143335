import type { Booster, Tree } from '@verdict/boost';

/** How a feature of a booster is spread; what is missing has its own probability. */
export type FeatureDomain = {
  /** Probability of a missing value, below 1. */
  readonly missing: number;
} & (
  | { readonly kind: 'interval'; readonly low: number; readonly high: number }
  /** All equally probable: ascending float32 numbers. */
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** Codes from 0, all equally probable; at most 30. */
  | { readonly kind: 'categories'; readonly count: number }
);

/** How the variance of a function splits up. */
export interface FunctionalAnova {
  /** Variance of the function over all features. */
  readonly total: number;
  /** Variance of the function's mean given one feature alone, for each feature. */
  readonly main: Float64Array;
}

/** A feature's values, cut so that no tree tells two values of one cell apart. */
interface Cells {
  readonly categorical: boolean;
  /** First value of each ordered cell. */
  readonly starts: readonly number[];
  /** Probability of each cell; the missing values are the last one. */
  readonly weights: Float64Array;
  /** Sums of the weights before each ordered cell. */
  readonly sums: Float64Array;
}

/** A leaf as a box: of each feature a range of ordered cells or a set of categories, and whether missing is in it. */
interface Leaf {
  readonly value: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly sets: Int32Array;
  readonly missing: Uint8Array;
}

/**
 * Splits the variance of a booster's margin over independent features (functional ANOVA: Hutter, Hoos and
 * Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter Importance"). Trees are constant on boxes,
 * so that all means and variances are finite sums: they are exact for the booster, not estimates from samples. Takes
 * time in the square of the number of leaves.
 *
 * @param domains one for each feature of the booster
 */
export function functionalAnova(booster: Booster, domains: readonly FeatureDomain[]): FunctionalAnova {
  const trees = booster.trees;
  const cells = domains.map((domain, feature) => cellsOf(domain, feature, trees));
  const leaves = trees.flatMap((tree, t) => centredLeaves(tree, booster.treeWeights?.[t] ?? 1, cells));
  return {
    total: Math.max(0, secondMoment(leaves, cells)),
    main: Float64Array.from(cells, (_, feature) => marginalVariance(leaves, cells, feature)),
  };
}

function cellsOf(domain: FeatureDomain, feature: number, trees: readonly Tree[]): Cells {
  const { missing } = domain;
  if (domain.kind === 'interval') {
    const cuts = new Set<number>();
    for (const { features, lefts, thresholds } of trees) {
      for (let node = 0; node < lefts.length; node++) {
        const cut = thresholds[node];
        if (lefts[node] >= 0 && features[node] === feature && cut > domain.low && cut < domain.high)
          cuts.add(cut);
      }
    }
    const starts = [domain.low, ...[...cuts].sort((a, b) => a - b)];
    const span = domain.high - domain.low;
    const shares = starts.map((start, i) => ((starts[i + 1] ?? domain.high) - start) / span);
    return makeCells(starts, shares, missing, false);
  }
  const starts = domain.kind === 'values' ? domain.values : Array.from({ length: domain.count }, (_, i) => i);
  const shares = starts.map(() => 1 / starts.length);
  return makeCells(starts, shares, missing, domain.kind === 'categories');
}

function makeCells(
  starts: readonly number[],
  shares: readonly number[],
  missing: number,
  categorical: boolean,
): Cells {
  const weights = Float64Array.from([...shares.map((share) => share * (1 - missing)), missing]);
  const sums = new Float64Array(starts.length + 1);
  for (let cell = 0; cell < starts.length; cell++) sums[cell + 1] = sums[cell] + weights[cell];
  return { categorical, starts, weights, sums };
}

/** The leaves of a tree, their values less the tree's mean, which no variance sees. */
function centredLeaves(tree: Tree, weight: number, cells: readonly Cells[]): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (node: number, box: Leaf): void => {
    const left = tree.lefts[node];
    if (left < 0) {
      leaves.push({ ...box, value: tree.thresholds[node] * weight });
      return;
    }
    visit(left, cut(tree, node, box, cells, true));
    visit(left + 1, cut(tree, node, box, cells, false));
  };
  visit(0, wholeBox(cells));
  const measures = leaves.map((leaf) =>
    cells.reduce((product, _, f) => product * measure(leaf, leaf, cells, f), 1),
  );
  const mean = leaves.reduce((sum, { value }, i) => sum + value * measures[i], 0);
  return leaves.map((leaf) => ({ ...leaf, value: leaf.value - mean })).filter((_, i) => measures[i] > 0);
}

function wholeBox(cells: readonly Cells[]): Leaf {
  return {
    value: 0,
    from: new Int32Array(cells.length),
    to: Int32Array.from(cells, ({ starts }) => starts.length),
    sets: Int32Array.from(cells, ({ starts, categorical }) => (categorical ? 2 ** starts.length - 1 : 0)),
    missing: new Uint8Array(cells.length).fill(1),
  };
}

/** One side of a node's split of a box. */
function cut(tree: Tree, node: number, box: Leaf, cells: readonly Cells[], left: boolean): Leaf {
  const feature = tree.features[node];
  const { starts, categorical } = cells[feature];
  const [from, to, sets, missing] = [box.from.slice(), box.to.slice(), box.sets.slice(), box.missing.slice()];
  if ((tree.defaultLefts[node] === 1) !== left) missing[feature] = 0;
  if (categorical) {
    let right = 0;
    const { categories, categoryStarts, thresholds } = tree;
    if (tree.categorical[node] === 1) {
      for (let i = categoryStarts[node]; i < categoryStarts[node + 1]; i++) {
        if (categories[i] < starts.length) right |= 1 << categories[i];
      }
    } else {
      starts.forEach((code) => (right |= code < thresholds[node] ? 0 : 1 << code));
    }
    sets[feature] &= left ? ~right : right;
  } else {
    const place = starts.filter((start) => start < tree.thresholds[node]).length;
    if (left) to[feature] = Math.min(to[feature], place);
    else from[feature] = Math.max(from[feature], place);
  }
  return { value: 0, from, to, sets, missing };
}

/** Probability of what two boxes have in common in one feature. */
function measure(a: Leaf, b: Leaf, cells: readonly Cells[], feature: number): number {
  const { categorical, starts, weights, sums } = cells[feature];
  const gap = a.missing[feature] & b.missing[feature] ? weights[starts.length] : 0;
  if (categorical) return gap + bits(a.sets[feature] & b.sets[feature]) * weights[0];
  const from = Math.max(a.from[feature], b.from[feature]);
  const to = Math.min(a.to[feature], b.to[feature]);
  return to > from ? gap + sums[to] - sums[from] : gap;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The mean of the square of the sum of all trees, whose means are 0. */
function secondMoment(leaves: readonly Leaf[], cells: readonly Cells[]): number {
  let sum = 0;
  for (let i = 0; i < leaves.length; i++) {
    for (let j = i; j < leaves.length; j++) {
      let common = 1;
      for (let feature = 0; feature < cells.length && common > 0; feature++) {
        common *= measure(leaves[i], leaves[j], cells, feature);
      }
      sum += (i === j ? 1 : 2) * leaves[i].value * leaves[j].value * common;
    }
  }
  return sum;
}

/** The variance of the mean over all features but one, as a function of that one. */
function marginalVariance(leaves: readonly Leaf[], cells: readonly Cells[], feature: number): number {
  const { categorical, starts, weights } = cells[feature];
  const means = new Float64Array(weights.length);
  for (const leaf of leaves) {
    let part = leaf.value;
    for (let other = 0; other < cells.length; other++) {
      if (other !== feature) part *= measure(leaf, leaf, cells, other);
    }
    for (let cell = 0; cell < starts.length; cell++) {
      const inside = categorical
        ? (leaf.sets[feature] >> cell) & 1
        : cell >= leaf.from[feature] && cell < leaf.to[feature];
      if (inside) means[cell] += part;
    }
    if (leaf.missing[feature] === 1) means[starts.length] += part;
  }
  const mean = means.reduce((sum, value, cell) => sum + weights[cell] * value, 0);
  return means.reduce((sum, value, cell) => sum + weights[cell] * (value - mean) ** 2, 0);
}
