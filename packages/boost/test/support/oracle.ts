import { columnBins } from '../../src/storage.ts';
import type { BinnedMatrix, Params, Tree } from '../../src/index.ts';

/** A readable twin of the engine's split search: float64, true gradients, every cut of every column. */
export interface NodeSums {
  readonly rows: number[];
  readonly g: number;
  readonly h: number;
}

export function sumNode(rows: number[], g: Float64Array, h: Float64Array): NodeSums {
  let gs = 0;
  let hs = 0;
  for (const row of rows) {
    gs += g[row];
    hs += h[row];
  }
  return { rows, g: gs, h: hs };
}

export function logisticGradients(
  margins: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number>,
): { g: Float64Array; h: Float64Array } {
  const g = new Float64Array(margins.length);
  const h = new Float64Array(margins.length);
  margins.forEach((margin, i) => {
    const p = 1 / (1 + Math.exp(-margin));
    g[i] = (p - labels[i]) * weights[i];
    h[i] = Math.max(p * (1 - p), 1e-16) * weights[i];
  });
  return { g, h };
}

export function weightOf(g: number, h: number, params: Params): number {
  if (h <= 0) return 0;
  const shrunk = Math.sign(g) * Math.max(Math.abs(g) - params.alpha, 0);
  const weight = -shrunk / (h + params.lambda);
  const bound = params.max_delta_step;
  return bound === 0 ? weight : Math.max(-bound, Math.min(bound, weight));
}

/** What constraints leave to a node: bounds of its weights, directions of all columns, columns that it may use. */
export interface Law {
  readonly lower: number;
  readonly upper: number;
  readonly directions: readonly number[];
  readonly allowed: (column: number) => boolean;
}

/** The law of nodes without constraints. */
export const lawless: Law = { lower: -Infinity, upper: Infinity, directions: [], allowed: () => true };

/** The best weight that the law allows, and the gain of it. */
export function lawfulSide(
  g: number,
  h: number,
  params: Params,
  law: Law,
): { weight: number; score: number } {
  const weight = Math.max(law.lower, Math.min(law.upper, weightOf(g, h, params)));
  const score = -(
    2 * g * weight +
    (h + params.lambda) * weight * weight +
    2 * params.alpha * Math.abs(weight)
  );
  return { weight, score };
}

/** The best gain of any allowed split of the node, 0 if there is none. */
export function bestGain(
  binned: BinnedMatrix,
  node: NodeSums,
  g: Float64Array,
  h: Float64Array,
  params: Params,
  law: Law = lawless,
): number {
  const parent = lawfulSide(node.g, node.h, params, law).score;
  let best = 0;
  const consider = (gl: number, hl: number, direction: number): void => {
    const gr = node.g - gl;
    const hr = node.h - hl;
    const least = Math.max(params.min_child_weight, 1e-12);
    if (hl < least || hr < least) return;
    const [left, right] = [lawfulSide(gl, hl, params, law), lawfulSide(gr, hr, params, law)];
    if (direction * (right.weight - left.weight) < 0) return;
    best = Math.max(best, left.score + right.score - parent);
  };
  binned.columns.forEach((column, f) => {
    if (!law.allowed(f)) return;
    const direction = law.directions[f] ?? 0;
    const bins = columnBins(binned, f);
    const gs = new Float64Array(column.valueBins + 1);
    const hs = new Float64Array(column.valueBins + 1);
    for (const row of node.rows) {
      const bin = bins[row];
      gs[bin] += g[row];
      hs[bin] += h[row];
    }
    const gm = gs[column.valueBins];
    const hm = hs[column.valueBins];
    let order = Array.from({ length: column.valueBins }, (_, bin) => bin);
    const categorical = binned.featureTypes[f] === 'c';
    if (categorical && column.valueBins < params.max_cat_to_onehot) {
      for (const bin of order) {
        consider(gs[bin], hs[bin], direction);
        consider(gs[bin] + gm, hs[bin] + hm, direction);
      }
      return;
    }
    if (categorical) {
      const key = (bin: number): number => gs[bin] / (hs[bin] + params.lambda);
      order = order.filter((bin) => hs[bin] > 0).sort((a, b) => key(a) - key(b) || a - b);
    }
    const longest = categorical ? params.max_cat_threshold : Infinity;
    let gl = 0;
    let hl = 0;
    for (const [i, bin] of order.entries()) {
      gl += gs[bin];
      hl += hs[bin];
      const listed = Math.min(i + 1, order.length - i - 1);
      // No set may be empty, which would part the missing ones from all categories.
      if (listed > longest || (categorical && listed === 0)) continue;
      consider(gl, hl, direction);
      if (hm > 0) consider(gl + gm, hl + hm, direction);
    }
  });
  return best;
}

/** Parts the rows of a node as its tree does, by the binned values. */
export function partRows(
  binned: BinnedMatrix,
  tree: Tree,
  node: number,
  rows: readonly number[],
): [number[], number[]] {
  const f = tree.features[node];
  const column = binned.columns[f];
  const set = new Set(tree.categories.subarray(tree.categoryStarts[node], tree.categoryStarts[node + 1]));
  const bins = columnBins(binned, f);
  const left: number[] = [];
  const right: number[] = [];
  for (const row of rows) {
    const bin = bins[row];
    let goesLeft: boolean;
    if (bin === column.valueBins) goesLeft = tree.defaultLefts[node] === 1;
    else if (tree.categorical[node] === 1) goesLeft = !set.has(column.codes[column.codeStarts[bin]]);
    else goesLeft = bin <= column.cuts.indexOf(tree.thresholds[node]);
    (goesLeft ? left : right).push(row);
  }
  return [left, right];
}
