import { Booster } from '@verdict/boost';
import { describe, expect, it } from 'vitest';
import { changedModel, treeOf } from './support/model-document.ts';
import type { TreeDocument } from './support/model-document.ts';

/** A tree with its category sets, as the file has them. */
type Sets = TreeDocument & { categories_segments: number[]; categories_sizes: number[] };

/** The first tree of the fixture with every category set listed backwards, and `times` times over. */
function listed(times: number): string {
  return changedModel((model) => {
    const tree = treeOf(model) as Sets;
    const sets = tree.categories_segments.map((start, i) =>
      tree.categories.slice(start, start + tree.categories_sizes[i]).reverse(),
    );
    const repeated = sets.map((set) => Array.from({ length: times }, () => set).flat());
    tree.categories = repeated.flat();
    tree.categories_sizes = repeated.map((set) => set.length);
    tree.categories_segments = repeated.map((_, i) => repeated.slice(0, i).flat().length);
  });
}

describe('a category set', () => {
  it('means the same in any order and with repetitions, down to what is written', () => {
    const plain = Booster.fromJson(changedModel(() => undefined));
    expect(JSON.parse(plain.toJson()).learner.gradient_booster.model.trees[0].categories).not.toEqual([]);
    for (const times of [1, 2, 3]) {
      expect(Booster.fromJson(listed(times)).toJson()).toBe(plain.toJson());
    }
  });
});
