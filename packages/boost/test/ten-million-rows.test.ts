import { Random } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { binMatrixAsync, closePool, resolveParams, train } from '../src/index.ts';
import type { Matrix, Tree } from '../src/index.ts';

afterAll(closePool);

const rowCount = 10_000_000;
/** Values of a column: as many numbers, and a gap. All rows with the same two values are alike to the trees. */
const numbers = 40;
const values = numbers + 1;
const ends = [...Array.from({ length: numbers }, (_, i) => i), NaN];

/** Rows by their two values: the sum of their weights, and that of the positive ones, in float64. */
interface Cells {
  readonly weight: Float64Array;
  readonly positive: Float64Array;
}

/** Positives get more frequent with both values, gaps count as 25; weights span six orders of magnitude. */
function makeRows(): {
  readonly columns: Float32Array[];
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  readonly cells: Cells;
} {
  const random = new Random(77);
  const columns = [new Float32Array(rowCount), new Float32Array(rowCount)];
  const [labels, weights] = [new Float32Array(rowCount), new Float32Array(rowCount)];
  const cells = {
    weight: new Float64Array(values * values),
    positive: new Float64Array(values * values),
  };
  const steps = Float32Array.from({ length: 61 }, (_, i) => 10 ** (i / 10 - 3));
  const level = (value: number): number => (value === numbers ? 25 : value);
  for (let row = 0; row < rowCount; row++) {
    const [a, b] = [random.integer(values), random.integer(values)];
    const margin = (level(a) - 20) / 8 + (level(b) > 12 ? 0.7 : -0.7);
    columns[0][row] = ends[a];
    columns[1][row] = ends[b];
    labels[row] = random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    weights[row] = steps[(row * 37) % 61];
    cells.weight[a * values + b] += weights[row];
    cells.positive[a * values + b] += weights[row] * labels[row];
  }
  return { columns, labels, weights, cells };
}

const lambda = 1;
const score = (g: number, h: number): number => (g * g) / (h + lambda);

/** The greatest gain of any split of some cells. */
function bestGain(cells: readonly number[], g: Float64Array, h: Float64Array): number {
  const sum = (some: readonly number[], of: Float64Array): number =>
    some.reduce((total, cell) => total + of[cell], 0);
  const whole = score(sum(cells, g), sum(cells, h));
  let best = 0;
  for (const column of [0, 1]) {
    for (let cut = 1; cut < numbers; cut++) {
      for (const gapsLeft of [true, false]) {
        const isLeft = (cell: number): boolean => goesLeft(cell, column, cut, gapsLeft);
        const left = cells.filter(isLeft);
        const right = cells.filter((cell) => !isLeft(cell));
        if (left.length === 0 || right.length === 0) continue;
        best = Math.max(
          best,
          score(sum(left, g), sum(left, h)) + score(sum(right, g), sum(right, h)) - whole,
        );
      }
    }
  }
  return best;
}

function goesLeft(cell: number, column: number, threshold: number, gapsLeft: boolean): boolean {
  const value = column === 0 ? Math.floor(cell / values) : cell % values;
  return value === numbers ? gapsLeft : value < threshold;
}

/** How far a tree is from what float64 makes of the same cells, as shares; adds its leaves to the margins. */
function follow(
  tree: Tree,
  cells: Cells,
  margins: Float64Array,
  learningRate: number,
): Record<string, number> {
  const g = margins.map(
    (margin, cell) => cells.weight[cell] / (1 + Math.exp(-margin)) - cells.positive[cell],
  );
  const h = margins.map((margin, cell) => {
    const probability = 1 / (1 + Math.exp(-margin));
    return cells.weight[cell] * probability * (1 - probability);
  });
  const worst = { cover: 0, leaf: 0, gain: 0, missed: 0 };
  const nodes: number[][] = [[...margins.keys()]];
  tree.lefts.forEach((left, node) => {
    const inside = nodes[node];
    const [sumG, sumH] = [g, h].map((of) => inside.reduce((total, cell) => total + of[cell], 0));
    worst.cover = Math.max(worst.cover, Math.abs(tree.covers[node] / sumH - 1));
    if (left < 0) {
      const value = (-learningRate * sumG) / (sumH + lambda);
      worst.leaf = Math.max(worst.leaf, Math.abs(tree.thresholds[node] - value));
      for (const cell of inside) margins[cell] += tree.thresholds[node];
      return;
    }
    const isLeft = (cell: number): boolean =>
      goesLeft(cell, tree.features[node], tree.thresholds[node], tree.defaultLefts[node] === 1);
    nodes[left] = inside.filter(isLeft);
    nodes[left + 1] = inside.filter((cell) => !isLeft(cell));
    const sums = [nodes[left], nodes[left + 1]].map((side) =>
      score(
        side.reduce((total, cell) => total + g[cell], 0),
        side.reduce((total, cell) => total + h[cell], 0),
      ),
    );
    const gain = sums[0] + sums[1] - score(sumG, sumH);
    worst.gain = Math.max(worst.gain, Math.abs(tree.gains[node] / gain - 1));
    worst.missed = Math.max(worst.missed, 1 - gain / bestGain(inside, g, h));
  });
  return worst;
}

describe('ten million rows with weights across six orders of magnitude', () => {
  it('make the trees that float64 makes of them', async () => {
    const { columns, labels, weights, cells } = makeRows();
    const matrix: Matrix = { rowCount, columns, featureNames: ['a', 'b'], featureTypes: ['q', 'q'] };
    const binned = await binMatrixAsync(matrix, { maxBin: 64, threads: 2 });
    const input = { max_depth: 4, lambda, learning_rate: 0.5 };
    const { booster } = await train({ binned, labels, weights }, input, { rounds: 3, threads: 2 });
    const margins = new Float64Array(values * values).fill(booster.baseScore);
    expect(booster.trees).toHaveLength(3);
    for (const tree of booster.trees) {
      expect(tree.lefts.length).toBeGreaterThan(25);
      const worst = follow(tree, cells, margins, resolveParams(input).learning_rate);
      expect(worst.cover).toBeLessThan(1e-5);
      expect(worst.leaf).toBeLessThan(1e-5);
      // Gradients are rounded at random to 15 bits or so before they are summed.
      expect(worst.gain).toBeLessThan(1e-3);
      expect(worst.missed).toBeLessThan(1e-3);
    }
  });
});
