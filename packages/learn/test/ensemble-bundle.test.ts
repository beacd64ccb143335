import { describe, expect, it } from 'vitest';
import { Booster } from '@verdict/boost';
import type { EngineeredFeature } from '../src/features/index.ts';
import { applyFeatures, linearDesign } from '../src/features/index.ts';
import { logisticMargins } from '../src/linear/index.ts';
import { createScorer } from '../src/scorer/index.ts';
import { kinds, shipped, tenant, tenants, writtenAndRead } from './support/ensemble-model.ts';

const { dataset } = tenants();

function farthest(some: ArrayLike<number>, others: ArrayLike<number>): number {
  expect(some.length).toBe(others.length);
  return Math.max(...Array.from(some, (value, i) => Math.abs(value - others[i])));
}

describe.each<[string, readonly EngineeredFeature[]]>([
  ['plain features', []],
  [
    'features that look at labels',
    [
      { kind: 'ratio', inputs: ['rent', 'income'] },
      { kind: 'target', inputs: ['town'] },
    ],
  ],
])('a bundle of three kinds of trees, of %s', async (_, engineered) => {
  const made = await shipped(kinds, engineered);
  const { bundle, file } = await writtenAndRead(made);
  const matrix = applyFeatures(bundle.plan, dataset);
  const trees = Booster.fromUbj(file);

  it('weighs the trees that each kind ships alone', async () => {
    const alone = await Promise.all(kinds.map((kind) => shipped([{ ...kind, weight: 1 }], engineered)));
    const margins = alone.map(({ booster }) => booster.predictMargin(matrix));
    expect(farthest(margins[0], margins[1])).toBeGreaterThan(0.1);
    expect(farthest(margins[0], margins[2])).toBeGreaterThan(0.1);
    const weighed = margins[0].map((__, row) =>
      kinds.reduce((sum, { weight }, kind) => sum + weight * margins[kind][row], 0),
    );
    expect(farthest(trees.predictMargin(matrix), weighed)).toBeLessThan(1e-5);
    expect(trees.treeCount).toBe(3 * (8 + 7 + 9));
  });

  it('scores rows and batches the same, before and after it was written', () => {
    const scorer = createScorer(bundle);
    const { margins, probabilities } = scorer.scoreBatch(dataset);
    expect(margins).toEqual(createScorer(made).scoreBatch(dataset).margins);
    const { weight: treeShare } = bundle.decision.blend.members[0];
    const { weight: linearShare } = bundle.decision.blend.members[1];
    // Else the trees would be tested by nothing.
    expect(treeShare).toBeGreaterThan(0.1);
    const exported = trees.predictMargin(matrix);
    const linear = logisticMargins(bundle.logistic!, linearDesign(bundle.plan, dataset));
    const blended = exported.map(
      (margin, row) => treeShare * margin + linearShare * linear[row] + bundle.decision.blend.offset,
    );
    expect(farthest(margins, blended)).toBeLessThan(1e-5);
    for (let row = 0; row < dataset.rowCount; row++) {
      const { margin, probability } = scorer.scoreRow(tenant(row));
      expect([margin, probability]).toEqual([margins[row], probabilities[row]]);
    }
  });

  it('explains margins by contributions that add up to them, of rows and batches the same', () => {
    const scorer = createScorer(bundle);
    const { margins } = scorer.scoreBatch(dataset);
    const { columns, contributions, bias } = scorer.explainBatch(dataset);
    const rows = margins.map((__, row) =>
      contributions.slice(row * columns.length, (row + 1) * columns.length).reduce((a, b) => a + b, bias),
    );
    expect(farthest(rows, margins)).toBeLessThan(1e-5);
    for (const row of [0, 1, 399]) {
      const own = scorer.explainRow(tenant(row));
      expect([own.margin, own.bias]).toEqual([margins[row], bias]);
      expect(own.contributions).toEqual(
        contributions.slice(row * columns.length, (row + 1) * columns.length),
      );
    }
  });
});
