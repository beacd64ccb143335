import { afterAll, describe, expect, it } from 'vitest';
import { InvalidOption } from '@verdict/core';
import {
  bagBoosters,
  binMatrix,
  blendBoosters,
  Booster,
  closePool,
  encodeCategories,
  train,
  trainSync,
} from '../src/index.ts';
import type { BinnedMatrix, CategoryNames, Matrix } from '../src/index.ts';
import { readFixture } from './support/fixtures.ts';

afterAll(closePool);

const rowCount = 420;
const texts = ['z', 'é', 'q"', '', 'a b', 'zz', '価'];
const drawn = Array.from({ length: rowCount }, (_, i) => texts[(i * 5 + (i % 3)) % 7]);
const labels = Float32Array.from(drawn, (text, i) => ((text.length * 3 + (i % 5)) % 7 > 3 ? 1 : 0));

function tableOf(categoryNames: CategoryNames, codes = encodeCategories(drawn, texts)): Matrix {
  return {
    rowCount,
    columns: [Float32Array.from(drawn, (_, i) => Math.sin(i)), codes],
    featureNames: ['x', 'text'],
    featureTypes: ['q', 'c'],
    categoryNames,
  };
}

const fit = (binned: BinnedMatrix, initial?: Booster): Booster =>
  trainSync({ binned, labels }, { max_depth: 4 }, { rounds: 4, ...(initial && { initial }) }).booster;

