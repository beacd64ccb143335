import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { ImportanceKind } from '../src/index.ts';
import { formatFloat, parseModelJson, writeModelJson } from '../src/json-format.ts';
import { parseUbjson, writeUbjson } from '../src/ubjson.ts';
import { fixtureMatrix, greatestDifference, readFixture } from './support/fixtures.ts';
import type { XgboostFixture } from './support/fixtures.ts';
import { makeData } from './support/made-data.ts';
import { changedModel, treeOf } from './support/model-document.ts';
import type { ModelDocument } from './support/model-document.ts';

const versions = ['1.7.6', '2.1.4', '3.2.0'];
const kinds: readonly ImportanceKind[] = ['weight', 'gain', 'cover', 'total_gain', 'total_cover'];

describe.each(versions)('models of XGBoost %s', (version) => {
  const fixture = readFixture<XgboostFixture>(`xgboost-${version}`);
  const matrix = fixtureMatrix(fixture.rows);
  const fromJson = Booster.fromJson(fixture.json);
  const fromUbj = Booster.fromUbj(Buffer.from(fixture.ubj, 'base64'));

  it('predict the same from JSON and UBJSON, with gaps and unseen categories', () => {
    expect(greatestDifference(fromJson.predictMargin(matrix), fixture.margins)).toBeLessThan(1e-6);
    expect(fromUbj.predictMargin(matrix)).toStrictEqual(fromJson.predictMargin(matrix));
  });

  it('give the same leaves, contributions and importance', () => {
    const trees = fixture.leaves[0].length;
    expect(fromUbj.treeCount).toBe(trees);
    const leaves = fromUbj.predictLeaves(matrix);
    fixture.leaves.forEach((row, i) => {
      expect([...leaves.subarray(i * trees, (i + 1) * trees)]).toStrictEqual(row);
    });
    expect(greatestDifference(fromUbj.contributions(matrix), fixture.contributions.flat())).toBeLessThan(
      1e-5,
    );
    for (const kind of kinds) {
      const importance = fromUbj.importance(kind);
      expect([...importance.keys()].sort()).toStrictEqual(Object.keys(fixture.importance[kind]).sort());
      for (const [name, value] of importance) {
        expect(Math.abs(value / fixture.importance[kind][name] - 1)).toBeLessThan(1e-5);
      }
    }
  });

  it('keep names, types, attributes and best iteration', () => {
    expect(fromUbj.featureNames).toStrictEqual(matrix.featureNames);
    expect(fromUbj.featureTypes).toStrictEqual(matrix.featureTypes);
    expect(fromUbj.attributes).toMatchObject({ note: 'kept' });
    expect(fromUbj.bestIteration).toBe(4);
    expect(fromUbj.baseOutput).toBeCloseTo(0.3, 6);
    const again = Booster.fromUbj(fromUbj.toUbj());
    expect(again.attributes).toStrictEqual(fromUbj.attributes);
    expect(again.bestIteration).toBe(4);
  });
});

describe('our own files', () => {
  const { matrix, labels } = makeData({ rows: 500, categories: [4, 20], missing: 0.1 });
  const { booster } = trainSync(
    { binned: binMatrix(matrix), labels },
    { max_depth: 5, scale_pos_weight: 2 },
    { rounds: 8 },
  );

  it('come back to the byte, from UBJSON and JSON', () => {
    const bytes = booster.toUbj();
    expect(Buffer.compare(Booster.fromUbj(bytes).toUbj(), bytes)).toBe(0);
    expect(Buffer.compare(Booster.fromJson(booster.toJson()).toUbj(), bytes)).toBe(0);
    expect(Booster.fromJson(booster.toJson()).predictMargin(matrix)).toStrictEqual(
      booster.predictMargin(matrix),
    );
  });

  it('hold what a booster without trees or with one leaf needs', () => {
    const empty = booster.slice(0, 0);
    expect(Booster.fromUbj(empty.toUbj()).predictMargin(matrix)).toStrictEqual(empty.predictMargin(matrix));
  });
});

