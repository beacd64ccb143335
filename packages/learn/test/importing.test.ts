import { readFileSync } from 'node:fs';
import { Booster } from '@verdict/boost';
import type { Column, ColumnType, Dataset, Schema } from '@verdict/core';
import { InvalidModel, VerdictError } from '@verdict/core';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { levelsOf } from '../src/importing/category-order.ts';
import { passThroughPlan } from '../src/importing/pass-through-plan.ts';
import {
  categoryOrders,
  createScorer,
  featureColumns,
  importOrigin,
  importTrees,
  openModel,
  openPool,
  readingTypes,
} from '../src/index.ts';
import type { CategoryOption, ImportedFeature, OpenedModel, SampleColumn } from '../src/index.ts';

interface XgboostFixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly margins: readonly number[];
  readonly json: string;
  readonly ubj: string;
}

interface LightGbmFixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly models: Readonly<
    Record<string, { readonly text: string; readonly predictions: readonly number[] }>
  >;
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../boost/test/fixtures/${name}.json`, import.meta.url), 'utf8'));
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const xgboost = fixture<XgboostFixture>('xgboost-3.2.0');
const lightgbm = fixture<LightGbmFixture>('lightgbm-4.7.0');
const names = ['a', 'count', 'kind', 'Größe "x"', 'e', 'f'];
const pool = openPool(1);
afterAll(() => pool.close());

function open(iterations?: 'best' | 'all' | number, json = xgboost.json): OpenedModel {
  return openModel(encode(json), 'model.json', 'in/model.json', iterations);
}

/** XGBoost's fixture with some of it changed. */
function changed(edit: (learner: Record<string, Record<string, unknown> & unknown[]>) => void): string {
  const document = JSON.parse(xgboost.json);
  edit(document.learner);
  return JSON.stringify(document);
}

/** What an error says, its hint included. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof VerdictError) return `${error.code} ${error.message} ${error.hint}`;
    throw error;
  }
  return 'nothing was refused';
}

const numbers = (name: string, values: readonly (number | null)[]): Column => ({
  kind: 'number',
  name,
  values: Float64Array.from(values, (value) => value ?? NaN),
});

/** Texts as a reader gives them: levels in an order of their own. */
function texts(name: string, values: readonly (string | null)[]): Column & { kind: 'code' } {
  const levels = [...new Set(values.filter((value) => value !== null))].toReversed();
  return {
    kind: 'code',
    name,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(value))),
    levels,
  };
}

/** The fixture's rows as a sample; the target is 1 where the margin is above the median. */
function sampleOf(
  columns: readonly Column[],
  margins: readonly number[],
): { dataset: Dataset; schema: Schema } {
  const median = margins.toSorted((a, b) => a - b)[margins.length >> 1];
  const target = texts(
    'y',
    margins.map((margin) => (margin > median ? 'yes' : 'no')),
  );
  const types = columns.map((column): ColumnType => (column.kind === 'code' ? 'category' : 'numeric'));
  return {
    dataset: { rowCount: margins.length, columns: [...columns, target] },
    schema: {
      columns: [
        ...columns.map(({ name }, i) => ({ name, type: types[i], role: 'feature' as const, optional: true })),
        { name: 'y', type: 'category', role: 'target', optional: false },
      ],
      target: { name: 'y', positive: 'yes', negative: 'no' },
    },
  };
}

const column = (rows: XgboostFixture['rows'], f: number): (number | null)[] => rows.map((row) => row[f]);

function featuresOf(
  model: OpenedModel,
  columns: readonly string[],
  option?: CategoryOption,
): ImportedFeature[] {
  const orders = categoryOrders(model.booster, columns, model.categories, option);
  return columns.map((column, f) => ({
    name: model.booster.featureNames[f],
    type: model.booster.featureTypes[f],
    column,
    ...(orders[f] === undefined ? {} : { order: orders[f] }),
  }));
}

const options = {
  sample: 'sample.csv',
  seed: 42,
  thresholdRule: { rule: 'mcc' } as const,
  fingerprint: 'f',
  pool,
};

describe('opening a model', () => {
  it.each(['1.7.6', '2.1.4', '3.2.0'])('says where a model of XGBoost %s comes from', (version) => {
    const { json, ubj } = fixture<XgboostFixture>(`xgboost-${version}`);
    for (const [format, bytes] of [
      ['xgboost-json', encode(json)],
      ['xgboost-ubj', Uint8Array.from(Buffer.from(ubj, 'base64'))],
    ] as const) {
      const { booster, origin, named } = openModel(bytes, 'm', '/some/where/m');
      expect(booster.featureNames).toEqual(names);
      expect(named).toBe(true);
      expect(origin).toEqual({
        file: 'm',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        format,
        version,
        objective: 'binary:logistic',
        roundsInFile: 6,
        rounds: 5,
        bestRounds: 5,
      });
    }
  });

  it('uses the rounds that are asked for; up to the best one unless told otherwise', () => {
    expect(open().booster.treeCount).toBe(5);
    expect(open('best').booster.treeCount).toBe(5);
    expect(open('all').booster.treeCount).toBe(6);
    expect(open(2).origin).toMatchObject({ rounds: 2, roundsInFile: 6, bestRounds: 5 });
    const bare = changed((learner) => delete (learner as Partial<typeof learner>)['attributes']);
    expect(open(undefined, bare).origin).toMatchObject({ rounds: 6, bestRounds: null });
    expect(refusal(() => open('best', bare))).toMatch(/iterations: .*the file names no best round/);
    for (const wrong of [0, 7, 1.5, NaN])
      expect(refusal(() => open(wrong))).toMatch(/best, all, or a whole number from 1 to 6/);
  });

  it('takes a file that was cut to its best round for what it is', () => {
    const cut = changed((learner) => (learner['attributes']['best_iteration'] = '9'));
    expect(open(undefined, cut).origin).toMatchObject({ rounds: 6, bestRounds: 6 });
  });

  it('names the file and the objective that it cannot use', () => {
    const regression = changed((learner) => {
      learner['objective']['name'] = 'reg:squarederror';
      learner['learner_model_param']['base_score'] = '5E-1';
    });
    expect(refusal(() => open('all', regression))).toMatch(
      /INVALID_MODEL in\/model.json: .*"reg:squarederror"/,
    );
    const ranking = changed((learner) => (learner['objective']['name'] = 'rank:pairwise'));
    expect(refusal(() => open('all', ranking))).toMatch(/INVALID_MODEL in\/model.json: .*"rank:pairwise"/);
    expect(refusal(() => open('all', 'what?'))).toMatch(/INVALID_MODEL in\/model.json: .*save_model/);
    expect(refusal(() => openModel(encode(lightgbm.models['regression'].text), 'm', 'in/m.txt'))).toMatch(
      /INVALID_MODEL in\/m.txt: .*regression/,
    );
  });

  it('refuses whatever bytes with InvalidModel', () => {
    const ubj = Uint8Array.from(Buffer.from(xgboost.ubj, 'base64'));
    const sources = [ubj, encode(xgboost.json), encode(lightgbm.models['plain'].text)];
    const refused = (bytes: Uint8Array): boolean => {
      try {
        return openModel(bytes, 'm', 'm').booster.treeCount >= 0;
      } catch (error) {
        if (error instanceof InvalidModel) return error.message.startsWith('m: ');
        throw error;
      }
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.boolean(),
        (source, at, byte, cut) => {
          const bytes = cut ? source.slice(0, at % source.length) : source.slice();
          if (!cut) bytes[at % bytes.length] = byte;
          expect(refused(bytes)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the origin of a bundle', () => {
  it('is what its metrics say under `imported`, if that is whole', () => {
    const { origin } = open();
    expect(importOrigin({ imported: origin })).toEqual(origin);
    expect(importOrigin({ imported: { ...origin, bestRounds: null } })).toMatchObject({ rounds: 5 });
    for (const metrics of [
      null,
      [],
      {},
      { imported: null },
      { imported: { ...origin, file: 3 } },
      { imported: { ...origin, format: 'pickle' } },
      { imported: { ...origin, rounds: '5' } },
    ]) {
      expect(importOrigin(metrics)).toBeUndefined();
    }
  });
});

describe('the columns of features', () => {
  const model = open();
  const sample = (...columns: string[]): SampleColumn[] =>
    columns.map((name) => ({ name, type: 'numeric' }) as const);
  const at = { sample: 's.csv', taken: ['y'] };

  it('are found by name, in whatever order', () => {
    const columns = sample('y', 'f', 'e', 'Größe "x"', 'more', 'kind', 'count', 'a');
    expect(featureColumns(model, columns, at)).toEqual({ columns: names, notes: [] });
  });

  it('are listed when they are missing, with what they seem to be made of', () => {
    expect(refusal(() => featureColumns(model, sample('y', 'a', 'e', 'f', 'Count'), at))).toMatch(
      /COLUMN_MISSING s.csv: 3 columns are missing: "count", "kind", "Größe "x"". The columns are: y, a/,
    );
    const one = sample('y', 'counts', 'kind', 'Größe "x"', 'e', 'f', 'a');
    expect(refusal(() => featureColumns(model, one, at))).toMatch(
      /there is no column "count". Did you mean "counts"\?/,
    );
    const encoded = changed((learner) => {
      learner['feature_names'].splice(0, 3, 'plan_basic', 'plan_plus', 'city=Rome');
    });
    const raw = sample('y', 'plan', 'city', 'cit', 'Größe "x"', 'e', 'f');
    expect(refusal(() => featureColumns(open('all', encoded), raw, at))).toMatch(
      /3 columns are missing.*Some look like "plan", "city" after one-hot encoding/,
    );
  });

  it('are not the target, nor the weight', () => {
    const columns = sample(...names, 'y');
    const refused = (...taken: string[]): string =>
      refusal(() => featureColumns(model, columns, { sample: 's', taken }));
    expect(refused('kind')).toMatch(/target: expected a column that is no feature of the model, got "kind"/);
    expect(refused('y', 'a')).toMatch(/weight: expected a column that is no feature/);
  });

  it('have blanks where LightGBM writes underscores', () => {
    const opened = openModel(encode(lightgbm.models['plain'].text), 'm', 'm');
    const columns = sample('a b', 'b', 'kind', 'level', 'e', 'y');
    expect(featureColumns(opened, columns, at).columns).toEqual(['a b', 'b', 'kind', 'level', 'e']);
    expect(refusal(() => featureColumns(opened, [...columns, ...sample('a\tb')], at))).toContain('"a_b"');
  });

  it('follow the order of the sample where the file has no names, and say so', () => {
    for (const list of [[], ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'], names.map((_, f) => `Column_${f}`)]) {
      const nameless = open(
        'all',
        changed((learner) => (learner['feature_names'] = list as never)),
      );
      const { columns, notes } = featureColumns(nameless, sample('u', 'v', 'y', 'w', 'x', 'z', 't'), at);
      expect(columns).toEqual(['u', 'v', 'w', 'x', 'z', 't']);
      expect(notes).toMatchObject([{ code: 'FEATURES_BY_ORDER', severity: 'warning' }]);
      expect(refusal(() => featureColumns(nameless, sample('u', 'v', 'y'), at))).toMatch(
        /INVALID_OPTION features: expected the 6 columns.*s.csv has 2 columns beside the target \("u", "v"\)/,
      );
      const f = sample(...names.map((_, i) => `f${5 - i}`), 'y');
      expect(featureColumns(nameless, f, at).columns).toHaveLength(6);
    }
  });

  it('may be given', () => {
    const given = ['f', 'e', 'c', 'd', 'b', 'a'];
    const columns = sample('a', 'b', 'c', 'd', 'e', 'f', 'y');
    const found = featureColumns(model, columns, { ...at, features: given });
    expect(found.columns).toEqual(given);
    // These are names of other features of the model.
    expect(found.notes).toMatchObject([
      { code: 'FEATURES_AGAINST_NAMES', severity: 'warning', columns: ['f', 'e', 'a'] },
    ]);
    const renamed = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(featureColumns(model, columns, { ...at, features: renamed }).notes).toEqual([]);
    const refused = (features: string[]): string =>
      refusal(() => featureColumns(model, columns, { ...at, features }));
    expect(refused(['a'])).toMatch(/the names of 6 columns/);
    expect(refused(['a', 'b', 'c', 'd', 'e', 'e'])).toMatch(/each column once, got "e"/);
    expect(refused(['a', 'b', 'c', 'd', 'e', 'y'])).toMatch(
      /COLUMN_MISSING s.csv: there is no column "y".*"y" is the target, which is no feature/,
    );
  });
});

describe('the types to read', () => {
  const feature = (column: string, order?: ImportedFeature['order']): ImportedFeature => ({
    name: column,
    type: order === undefined ? 'q' : 'c',
    column,
    ...(order === undefined ? {} : { order }),
  });

  it('are numbers, also of true and false, or text for categories', () => {
    const columns: SampleColumn[] = [
      { name: 'n', type: 'numeric' },
      { name: 'i', type: 'integer' },
      { name: 'b', type: 'boolean', values: ['True', 'False'] },
      { name: 'id', type: 'identifier' },
      { name: 'c0', type: 'constant', values: ['0'] },
      { name: 'cF', type: 'constant', values: ['False'] },
      { name: 'none', type: 'constant', values: [] },
      { name: 'k', type: 'datetime' },
      { name: 'code', type: 'integer' },
    ];
    const features = columns.map(({ name }) =>
      feature(name, name === 'k' ? { kind: 'sorted' } : name === 'code' ? { kind: 'codes' } : undefined),
    );
    expect([...readingTypes(features, columns, 's')]).toEqual([
      ['n', 'numeric'],
      ['i', 'integer'],
      ['b', 'boolean'],
      ['id', 'numeric'],
      ['c0', 'numeric'],
      ['cF', 'boolean'],
      ['none', 'numeric'],
      ['k', 'category'],
      ['code', 'integer'],
    ]);
  });

  it('refuse text, dates and other words at once', () => {
    const columns: SampleColumn[] = [
      { name: 'plan', type: 'category' },
      { name: 'since', type: 'datetime' },
      { name: 'paper', type: 'boolean', values: ['yes', 'no'] },
    ];
    const all = columns.map(({ name }) => feature(name));
    expect(refusal(() => readingTypes(all, columns, 's'))).toMatch(
      /INVALID_VALUE s, column "plan": expected numbers.*got "text".*So it is with "since", "paper"/,
    );
    expect(refusal(() => readingTypes(all.slice(1), columns, 's'))).toMatch(/got "dates"/);
    expect(refusal(() => readingTypes(all.slice(2), columns, 's'))).toMatch(/got "yes and no"/);
    expect(() => readingTypes([feature('other')], columns, 's')).toThrow(TypeError);
  });
});

describe('the order of categories', () => {
  const { booster, categories } = open('all');
  const kinds = ['x', 'y', 'z'];

  it('comes from the caller, the model or a rule, in this order', () => {
    const own = [undefined, undefined, kinds, undefined, undefined, undefined];
    expect(categoryOrders(booster, names, own, 'sorted')).toEqual([
      undefined,
      undefined,
      { kind: 'levels', levels: kinds, by: 'model' },
      { kind: 'sorted' },
      undefined,
      undefined,
    ]);
    expect(categoryOrders(booster, names, own, { kind: ['u'], 'Größe "x"': 'codes' }).slice(2, 4)).toEqual([
      { kind: 'levels', levels: ['u'], by: 'caller' },
      { kind: 'codes' },
    ]);
  });

  it('is asked for where nobody knows it', () => {
    expect(refusal(() => categoryOrders(booster, names, categories, undefined))).toMatch(
      /categories: expected the levels of "kind", "Größe "x"".*got nothing.*--categories FILE.json.*sorted.*codes/,
    );
    expect(refusal(() => categoryOrders(booster, names, categories, { kind: kinds }))).toMatch(
      /the levels of "Größe "x"" in/,
    );
  });

  it.each([
    ['a column that is no category', { a: ['x'] }, /a column that the model reads as a category: "kind"/],
    ['an unknown column', { constructor: ['x'] }, /a column that the model reads as a category/],
    ['no list', { kind: 'what' }, /sorted, codes, or a list of levels/],
    ['an empty list', { kind: [] }, /sorted, codes, or a list of levels/],
    ['a level twice', { kind: ['x', 'y', 'x'] }, /each level once, got "x"/],
    ['a level twice in another form', { kind: ['1', 1] }, /each level once, got 1/],
    ['no levels', { kind: ['x', null] }, /texts, numbers or booleans, got null/],
    ['NaN', { kind: [NaN] }, /texts, numbers or booleans/],
  ])('refuses %s', (_, option, message) => {
    const all = { 'Größe "x"': 'codes', ...option } as unknown as CategoryOption;
    expect(refusal(() => categoryOrders(booster, names, categories, all))).toMatch(message);
  });

  it('is left out for models of numbers', () => {
    const plain = Booster.fromTrees([], {
      featureNames: ['a'],
      featureTypes: ['q'],
      baseOutput: 0.5,
    });
    expect(categoryOrders(plain, ['a'], [undefined], 'sorted')).toEqual([undefined]);
    expect(refusal(() => categoryOrders(plain, ['a'], [undefined], { a: ['x'] }))).toMatch(/left out/);
  });

  it('sorts as pandas does: numbers by value, texts by code point', () => {
    const sorted = (...levels: string[]): string[] => levelsOf({ kind: 'sorted' }, texts('k', levels));
    expect(sorted('10', '9', '-1', '2.5')).toEqual(['-1', '2.5', '9', '10']);
    expect(sorted('b', 'a', 'B', '10', '9', 'é', '😀', '\uffee')).toEqual([
      '10',
      '9',
      'B',
      'a',
      'b',
      'é',
      '\uffee',
      '😀',
    ]);
    expect(sorted('True', 'False')).toEqual(['False', 'True']);
  });

  it('is spelled as the sample spells it', () => {
    const spelled = (levels: (string | number | boolean)[], ...sample: string[]): string[] =>
      levelsOf({ kind: 'levels', levels, by: 'caller' }, texts('k', sample));
    expect(spelled([1, 2, 3], '1.0', '2', '+3')).toEqual(['1.0', '2', '+3']);
    expect(spelled(['1', '2'], '1.0')).toEqual(['1.0', '2']);
    expect(spelled(['01', '1'], '1')).toEqual(['01', '1']);
    expect(spelled(['1', '1.0'], '1.0')).toEqual(['1', '1.0']);
    expect(spelled([false, true], 'TRUE', 'FALSE')).toEqual(['FALSE', 'TRUE']);
    expect(spelled(['False', 'True'], 'true')).toEqual(['False', 'true']);
    expect(spelled(['x', 'y'], 'X')).toEqual(['x', 'y']);
  });

  it('must cover the codes of the trees and know the values of the sample', () => {
    const opened = open('all');
    const texted = names.map((name, f) =>
      f === 2
        ? texts(
            name,
            column(xgboost.rows, f).map((code) => (code === null ? null : (kinds[code] ?? 'new'))),
          )
        : numbers(name, column(xgboost.rows, f)),
    );
    const { dataset, schema } = sampleOf(texted, xgboost.margins);
    const plan = (option: CategoryOption): ReturnType<typeof passThroughPlan> =>
      passThroughPlan(opened.booster, featuresOf(opened, names, option), dataset, schema, 's');
    const size = 'Größe "x"';
    expect(refusal(() => plan({ kind: ['x'], [size]: 'codes' }))).toMatch(
      /at least \d levels of "kind": the model knows code \d, but the list has 1 levels/,
    );
    expect(refusal(() => plan({ kind: ['X', 'Y', 'Z'], [size]: 'codes' }))).toMatch(
      /knows none of its values/,
    );
    expect(plan({ kind: kinds, [size]: 'codes' }).notes).toMatchObject([
      { code: 'UNKNOWN_CATEGORIES', column: 'kind', details: { levels: 1, rows: 1 } },
    ]);
    expect(plan({ kind: 'sorted', [size]: 'codes' }).notes).toMatchObject([
      { code: 'CATEGORIES_SORTED', columns: ['kind'] },
    ]);
  });

  it('refuses codes that are none', () => {
    const opened = open('all');
    const columns = names.map((name, f) => numbers(name, column(xgboost.rows, f)));
    const { dataset, schema } = sampleOf(columns, xgboost.margins);
    (dataset.columns[2] as Column & { kind: 'number' }).values[3] = 0.5;
    expect(
      refusal(() =>
        passThroughPlan(opened.booster, featuresOf(opened, names, 'codes'), dataset, schema, 's'),
      ),
    ).toMatch(/INVALID_VALUE s, column "kind": expected codes of categories.*got 0.5/);
  });
});

describe('an imported model', () => {
  const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));
  const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

  it.each(['1.7.6', '2.1.4', '3.2.0'])(
    'has the margins of XGBoost %s, for batches and rows',
    async (version) => {
      const { rows, margins, json } = fixture<XgboostFixture>(`xgboost-${version}`);
      const opened = open('all', json);
      const table = sampleOf(
        names.map((name, f) => numbers(name, column(rows, f))),
        margins,
      );
      const imported = await importTrees(opened, featuresOf(opened, names, 'codes'), table, options);
      const scorer = createScorer(imported.bundle);
      const scores = scorer.scoreBatch(table.dataset);
      expect(farthest(scores.margins, margins)).toBeLessThan(1e-6);
      expect(farthest(scores.probabilities, margins.map(sigmoid))).toBeLessThan(1e-6);
      rows.forEach((row, i) => {
        const record = Object.fromEntries(names.map((name, f) => [name, row[f]]));
        expect(scorer.scoreRow(record).margin).toBe(scores.margins[i]);
      });
      expect(imported.bundle.decision.blend).toEqual({
        members: [{ member: 'trees', weight: 1 }],
        offset: 0,
      });
      expect(imported.notes).toEqual([]);
      expect(imported.headline).toMatchObject({ source: 'sample', rows: 40 });
      expect(imported.headline.metrics.rocAuc).toBe(1);
      expect(imported.importance.map(({ column }) => column).toSorted()).toEqual(names.toSorted());
    },
  );

  it.each(['plain', 'scaled', 'zero', 'forest'])(
    'has the probabilities of LightGBM (%s), with the categories of its file',
    async (name) => {
      const { rows, models } = lightgbm;
      const kinds = ['x', 'yé', 'z "q"', 'v'];
      const opened = openModel(encode(models[name].text), 'model.txt', 'model.txt');
      const columns = [
        numbers('a b', column(rows, 0)),
        numbers('b', column(rows, 1)),
        texts(
          'kind',
          column(rows, 2).map((code) => (code === null ? null : kinds[code])),
        ),
        texts(
          'level',
          // As a table writes whole numbers with gaps.
          column(rows, 3).map((code) => (code === null ? null : `${100 + code}.0`)),
        ),
        numbers('e', column(rows, 4)),
      ];
      const { predictions } = models[name];
      const table = sampleOf(columns, predictions);
      const sample: SampleColumn[] = columns.map(({ name }) => ({ name, type: 'numeric' }));
      const found = featureColumns(opened, sample, { sample: 's', taken: ['y'] });
      const imported = await importTrees(opened, featuresOf(opened, found.columns), table, options);
      const { probabilities } = createScorer(imported.bundle).scoreBatch(table.dataset);
      expect(farthest(probabilities, predictions)).toBeLessThan(1e-6);
      expect(imported.origin).toMatchObject({ format: 'lightgbm-text', version: 'v4', bestRounds: null });
      expect(imported.notes).toEqual([]);
    },
  );

  it('is doubted where it ranks the wrong way round', async () => {
    const opened = open('all');
    const { dataset, schema } = sampleOf(
      names.map((name, f) => numbers(name, column(xgboost.rows, f))),
      xgboost.margins.map((margin) => -margin),
    );
    const features = featuresOf(opened, names, 'codes');
    const { notes } = await importTrees(opened, features, { dataset, schema }, options);
    expect(notes).toMatchObject([{ code: 'POSITIVE_CLASS_DOUBTFUL', severity: 'warning' }]);
    expect(notes[0].message).toContain('label 1 is probably "no"');
  });

  it('decides by costs, and by weights where rows have them', async () => {
    const opened = open('all');
    const table = sampleOf(
      names.map((name, f) => numbers(name, column(xgboost.rows, f))),
      xgboost.margins,
    );
    const features = featuresOf(opened, names, 'codes');
    const rule = { rule: 'cost', costFp: 1, costFn: 3 } as const;
    const byCost = await importTrees(opened, features, table, { ...options, thresholdRule: rule });
    expect(byCost.bundle.decision).toMatchObject({ threshold: 0.25, rule });
    expect(byCost.headline.worth?.model.cost).toBeCloseTo(byCost.chosen.threshold.score, 12);
    expect(byCost.headline.worth).not.toHaveProperty('logistic');
    const weighted = {
      dataset: {
        ...table.dataset,
        columns: [
          ...table.dataset.columns,
          numbers(
            'w',
            xgboost.rows.map((_, row) => row % 3),
          ),
        ],
      },
      schema: {
        ...table.schema,
        columns: [
          ...table.schema.columns,
          { name: 'w', type: 'numeric', role: 'weight', optional: false } as const,
        ],
      },
    };
    const { confusion } = (await importTrees(opened, features, weighted, options)).headline;
    expect(confusion.tp + confusion.fp + confusion.tn + confusion.fn).toBe(39);
  });
});