describe('texts of categories', () => {
  const binned = binMatrix(tableOf([undefined, texts]));
  const booster = fit(binned);

  it('go from the matrix into the model and its files, and change no tree', async () => {
    expect(booster.categoryNames).toStrictEqual([undefined, texts]);
    const { categoryNames: _, ...plain } = tableOf([]);
    expect(booster.trees).toStrictEqual(fit(binMatrix(plain)).trees);
    for (const again of [Booster.fromJson(booster.toJson()), Booster.fromUbj(booster.toUbj())]) {
      expect(again.categoryNames).toStrictEqual([undefined, texts]);
      expect(again.toJson()).toBe(booster.toJson());
    }
    const aside = await train({ binned, labels }, { max_depth: 4 }, { rounds: 4 });
    expect(aside.booster.toJson()).toBe(booster.toJson());
  });

  it('are stored as XGBoost looks them up: by bytes that have a sign', () => {
    const { version, learner } = JSON.parse(booster.toJson());
    const { cats } = learner.gradient_booster.model;
    expect(cats.feature_segments).toStrictEqual([0, 0, 7]);
    expect(cats.enc[0]).toStrictEqual({ offsets: [], values: [] });
    expect(cats.enc[1].offsets).toStrictEqual([0, 1, 3, 5, 5, 8, 10, 13]);
    expect(cats.sorted_idx.map((code: number) => texts[code])).toStrictEqual([
      '',
      'é',
      '価',
      'a b',
      'q"',
      'z',
      'zz',
    ]);
    // Up to 3.2 XGBoost counted characters, so that such texts would be taken for cut ones.
    expect(version).toStrictEqual([3, 3, 0]);
    const ascii = fit(binMatrix(tableOf([undefined, ['a', 'b', 'c', 'd', 'e', 'f', 'g']])));
    expect(JSON.parse(ascii.toJson()).version).toStrictEqual([3, 2, 0]);
  });

  it.each<[string, unknown, RegExp]>([
    ['of too few columns', [texts], /an entry for each of the 2 columns/],
    ['of a column of numbers', [texts, texts], /\[0\].*no categories/],
    ['left out for a column', [undefined, undefined], /\[1\].*list of different texts/],
    ['that are there twice', [undefined, [...texts, 'z']], /list of different texts/],
    ['that are none', [undefined, [1, 2]], /list of different texts/],
    ['of half a character', [undefined, ['\ud800']], /list of different texts/],
    ['too few for the codes', [undefined, texts.slice(0, 6)], /"text".*at least 7 texts/],
  ])('are refused: %s', (_, names, message) => {
    const bin = (): unknown => binMatrix(tableOf(names as CategoryNames));
    expect(bin).toThrow(InvalidOption);
    expect(bin).toThrow(message);
  });

  it('of a table that is scored must have the codes of the model', () => {
    const margins = booster.predictMargin(tableOf([undefined, texts]));
    expect(booster.predictMargin(tableOf([undefined, [...texts, 'new']]))).toStrictEqual(margins);
    const other = tableOf([undefined, texts.toReversed()]);
    expect(() => booster.predictMargin(other)).toThrow(/order of the model's categoryNames/);
    const [, known = []] = booster.categoryNames;
    expect(encodeCategories(['zz', 'gold', null, undefined, ''], known)).toStrictEqual(
      Float32Array.of(5, -1, NaN, NaN, 3),
    );
  });

  it('stay when training goes on, and may become more', () => {
    const { categoryNames: _, ...plain } = binned;
    for (const more of [fit(plain, booster), fit(binned, booster)]) {
      expect(more.categoryNames).toBe(booster.categoryNames);
      expect(more.categoryTable).toBe(booster.categoryTable);
    }
    const longer = [...texts, 'new'];
    const grown = fit({ ...binned, categoryNames: [undefined, longer] }, booster);
    expect(Booster.fromUbj(grown.toUbj()).categoryNames).toStrictEqual([undefined, longer]);
    const other = { ...binned, categoryNames: [undefined, texts.toReversed()] };
    expect(() => fit(other, booster)).toThrow(/categories of text have the same codes/);
  });

  /** Ready trees that come with texts alone. */
  const untabled = Booster.fromTrees(booster.trees, { ...booster, categoryTable: undefined });

  it('come into the files of ready trees, and of a training that goes on from them', () => {
    expect(untabled.toJson()).toBe(booster.toJson());
    const { categoryNames: _, ...plain } = binned;
    for (const more of [fit(binned, untabled), fit(plain, untabled)]) {
      expect(more.categoryTable).toStrictEqual(booster.categoryTable);
      expect(more.toJson()).toBe(fit(binned, booster).toJson());
    }
  });

  it('are those of a blend, and of a bag, as far as any of its boosters knows them', () => {
    const { categoryNames: _, ...plain } = binned;
    const unnamed = fit(plain);
    for (const mixed of [
      blendBoosters([unnamed, booster], [0.5, 0.5]),
      blendBoosters([booster, unnamed], [1, 0], 40),
      bagBoosters([untabled, unnamed]),
    ]) {
      expect(mixed.categoryNames).toStrictEqual([undefined, texts]);
      expect(Booster.fromUbj(mixed.toUbj()).categoryNames).toStrictEqual([undefined, texts]);
      expect(mixed.categoryTable).toStrictEqual(booster.categoryTable);
    }
    expect(bagBoosters([unnamed, unnamed]).categoryTable).toBeUndefined();
  });

  it('of XGBoost stay as it stored them, also where the data have codes beyond', () => {
    const { categories } = readFixture<{ categories: Record<string, { json: string }> }>(
      'xgboost-kinds-3.2.0',
    );
    const initial = Booster.fromJson(categories.ascii.json);
    const matrix: Matrix = {
      rowCount,
      columns: [
        Float32Array.from(labels, (_, i) => Math.sin(i)),
        Float32Array.from(labels, (_, i) => i % 9),
        Float32Array.from(labels, (_, i) => i % 3),
      ],
      featureNames: initial.featureNames,
      featureTypes: initial.featureTypes,
    };
    const initialMargins = initial.predictMargin(matrix);
    const data = { binned: binMatrix(matrix), labels, initialMargins };
    const { booster: more } = trainSync(data, {}, { rounds: 2, initial });
    expect(more.categoryNames).toStrictEqual(initial.categoryNames);
    const cats = (json: string): unknown => JSON.parse(json).learner.gradient_booster.model.cats;
    expect(cats(more.toJson())).toStrictEqual(cats(categories.ascii.json));
    const mixed = blendBoosters(
      [more, Booster.fromTrees(more.trees, { ...more, categoryTable: undefined })],
      [1, 1],
    );
    expect(cats(mixed.toJson())).toStrictEqual(cats(categories.ascii.json));
    // New texts of one column leave another one's whole numbers what they are.
    const [, known = [], whole] = initial.categoryNames;
    const categoryNames = [undefined, [...known, 'Z', 'yyy'], whole];
    const named = { ...data, binned: binMatrix({ ...matrix, categoryNames }) };
    const { booster: grown } = trainSync(named, {}, { rounds: 2, initial });
    expect(grown.categoryNames).toStrictEqual(categoryNames);
    expect(Booster.fromJson(grown.toJson()).categoryNames).toStrictEqual(categoryNames);
    expect(cats(grown.toJson())).toStrictEqual({
      enc: [
        { offsets: [], values: [] },
        {
          offsets: [0, 1, 4, 6, 6, 7, 8, 9, 10, 13],
          values: [...Buffer.from('za bq"mnoZyyy')],
        },
        { type: 15, values: [-4, 30, 1000] },
      ],
      feature_segments: [0, 0, 9, 12],
      sorted_idx: [3, 7, 1, 4, 5, 6, 2, 8, 0, 0, 1, 2],
    });
  });
});
