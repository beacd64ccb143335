import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { Booster } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference, readFixture } from './support/fixtures.ts';

/** What test/fixtures/make-lightgbm.py writes. */
interface LightGbmFixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly models: Readonly<
    Record<string, { text: string; predictions: readonly number[]; contributions: readonly number[] }>
  >;
}

const fixture = readFixture<LightGbmFixture>('lightgbm-4.7.0');
const versions = [fixture, readFixture<LightGbmFixture>('lightgbm-3.3.5')];
const featureNames = ['a_b', 'b', 'kind', 'level', 'e'];
const matrix: Matrix = {
  rowCount: fixture.rows.length,
  columns: featureNames.map((_, f) => Float32Array.from(fixture.rows, (row) => row[f] ?? NaN)),
  featureNames,
  featureTypes: ['q', 'q', 'c', 'c', 'q'],
};
const plain = fixture.models.plain.text;

/** A tree of one split on the first of two features, with some lines replaced. */
function oneSplit(lines: Readonly<Record<string, string>> = {}): string {
  const fields = {
    num_leaves: '2',
    num_cat: '0',
    split_feature: '0',
    threshold: '0.5',
    decision_type: '8',
    left_child: '-1',
    right_child: '-2',
    leaf_value: '-1 1',
    shrinkage: '1',
    ...lines,
  };
  const block = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  const header = 'tree\nversion=v4\nmax_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=x y';
  return `${header}\n\nTree=0\n${block.join('\n')}\n\n\nend of trees\n`;
}

const goesLeft = (booster: Booster, x: number): boolean => booster.predictRow(Float32Array.of(x, 0)) < 0;

describe('models of LightGBM 4 and 3', () => {
  // LightGBM explains sums of raw scores: neither scaled nor averaged.
  it.each([
    ['plain', 1],
    ['scaled', 2.5],
    ['forest', 1 / 4],
    ['regression', 1],
  ])('predict and explain the same: %s', (name, factor) => {
    for (const { models } of versions) {
      const { text, predictions, contributions } = models[name];
      const booster = Booster.fromLightGbm(text);
      expect(booster.treeCount).toBe(4);
      expect(greatestDifference(booster.predict(matrix), predictions)).toBeLessThan(1e-6);
      const scaled = contributions.map((value) => value * factor);
      expect(greatestDifference(booster.contributions(matrix), scaled)).toBeLessThan(1e-6);
    }
  });

  it('predict the same where zero counts as missing, and contributions add up', () => {
    const { text, predictions } = fixture.models.zero;
    const booster = Booster.fromLightGbm(text);
    expect(greatestDifference(booster.predict(matrix), predictions)).toBeLessThan(1e-6);
    const contributions = booster.contributions(matrix);
    const sums = Array.from({ length: matrix.rowCount }, (_, i) =>
      contributions.subarray(i * 6, i * 6 + 6).reduce((sum, value) => sum + value, 0),
    );
    expect(greatestDifference(booster.predictMargin(matrix), sums)).toBeLessThan(1e-5);
  });

  it('have the values, gains and row counts of their nodes', () => {
    const [tree] = Booster.fromLightGbm(plain).trees;
    const field = (name: string): number[] =>
      (new RegExp(`^${name}=(.*)$`, 'm').exec(plain)?.[1] ?? '').split(' ').map(Number);
    expect(tree.baseWeights[0]).toBeCloseTo(field('internal_value')[0], 6);
    expect(tree.gains[0]).toBeCloseTo(field('split_gain')[0], 3);
    expect(tree.covers[0]).toBe(600);
    const splits = [...tree.lefts.keys()].filter((node) => tree.lefts[node] >= 0);
    for (const node of splits) {
      const left = tree.lefts[node];
      expect(tree.covers[left] + tree.covers[left + 1]).toBe(tree.covers[node]);
    }
    const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);
    const leaves = [...tree.lefts.keys()].filter((node) => tree.lefts[node] < 0);
    expect(sorted(leaves.map((node) => tree.baseWeights[node]))).toStrictEqual(
      sorted(field('leaf_value').map(Math.fround)),
    );
    expect(leaves.map((node) => tree.gains[node])).toStrictEqual(leaves.map(() => 0));
  });

  it('predict the same after they were saved as XGBoost models', () => {
    const booster = Booster.fromLightGbm(fixture.models.zero.text);
    const again = Booster.fromUbj(booster.toUbj());
    expect(again.predictMargin(matrix)).toStrictEqual(booster.predictMargin(matrix));
    expect(again.categoryNames).toStrictEqual(booster.categoryNames);
  });

  it('tell the names and types of features and the categories of pandas', () => {
    const booster = Booster.fromLightGbm(plain);
    expect(booster.featureNames).toStrictEqual(featureNames);
    expect(booster.featureTypes).toStrictEqual(matrix.featureTypes);
    expect(booster.categoryNames).toStrictEqual([
      undefined,
      undefined,
      ['x', 'yé', 'z "q"', 'v'],
      Array.from({ length: 40 }, (_, i) => String(100 + i)),
      undefined,
    ]);
    expect(booster.slice(0, 1).categoryNames).toBe(booster.categoryNames);
    expect(booster.slice(0, 1).categoryTable).toBe(booster.categoryTable);
  });

  it('leave categories open where the file does not say whose they are', () => {
    const lists = (json: string): string =>
      plain.replace(/^pandas_categorical:.*$/m, `pandas_categorical:${json}`);
    for (const text of [lists('null'), lists('[["a"]]'), plain.slice(0, plain.indexOf('pandas_cat'))]) {
      expect(new Set(Booster.fromLightGbm(text).categoryNames)).toStrictEqual(new Set([undefined]));
    }
    const undeclared = plain.replace(/^\[categorical_feature:.*$/m, '');
    expect(Booster.fromLightGbm(undeclared).categoryNames[2]).toStrictEqual(['x', 'yé', 'z "q"', 'v']);
    expect(Booster.fromLightGbm(lists('[[true,false],[1.5,2]]')).categoryNames.slice(2, 4)).toStrictEqual([
      ['True', 'False'],
      ['1.5', '2'],
    ]);
  });

  it('may come with Windows line ends, without trees, with one leaf', () => {
    const booster = Booster.fromLightGbm(plain.replaceAll('\n', '\r\n'));
    expect(booster.toJson()).toBe(Booster.fromLightGbm(plain).toJson());
    const leaf =
      'num_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\ndecision_type=\nleft_child=\nleaf_value=3';
    const single = oneSplit().replace(/num_leaves[^]*?\n\n/, `${leaf}\n\n`);
    expect(Booster.fromLightGbm(single).predictRow(Float32Array.of(1, 2))).toBe(3);
    const none = oneSplit().replace(/Tree=0[^]*?\n\n/, '');
    expect(Booster.fromLightGbm(none).predictRow(Float32Array.of(1, 2))).toBeCloseTo(0, 10);
  });
});

