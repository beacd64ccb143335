import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { Booster } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { writeModelJson } from '../src/json-format.ts';
import { parseUbjson, writeUbjson } from '../src/ubjson.ts';
import { fixtureMatrix, greatestDifference, readFixture } from './support/fixtures.ts';
import type { XgboostFixture } from './support/fixtures.ts';
import { changedModel, treeOf } from './support/model-document.ts';
import type { ModelDocument, TreeDocument } from './support/model-document.ts';

// Places where readers and writers of XGBoost's format go wrong, one test each (some with several sides).

const fixture = readFixture<XgboostFixture>('xgboost-3.2.0');
const matrix = fixtureMatrix(fixture.rows);
const booster = Booster.fromJson(fixture.json);

/** What we write, as a reader sees it. */
const written: ModelDocument = JSON.parse(booster.toJson());

/** A model whose first tree is one split on column 0 (a quantity) or 2 (categories); the others are empty. */
function stump(edit: (tree: TreeDocument) => void, categorical = false): Booster {
  const text = changedModel((model) => {
    const tree: TreeDocument = {
      ...treeOf(model),
      left_children: [1, -1, -1],
      right_children: [2, -1, -1],
      parents: [2147483647, 0, 0],
      split_indices: [categorical ? 2 : 0, 0, 0],
      split_conditions: [0.5, -1, 1],
      split_type: [categorical ? 1 : 0, 0, 0],
      default_left: [1, 0, 0],
      sum_hessian: [2, 1, 1],
      categories: categorical ? [1, 4] : [],
      categories_nodes: categorical ? [0] : [],
      categories_segments: categorical ? [0] : [],
      categories_sizes: categorical ? [2] : [],
      loss_changes: [1, 0, 0],
      base_weights: [0, 7, 7],
    };
    tree.tree_param.num_nodes = '3';
    edit(tree);
    const { model: inner } = model.learner.gradient_booster;
    inner.trees = [tree];
    inner.gbtree_model_param.num_trees = '1';
    Object.assign(inner, { tree_info: [0], iteration_indptr: [0, 1] });
    model.learner.learner_model_param.base_score = '5E-1';
  });
  return Booster.fromJson(text);
}

/** The margin of a row whose value in column 0 and 2 is x. */
const at = (model: Booster, x: number): number => model.predictRow(Float32Array.of(x, 0, x, 0, 0, 0));

const none = (): void => undefined;