describe('numbers', () => {
  it('are written shortest and read back to the same float32', () => {
    expect(
      [0.5, 1, -0, 123456, 1e-45, 3.4028234663852886e38].map((v) => formatFloat(Math.fround(v))),
    ).toStrictEqual(['5E-1', '1E0', '-0E0', '1.23456E5', '1.4013E-45', '3.4028235E38']);
    expect([NaN, Infinity, -Infinity].map(formatFloat)).toStrictEqual(['NaN', 'Infinity', '-Infinity']);
    expect(parseModelJson('{"a":[NaN,Infinity,-Infinity,"NaN \\" Infinity"]}')).toStrictEqual({
      a: [null, Infinity, -Infinity, 'NaN " Infinity'],
    });
  });

  it('of every UBJSON type are read', () => {
    const value = {
      a: new Float32Array([1.5, -2]),
      b: new Float64Array([0.1]),
      c: new Int32Array([-70000]),
      d: new Int16Array([-300]),
      e: new Int8Array([-3]),
      f: new Uint8Array([200]),
      g: new BigInt64Array([5n]),
      h: [true, false, null, 'ü', 1, 300, 70000, 0.5, []],
    };
    expect({ ...(parseUbjson(writeUbjson(value)) as object) }).toStrictEqual(value);
    expect(parseUbjson(latin('[i\x05CxD\x3f\xf0\0\0\0\0\0\0L\0\0\0\0\0\0\0\x07]'))).toStrictEqual([
      5,
      'x',
      1,
      7,
    ]);
    expect({ ...(parseUbjson(latin('{#i\x01i\x01aT')) as object) }).toStrictEqual({ a: true });
    expect(JSON.parse(writeModelJson({ a: [true, null, 'x', new Uint8Array([1, 2])] }))).toStrictEqual({
      a: [true, null, 'x', [1, 2]],
    });
  });
});

describe('models that are not supported or broken', () => {
  const cases: readonly (readonly [string, (model: ModelDocument) => unknown, RegExp])[] = [
    ['gblinear', (m) => (m.learner.gradient_booster.name = 'gblinear'), /gblinear/],
    ['dart without weights', (m) => (m.learner.gradient_booster.name = 'dart'), /weight_drop is missing/],
    ['too few weights', (m) => makeDart(m, [1, 1]), /weight_drop has 2 entries instead of 6/],
    ['a weight that is none', (m) => makeDart(m, [1, 1, 1, 1, 1e300, 1]), /weight_drop\[4\] is Infinity/],
    [
      'rounds that do not fit',
      (m) => Object.assign(m.learner.gradient_booster.model, { iteration_indptr: [0, 2, 2, 6] }),
      /iteration_indptr/,
    ],
    [
      'rounds of no trees',
      (m) => {
        const { model } = m.learner.gradient_booster;
        model.gbtree_model_param.num_parallel_tree = '0';
        delete model.iteration_indptr;
      },
      /num_parallel_tree is 0/,
    ],
    [
      'trees of several classes',
      (m) => Object.assign(m.learner.gradient_booster.model, { tree_info: [0, 1, 0, 1, 0, 1] }),
      /trees of several classes/,
    ],
    ['another objective', (m) => (m.learner.objective = { name: 'multi:softprob' }), /multi:softprob/],
    ['several classes', (m) => (m.learner.learner_model_param.num_class = '3'), /classes/],
    ['several targets', (m) => (m.learner.learner_model_param.num_target = '2'), /target/],
    ['vector base score', (m) => (m.learner.learner_model_param.base_score = '[5E-1,4E-1]'), /base score/],
    ['a base score out of range', (m) => (m.learner.learner_model_param.base_score = '2'), /base_score/],
    ['a count that is no number', (m) => (m.learner.learner_model_param.num_feature = 'x'), /num_feature/],
    ['too many features', (m) => (m.learner.learner_model_param.num_feature = '9999999999'), /features/],
    [
      'a wrong tree count',
      (m) => (m.learner.gradient_booster.model.gbtree_model_param.num_trees = '7'),
      /trees/,
    ],
    ['vector leaves', (m) => (treeOf(m).tree_param.size_leaf_vector = '3'), /leaves/],
    ['no nodes', (m) => (treeOf(m).tree_param.num_nodes = '0'), /nodes/],
    ['arrays of other lengths', (m) => treeOf(m).left_children.pop(), /left_children/],
    ['a child out of bounds', (m) => (treeOf(m).left_children[0] = 99999), /left_children/],
    ['a cycle', (m) => (treeOf(m).left_children[1] = 0), /not a tree/],
    [
      'a child of two parents',
      (m) => (treeOf(m).right_children[0] = treeOf(m).left_children[0]),
      /not a tree/,
    ],
    ['one child only', (m) => (treeOf(m).right_children[0] = -1), /not a tree/],
    ['a column out of bounds', (m) => (treeOf(m).split_indices[0] = 6), /column 6/],
    ['a value that is not a number', (m) => (treeOf(m).split_conditions[0] = null), /NaN/],
    ['a leaf that is infinite', (m) => treeOf(m).split_conditions.fill(1e300), /value/],
    ['a negative cover', (m) => (treeOf(m).sum_hessian = treeOf(m).left_children.map(() => -1)), /hessians/],
    ['a set for a numeric node', (m) => treeOf(m).split_type.fill(0), /category set/],
    ['a categorical node without a set', (m) => treeOf(m).split_type.fill(1), /set/],
    ['a category out of range', (m) => treeOf(m).categories.fill(16777216), /categories/],
    ['names that do not fit', (m) => m.learner.feature_names.pop(), /feature_names/],
    ['a name twice', (m) => m.learner.feature_names.fill('a'), /one name/],
    ['a name that is no text', (m) => m.learner.feature_names.fill(1), /string/],
    ['an unknown type', (m) => m.learner.feature_types.fill('z'), /unknown type/],
    ['a type against the splits', (m) => m.learner.feature_types.fill('q'), /not categorical/],
    ['a missing part', (m) => delete m.learner.objective, /objective is missing/],
    ['a part of another kind', (m) => (m.learner.objective = 'x'), /not an object/],
    ['a list that is none', (m) => (m.learner.gradient_booster.model.trees = 'x'), /not a list/],
    ['numbers that are none', (m) => (treeOf(m).sum_hessian = 'x'), /list of numbers/],
    ['a name that is an object', (m) => (m.learner.gradient_booster.name = {}), /not a string/],
  ];

  it.each(cases)('%s: refused', (_name, edit, message) => {
    let error: unknown;
    try {
      Booster.fromJson(changedModel(edit));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidModel);
    expect(String(error)).toMatch(message);
  });

  it('also when nothing but text or bytes comes', () => {
    for (const text of ['', '{', '[]', '1', 'null', '"x"'])
      expect(() => Booster.fromJson(text)).toThrow(InvalidModel);
    for (const text of [
      '',
      '{',
      '[]',
      'Z',
      'x',
      '{}x',
      'SU\x05ab',
      'SU\x01\xff',
      '[$T#L',
      '[$dU\x01',
      'SU',
      '{i\x01aZi\x01aZ}',
    ]) {
      expect(() => Booster.fromUbj(Buffer.from(text, 'latin1'))).toThrow(InvalidModel);
    }
    const huge = Buffer.from('[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff', 'latin1');
    expect(() => Booster.fromUbj(huge)).toThrow(/larger|large/);
    expect(() => Booster.fromUbj(Buffer.from('['.repeat(100000)))).toThrow(/deep/);
    expect(() => Booster.fromUbj(Buffer.from('[$T#L\0\0\0\0\0\0\0\x01', 'latin1'))).toThrow(InvalidModel);
  });
});