describe('a numeric split of LightGBM', () => {
  const float = fc.float({ noNaN: true });

  it('sends every float32 where x <= t in float64 sends it', () => {
    const check = (t: number, x: number): void => {
      const booster = Booster.fromLightGbm(oneSplit({ threshold: String(t) }));
      const near = Math.abs(x) <= Math.fround(1e-35) ? 0 : x;
      expect(goesLeft(booster, x), `${x} <= ${t}`).toBe(near <= t);
    };
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), float, check), {
      numRuns: 300,
    });
    // Around the threshold: itself in float32, and both neighbours.
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), float), (t) => {
        if (t === Infinity) return;
        const bits = new Int32Array(Float32Array.of(t).buffer);
        for (const step of [-1, 0, 1]) {
          const [x] = new Float32Array(Int32Array.of(bits[0] + step).buffer);
          if (!Number.isNaN(x)) check(t, x);
        }
      }),
      { numRuns: 300 },
    );
    for (const t of [1e300, -1e300, 1e-35, Math.fround(1e-35), -Math.fround(1e-35), 0, -0, 1e-40, -1e-40]) {
      for (const x of [
        0,
        -0,
        1e-36,
        -1e-36,
        Math.fround(1e-35),
        1.1e-35,
        -1.1e-35,
        3.4e38,
        -3.4e38,
        Infinity,
      ]) {
        check(t, Math.fround(x));
      }
    }
  });

  it('sends a gap where its kind of missing value says', () => {
    const left = (decision: number, threshold: number): boolean =>
      goesLeft(
        Booster.fromLightGbm(oneSplit({ decision_type: String(decision), threshold: String(threshold) })),
        NaN,
      );
    // None: a gap is zero, whatever the default says.
    expect([left(0, 1), left(2, 1), left(0, -1), left(2, -1)]).toStrictEqual([true, true, false, false]);
    expect([left(0, 0), left(0, 1e-40), left(2, -1e-40)]).toStrictEqual([true, true, false]);
    // Zero and NaN: by default, to the right unless bit 2 says left.
    expect([left(4, 1), left(6, 1), left(4, -1), left(6, -1)]).toStrictEqual([false, true, false, true]);
    expect([left(8, 1), left(10, 1), left(8, -1), left(10, -1)]).toStrictEqual([false, true, false, true]);
  });

  it('sends zero with the gaps where zero counts as missing', () => {
    const check = (t: number, defaultLeft: boolean, x: number): void => {
      const decision = defaultLeft ? '6' : '4';
      const booster = Booster.fromLightGbm(oneSplit({ decision_type: decision, threshold: String(t) }));
      const missing = Math.abs(x) <= Math.fround(1e-35);
      expect(goesLeft(booster, x), `${x} <= ${t}`).toBe(missing ? defaultLeft : x <= t);
    };
    const near = [0, -0, 1e-36, 1e-35, -1e-35, 1.1e-35, -1.1e-35, 0.5, -0.5, 2, -2].map(Math.fround);
    for (const t of [0.5, -0.5, 0, 1e-35, -1e-35, Math.fround(1e-35), 1.2e-35, -1.2e-35]) {
      for (const x of near) for (const defaultLeft of [true, false]) check(t, defaultLeft, x);
    }
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), float, check));
  });
});

