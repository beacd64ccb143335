import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { Booster } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference, readFixture } from './support/fixtures.ts';

/** What test/fixtures/make-xgboost-kinds.py writes. */
interface KindsFixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly models: Readonly<Record<string, Model>>;
  readonly categories?: Readonly<Record<string, { readonly json: string; readonly ubj: string }>>;
}

interface Model {
  readonly predictions: readonly number[];
  readonly margins: readonly number[];
  readonly json: string;
  readonly ubj?: string;
}

const versions = ['1.7.6', '2.1.4', '3.2.0'];
const kinds = ['dart', 'dart forest', 'forest', 'squared error', 'raw', 'reg:logistic'];
const fixtures = new Map(
  versions.map((version) => [version, readFixture<KindsFixture>(`xgboost-kinds-${version}`)]),
);

function fixtureOf(version: string): KindsFixture {
  const fixture = fixtures.get(version);
  if (fixture === undefined) throw new Error(`There is no fixture of ${version}.`);
  return fixture;
}

function matrixOf({ rows }: KindsFixture): Matrix {
  return {
    rowCount: rows.length,
    columns: [0, 1, 2, 3].map((f) => Float32Array.from(rows, (row) => row[f] ?? NaN)),
    featureNames: ['a', 'kind', 'c', 'd'],
    featureTypes: ['q', 'c', 'q', 'q'],
  };
}

/** The greatest difference, in parts of the greatest value. */
function relativeDifference(a: ArrayLike<number>, b: readonly number[]): number {
  return greatestDifference(a, b) / Math.max(1, ...b.map(Math.abs));
}

describe.each(versions)('models of XGBoost %s', (version) => {
  const fixture = fixtureOf(version);
  const matrix = matrixOf(fixture);

  it.each(kinds)('answer the same: %s', (kind) => {
    const { json, margins, predictions } = fixture.models[kind];
    const booster = Booster.fromJson(json);
    expect(relativeDifference(booster.predictMargin(matrix), margins)).toBeLessThan(1e-6);
    expect(relativeDifference(booster.predict(matrix), predictions)).toBeLessThan(1e-6);
    for (const again of [Booster.fromJson(booster.toJson()), Booster.fromUbj(booster.toUbj())]) {
      expect(again.predictMargin(matrix)).toStrictEqual(booster.predictMargin(matrix));
      expect(again.objective).toBe(booster.objective);
      expect(again.roundStarts).toStrictEqual(booster.roundStarts);
      expect(again.treeWeights).toStrictEqual(booster.treeWeights);
    }
  });

  it.each(['dart', 'dart forest'])('keep weights of trees, from JSON and UBJSON: %s', (kind) => {
    const { json, ubj = '' } = fixture.models[kind];
    const stored = JSON.parse(/"weight_drop":(\[[^\]]*\])/.exec(json)?.[1] ?? '[]');
    for (const booster of [Booster.fromJson(json), Booster.fromUbj(Buffer.from(ubj, 'base64'))]) {
      expect(booster.treeWeights).toStrictEqual(Float32Array.from(stored));
      expect(Math.min(...stored)).toBeLessThan(1);
    }
  });

  it('keep the trees of a round together', () => {
    expect([...Booster.fromJson(fixture.models.forest.json).roundStarts]).toStrictEqual([0, 3, 6, 9]);
    expect([...Booster.fromJson(fixture.models['dart forest'].json).roundStarts]).toStrictEqual([0, 2, 4, 6]);
    expect(Booster.fromJson(fixture.models.forest.json).slice(1, 2).treeCount).toBe(3);
  });
});