describe('models of other writers', () => {
  it('are renumbered when siblings are apart or nodes are unused', () => {
    const original = Booster.fromJson(changedModel(() => undefined));
    const swapped = Booster.fromJson(
      changedModel((model) => {
        const tree = treeOf(model);
        // Node numbers mirrored, with one deleted node at the end.
        const n = tree.left_children.length;
        const to = (node: number): number => (node <= 0 ? node : n - node);
        const { categories_nodes: nodes } = tree;
        tree.categories_nodes = nodes.map(to);
        for (const [key, list] of Object.entries<unknown>({ ...tree })) {
          if (!Array.isArray(list) || key.startsWith('categories')) continue;
          const moved: number[] = list.map((_, node) => list[to(node)]);
          moved.push(key.endsWith('children') ? -1 : 0);
          Object.assign(tree, { [key]: key.endsWith('children') ? moved.map(to) : moved });
        }
        tree.tree_param.num_nodes = String(n + 1);
        tree.tree_param.num_deleted = '1';
      }),
    );
    const matrix = fixtureMatrix(readFixture<XgboostFixture>('xgboost-3.2.0').rows);
    expect(swapped.predictMargin(matrix)).toStrictEqual(original.predictMargin(matrix));
    expect(swapped.trees[0].lefts.length).toBe(original.trees[0].lefts.length);
  });

  it('may lack names, types, attributes and categories', () => {
    const bare = Booster.fromJson(
      changedModel((model) => {
        model.learner.feature_names = [];
        model.learner.feature_types = [];
        delete model.learner.attributes;
        delete model.learner.gradient_booster.model.cats;
        for (let t = 0; t < 6; t++) {
          const tree = treeOf(model, t);
          tree.default_left = tree.default_left.map((value) => value === 1);
        }
      }),
    );
    expect(bare.featureNames).toStrictEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
    expect(bare.featureTypes.filter((type) => type === 'c').length).toBeGreaterThan(0);
    const fixture = readFixture<XgboostFixture>('xgboost-3.2.0');
    const matrix = { ...fixtureMatrix(fixture.rows), featureNames: bare.featureNames };
    expect(greatestDifference(bare.predictMargin(matrix), fixture.margins)).toBeLessThan(1e-6);
  });
});

function makeDart(model: ModelDocument, weights: number[]): void {
  model.learner.gradient_booster.name = 'dart';
  Object.assign(model.learner.gradient_booster.model, { weight_drop: weights });
}

function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