describe('a categorical split of LightGBM', () => {
  it('sends listed categories left and everything else right', () => {
    const text = oneSplit({
      num_cat: '1',
      decision_type: '1',
      threshold: '0',
      cat_boundaries: '0 2',
      cat_threshold: '2147483653 1',
    });
    const booster = Booster.fromLightGbm(text);
    expect([...booster.trees[0].categories]).toStrictEqual([0, 2, 31, 32]);
    expect(booster.featureTypes).toStrictEqual(['c', 'q']);
    for (const x of [0, 2, 31, 32, 2.9]) expect(goesLeft(booster, x)).toBe(true);
    for (const x of [1, 3, 33, 64, -1, -7, NaN, 1e9, Infinity]) expect(goesLeft(booster, x)).toBe(false);
  });
});

describe('LightGBM models that are not supported or broken', () => {
  const edits: readonly (readonly [string, string, RegExp])[] = [
    ['another format', '{"learner": {}}', /begin with the line "tree"/],
    ['nothing', '', /begin with/],
    ['several classes', oneSplit().replace('v4\n', 'v4\nnum_class=3\n'), /num_class=3/],
    ['another objective', oneSplit().replace('binary sigmoid:1', 'lambdarank'), /"lambdarank"/],
    ['a square root', oneSplit().replace('binary sigmoid:1', 'regression sqrt'), /"regression sqrt"/],
    ['no objective', oneSplit().replace(/objective.*\n/, ''), /no objective/],
    ['a sigmoid of zero', oneSplit().replace('sigmoid:1', 'sigmoid:0'), /sigmoid:0/],
    ['linear trees', oneSplit({ is_linear: '1' }), /linear_tree=false|linear models/],
    ['features that do not fit', oneSplit().replace('idx=1', 'idx=2'), /max_feature_idx is 2/],
    ['a name twice', oneSplit().replace('x y', 'x x'), /one name/],
    ['infos that do not fit', oneSplit().replace('x y', 'x y\nfeature_infos=none'), /feature_infos has 1/],
    ['a cut', oneSplit().replace('end of trees\n', ''), /too early, after 1 trees/],
    ['fewer trees than sizes', oneSplit().replace('x y', 'x y\ntree_sizes=5 6'), /too early, after 1/],
    ['trees out of order', oneSplit().replace('Tree=0', 'Tree=1'), /Line 7 has Tree=1 instead of Tree=0/],
    [
      'a field twice',
      oneSplit().replace('num_cat=0', 'num_cat=0\nnum_cat=0'),
      /Line 10 has num_cat a second time/,
    ],
    [
      'a huge count',
      oneSplit({ num_leaves: '999999999' }),
      /split_feature has 1 entries instead of 999999998/,
    ],
    ['no count', oneSplit({ num_leaves: '-1' }), /num_leaves is not a count/],
    ['no leaves', oneSplit({ num_leaves: '0' }), /no leaves/],
    ['too few leaves', oneSplit({ leaf_value: '1' }), /leaf_value has 1 entries instead of 2/],
    ['text for a number', oneSplit({ leaf_value: '1 x' }), /"x", which is not a number/],
    ['a leaf that is not a number', oneSplit({ leaf_value: '1 nan' }), /not a number/],
    ['an infinite leaf', oneSplit({ leaf_value: '1 -inf' }), /value -Infinity/],
    ['a leaf beyond float32', oneSplit({ leaf_value: '1 1e300' }), /too large/],
    ['an infinite threshold', oneSplit({ threshold: 'inf' }), /infinite threshold/],
    ['a feature out of bounds', oneSplit({ split_feature: '2' }), /split_feature has 2/],
    ['an unknown kind of split', oneSplit({ decision_type: '12' }), /decision_type has 12/],
    ['a child out of bounds', oneSplit({ left_child: '-3' }), /left_child has -3/],
    ['a left split out of bounds', oneSplit({ left_child: '1' }), /left_child has 1,/],
    ['a right split out of bounds', oneSplit({ right_child: '1' }), /right_child has 1,/],
    ['a cycle', oneSplit({ left_child: '0' }), /not those of a tree/],
    ['a leaf of two parents', oneSplit({ left_child: '-2' }), /not those of a tree/],
    ['negative rows', oneSplit({ leaf_count: '-5 4' }), /-5 rows/],
    ['a set that is not there', oneSplit({ decision_type: '1' }), /no set/],
    [
      'sets out of bounds',
      oneSplit({
        num_cat: '1',
        decision_type: '1',
        threshold: '0',
        cat_boundaries: '0 3',
        cat_threshold: '1',
      }),
      /cat_boundaries has 3/,
    ],
    [
      'sets that descend',
      oneSplit({
        num_cat: '1',
        decision_type: '1',
        threshold: '0',
        cat_boundaries: '1 0',
        cat_threshold: '1',
      }),
      /do not ascend/,
    ],
    [
      'a word of more than 32 bits',
      oneSplit({
        num_cat: '1',
        decision_type: '1',
        threshold: '0',
        cat_boundaries: '0 1',
        cat_threshold: '4294967296',
      }),
      /not a word/,
    ],
    [
      'a category that is no exact float32',
      oneSplit({
        num_cat: '1',
        decision_type: '1',
        threshold: '0',
        cat_boundaries: '0 524289',
        cat_threshold: `${'0 '.repeat(524288)}1`,
      }),
      /lists the category 16777216/,
    ],
    ['categories that are not JSON', `${oneSplit()}\npandas_categorical:[[\n`, /not JSON/],
    ['categories that are no lists', `${oneSplit()}\npandas_categorical:[1]\n`, /list of lists/],
    [
      'categories that are no texts',
      `${plain.replace(/^pandas_cat.*/m, '')}\npandas_categorical:[[[]],[]]`,
      /not a category/,
    ],
  ];

  it.each(edits)('%s: refused', (_name, text, message) => {
    expect(() => Booster.fromLightGbm(text)).toThrow(InvalidModel);
    expect(() => Booster.fromLightGbm(text)).toThrow(message);
  });

  it('are refused when copying branches around zero, or sharing sets, would make them huge', () => {
    // A chain whose every split sends zero against the comparison: each doubles what is below.
    const splits = 40;
    const each = (text: (i: number) => string): string =>
      Array.from({ length: splits }, (_, i) => text(i)).join(' ');
    const chain = oneSplit({
      num_leaves: String(splits + 1),
      split_feature: each(() => '0'),
      threshold: each(() => '1'),
      decision_type: each(() => '4'),
      left_child: each((i) => String(i === splits - 1 ? -1 : i + 1)),
      right_child: each((i) => String(-2 - i)),
      leaf_value: `0 ${each(() => '1')}`,
    });
    expect(() => Booster.fromLightGbm(chain)).toThrow(/zero_as_missing makes the trees too large/);
    const shared = chain
      .replace(
        'num_cat=0',
        `num_cat=1\ncat_boundaries=0 3000\ncat_threshold=${Array(3000).fill('4294967295').join(' ')}`,
      )
      .replace(/threshold=1.*/, `threshold=${each(() => '0')}`)
      .replace(/decision_type=.*/, `decision_type=${each(() => '1')}`);
    expect(() => Booster.fromLightGbm(shared)).toThrow(/too large/);
  });
});