describe("pitfalls of XGBoost's format", () => {
  it('1. base_score is a string in probability space, in brackets since 3.1; all parameters are strings', () => {
    for (const text of ['3E-1', '[3E-1]', '0.3']) {
      const model = Booster.fromJson(
        changedModel((document) => (document.learner.learner_model_param.base_score = text)),
      );
      expect(model.baseScore).toBeCloseTo(Math.log(0.3 / 0.7), 6);
    }
    // Of labels that are all alike; margins as XGBoost 3.2 and 3.4 have them.
    for (const [text, margin] of [
      ['[1E0]', 13.745160102844238],
      ['[0E0]', -13.815509796142578],
      ['1E-7', -13.815509796142578],
    ] as const) {
      const model = Booster.fromJson(
        changedModel((document) => (document.learner.learner_model_param.base_score = text)),
      );
      expect(model.baseScore).toBe(margin);
      expect(Booster.fromUbj(model.toUbj()).baseScore).toBe(margin);
    }
    expect(written.learner.learner_model_param.base_score).toMatch(/^\[\d.*E-?\d+\]$/);
    const { gbtree_model_param: counts } = written.learner.gradient_booster.model;
    const shapes = [written.learner.learner_model_param, counts, treeOf(written).tree_param];
    for (const value of shapes.flatMap((shape) => Object.values(shape))) expect(typeof value).toBe('string');
  });

  it("2. a leaf's value is split_conditions, learning rate applied; base_weights is not", () => {
    expect(at(stump(none), 0)).toBeCloseTo(-1, 6);
    expect(at(stump(none), 1)).toBeCloseTo(1, 6);
    const tree = treeOf(written);
    const leaves = tree.left_children.flatMap((left, node) => (left < 0 ? [node] : []));
    const values = leaves.map((node) => tree.split_conditions[node] ?? NaN);
    expect(values).toStrictEqual(
      leaves.map((node) => treeOf(JSON.parse(fixture.json)).split_conditions[node]),
    );
  });

  it('3. floats carry a point or an exponent: XGBoost takes 1 for an integer and stops', () => {
    for (const key of ['base_weights', 'loss_changes', 'split_conditions', 'sum_hessian']) {
      const lists = [...booster.toJson().matchAll(new RegExp(`"${key}":\\[([^\\]]*)\\]`, 'g'))];
      expect(lists.length).toBe(booster.treeCount);
      for (const [, list] of lists) for (const item of list.split(',')) expect(item).toMatch(/[.E]/);
    }
    const weights = Float32Array.of(1, 0.5, 1, 1, 1, 2);
    const dart = Booster.fromTrees(booster.trees, { ...booster, treeWeights: weights });
    expect(dart.toJson()).toContain('"weight_drop":[1E0,5E-1,1E0,1E0,1E0,2E0]');
    // In UBJSON, DART's weights are floats one by one: [#L, then d and four bytes each.
    const bytes = Buffer.from(dart.toUbj());
    const weightsAt = bytes.indexOf('weight_drop') + 'weight_drop'.length;
    expect(bytes.subarray(weightsAt, weightsAt + 21).toString('hex')).toBe(
      `5b234c${'0'.repeat(15)}6643f800000643f000000`,
    );
  });

  it('4. a walk goes to left + 1 for right: we write siblings side by side, and read any', () => {
    for (let position = 0; position < booster.treeCount; position++) {
      const tree = treeOf(written, position);
      tree.left_children.forEach((left, node) => {
        expect(tree.right_children[node]).toBe(left < 0 ? -1 : left + 1);
      });
    }
    const apart = stump((tree) => {
      tree.left_children[0] = 2;
      tree.right_children[0] = 1;
    });
    expect(at(apart, 0)).toBeCloseTo(1, 6);
    expect(apart.trees[0].lefts[0]).toBe(1);
    expect(at(Booster.fromUbj(apart.toUbj()), 0)).toBeCloseTo(1, 6);
  });

  it("5. the root's parent is 2147483647, a leaf's children are -1, a tree's id is its position", () => {
    for (let position = 0; position < booster.treeCount; position++) {
      const tree = treeOf(written, position);
      expect(tree.id).toBe(position);
      expect(tree.parents[0]).toBe(2147483647);
      tree.left_children.forEach((left, node) => {
        const children = left < 0 ? [] : [left, left + 1];
        expect(children.map((child) => tree.parents[child])).toStrictEqual(children.map(() => node));
        expect(left).toBeGreaterThanOrEqual(-1);
        expect(left < 0 ? tree.right_children[node] : -1).toBe(-1);
      });
    }
  });

  it('6. the comparison is strict, between float32: threshold and value are rounded first', () => {
    // 0.1 is no float32; the nearest lies above it.
    const model = stump((tree) => (tree.split_conditions[0] = 0.1));
    expect(at(model, 0.1)).toBeCloseTo(1, 6);
    expect(at(model, 0.09999999)).toBeCloseTo(-1, 6);
    expect(
      at(
        stump((tree) => (tree.split_conditions[0] = Math.fround(0.1))),
        0.1,
      ),
    ).toBeCloseTo(1, 6);
    const column = Float32Array.of(0.1, 0.09999999, 0.10000001);
    const columns = matrix.columns.map((_, f) => (f === 0 ? column : new Float32Array(3)));
    const three: Matrix = { ...matrix, rowCount: 3, columns };
    expect([...model.predictMargin(three)].map(Math.sign)).toStrictEqual([1, -1, 1]);
  });

  it('7. listed categories go right; unlisted, negative and out of range left; missing by default', () => {
    const right = stump((tree) => (tree.default_left[0] = 0), true);
    const left = stump(none, true);
    for (const listed of [1, 4, 4.7]) expect(at(left, listed)).toBeCloseTo(1, 6);
    for (const other of [0, 2, 5, 33, 1e6, 16777216, 3e9, -1, -4, Infinity, -Infinity]) {
      expect(at(right, other)).toBeCloseTo(-1, 6);
    }
    expect([at(left, NaN), at(right, NaN)].map(Math.round)).toStrictEqual([-1, 1]);
  });

  it('8. default_left is 0 and 1, or booleans', () => {
    for (const value of [1, true]) {
      expect(
        at(
          stump((tree) => (tree.default_left[0] = value)),
          NaN,
        ),
      ).toBeCloseTo(-1, 6);
    }
    for (const value of [0, false]) {
      expect(
        at(
          stump((tree) => (tree.default_left[0] = value)),
          NaN,
        ),
      ).toBeCloseTo(1, 6);
    }
  });

  it('9. DART nests gbtree with weight_drop beside it; the weights may also lie in the model, of either name', () => {
    const weights = [0.5, 1, 2, 0, 1, 0.25];
    const nested = changedModel((document) => {
      const { model } = document.learner.gradient_booster;
      Object.assign(document.learner, {
        gradient_booster: { name: 'dart', gbtree: { name: 'gbtree', model }, weight_drop: weights },
      });
    });
    const flat = changedModel((document) => {
      document.learner.gradient_booster.name = 'dart';
      Object.assign(document.learner.gradient_booster.model, { weight_drop: weights });
    });
    // As XGBoost 3.4 has it.
    const unnamed = changedModel((document) => {
      Object.assign(document.learner.gradient_booster.model, { weight_drop: weights });
    });
    const expected = new Float32Array(matrix.rowCount).fill(booster.baseScore);
    weights.forEach((weight, t) => {
      const start = booster.baseScore;
      booster
        .slice(t, t + 1)
        .predictMargin(matrix)
        .forEach((margin, i) => (expected[i] += weight * (margin - start)));
    });
    for (const text of [nested, flat, unnamed]) {
      const dart = Booster.fromJson(text);
      expect(greatestDifference(dart.predictMargin(matrix), expected)).toBeLessThan(1e-6);
      const { gradient_booster: again } = JSON.parse(dart.toJson()).learner;
      expect(Object.keys(again)).toStrictEqual(['gbtree', 'name', 'weight_drop']);
      expect([again.name, again.gbtree.name]).toStrictEqual(['dart', 'gbtree']);
    }
  });

  it('10. UBJSON is big-endian, with typed arrays [$type# and lengths as int64', () => {
    const bytes = writeUbjson({ a: Float32Array.of(1, -2), b: 'x', c: BigInt64Array.of(258n) });
    const length = (value: number): string => `4c${value.toString(16).padStart(16, '0')}`;
    expect(Buffer.from(bytes).toString('hex')).toBe(
      [
        `7b${length(1)}61`,
        `5b246423${length(2)}3f800000c0000000`,
        `${length(1)}62`,
        `53${length(1)}78`,
        `${length(1)}63`,
        `5b244c23${length(1)}0000000000000102`,
        '7d',
      ].join(''),
    );
    expect(Buffer.from(booster.toUbj()).includes('split_conditions[$d#L')).toBe(true);
    expect(writeModelJson(parseUbjson(booster.toUbj()))).toBe(booster.toJson());
  });

  it('11. a foreign file may crash XGBoost: what we write is checked before, for nothing else is read', () => {
    const broken: readonly ((tree: TreeDocument) => unknown)[] = [
      (tree) => (tree.left_children[0] = 3),
      (tree) => (tree.left_children[1] = 0),
      (tree) => (tree.right_children[0] = 1),
      (tree) => (tree.split_indices[0] = 6),
      (tree) => (tree.split_conditions[1] = null),
      (tree) => tree.default_left.pop(),
    ];
    for (const edit of broken) expect(() => stump(edit)).toThrow(InvalidModel);
  });
});