describe('categories that XGBoost 3.1 and later store', () => {
  const { categories = {} } = fixtureOf('3.2.0');
  const read = (name: string): Booster[] => [
    Booster.fromJson(categories[name].json),
    Booster.fromUbj(Buffer.from(categories[name].ubj, 'base64')),
  ];

  it('are known by their codes, and written back', () => {
    for (const booster of read('ascii')) {
      const expected = [undefined, ['z', 'a b', 'q"', '', 'm', 'n', 'o'], ['-4', '30', '1000']];
      expect(booster.categoryNames).toStrictEqual(expected);
      expect(Booster.fromUbj(booster.toUbj()).categoryNames).toStrictEqual(expected);
      expect(Booster.fromJson(booster.slice(0, 1).toJson()).categoryNames).toStrictEqual(expected);
      const { cats } = JSON.parse(booster.toJson()).learner.gradient_booster.model;
      expect(cats).toStrictEqual(JSON.parse(categories.ascii.json).learner.gradient_booster.model.cats);
    }
  });

  it('are not known beyond ASCII up to XGBoost 3.2, which cuts them, and known from later files', () => {
    for (const booster of read('beyond')) {
      expect(booster.categoryNames).toStrictEqual([undefined, undefined, ['-4', '30', '1000']]);
    }
    const by = (version: readonly number[], bytes: readonly number[]): readonly string[] | undefined => {
      const document = JSON.parse(categories.beyond.json);
      const encoding = document.learner.gradient_booster.model.cats.enc[1];
      encoding.values = bytes;
      encoding.offsets = [0, 1, 3, 4, 5, 6, 7, 8];
      return Booster.fromJson(JSON.stringify({ ...document, version })).categoryNames[1];
    };
    const whole = [...Buffer.from('zéqxmno')].map((byte) => (byte << 24) >> 24);
    expect(by([3, 3, 0], whole)).toStrictEqual(['z', 'é', 'q', 'x', 'm', 'n', 'o']);
    expect(by([4, 0, 0], whole)).toStrictEqual(['z', 'é', 'q', 'x', 'm', 'n', 'o']);
    expect(by([3, 3, 0], [...whole.slice(0, 2), 65, ...whole.slice(3)])).toBeUndefined();
    // What was cut may happen to be text, but another one.
    for (const version of [[3, 2, 9], [3, 1, 0], [2, 9, 0], []]) expect(by(version, whole)).toBeUndefined();
    expect(by([3, 1, 0], [...Buffer.from('zzzqxmno')])).toStrictEqual(['z', 'zz', 'q', 'x', 'm', 'n', 'o']);
  });

  it('keep a byte order mark that belongs to one', () => {
    const document = JSON.parse(categories.beyond.json);
    Object.assign(document.learner.gradient_booster.model.cats.enc[1], {
      values: [...Buffer.from('\uFEFFzqxmnop')].map((byte) => (byte << 24) >> 24),
      offsets: [0, 4, 5, 6, 7, 8, 9, 10],
    });
    const booster = Booster.fromJson(JSON.stringify({ ...document, version: [3, 3, 0] }));
    expect(booster.categoryNames[1]?.[0]).toBe('\uFEFFz');
  });

  const edits: readonly (readonly [string, (cats: Categories) => void, RegExp])[] = [
    ['too few', (cats) => cats.enc.pop(), /cats.enc has 2 entries for 3/],
    ['offsets that descend', (cats) => cats.enc[1].offsets?.reverse(), /offsets/],
    ['offsets beyond the text', (cats) => cats.enc[1].offsets?.fill(99, 7), /offsets\[7\] is 99/],
    ['text without offsets', (cats) => (cats.enc[1].offsets = []), /offsets/],
    ['an unknown type', (cats) => (cats.enc[2].type = 7), /type that is not supported/],
    ['numbers that do not fit the type', (cats) => (cats.enc[2].type = 9), /type that is not supported/],
    ['segments that do not fit', (cats) => cats.feature_segments.fill(0), /feature_segments/],
    ['an order that names one twice', (cats) => cats.sorted_idx.fill(0), /sorted_idx/],
    ['an order out of bounds', (cats) => (cats.sorted_idx[0] = 9), /sorted_idx/],
  ];

  it.each(edits)('are refused with %s', (_name, edit, message) => {
    const document = JSON.parse(categories.ascii.json);
    edit(document.learner.gradient_booster.model.cats);
    const open = (): Booster => Booster.fromJson(JSON.stringify(document));
    expect(open).toThrow(InvalidModel);
    expect(open).toThrow(message);
  });
});

interface Categories {
  enc: { offsets?: number[]; values: number[]; type?: number }[];
  feature_segments: number[];
  sorted_idx: number[];
}
