import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix, blendBoosters, Booster, encodeCategories, trainSync } from '../src/index.ts';
import type { Matrix, ParamsInput } from '../src/index.ts';
import { greatestDifference, readFixture } from './support/fixtures.ts';
import { makeData } from './support/made-data.ts';
import { hasPeer, missingPeer, rowBytes, runPeer } from './support/peer.ts';

/** What the peer does: answers with each of our files, trains models of its own and answers with those. */
const script = `
import xgboost as xgb
job = json.load(open(folder + '/job.json'))
x = read_matrix('x.bin', len(job['names']))
y = np.fromfile(folder + '/y.bin', dtype=np.float32)
d = xgb.DMatrix(x, y, feature_names=job['names'], feature_types=job['types'], enable_categorical=True)
ours = {}
for name in job['files']:
    booster = xgb.Booster(); booster.load_model(folder + '/' + name)
    ours[name] = {
        'margins': booster.predict(d, output_margin=True), 'predictions': booster.predict(d),
        'contributions': booster.predict(d, pred_contribs=True),
        'leaves': booster.predict(d, pred_leaf=True).astype(int),
        'gain': booster.get_score(importance_type='gain'), 'best': booster.attr('best_iteration'),
        'rounds': booster.num_boosted_rounds(), 'names': booster.feature_names, 'types': booster.feature_types,
        'last': booster.predict(d, output_margin=True, iteration_range=(0, booster.num_boosted_rounds() - 1)),
        'again': bytes(booster.save_raw('json')).decode(),
    }
theirs = {}
for name, extra in job['theirs'].items():
    label = y * 30 - 5 if extra.get('objective') == 'reg:squarederror' else y
    d.set_label(label)
    booster = xgb.train({'objective': 'binary:logistic', 'max_depth': 6, 'nthread': 1, **extra}, d, 8)
    booster.save_model(folder + f'/their-{name}.ubj'); booster.save_model(folder + f'/their-{name}.json')
    theirs[name] = booster.predict(d, output_margin=True)
continued = {}
for name in ['plain.ubj', 'trainedDart.json', 'trainedForest.ubj']:
    if name not in job['files']: continue
    d.set_label(y)
    first = xgb.Booster(); first.load_model(folder + '/' + name)
    kind = {'booster': 'dart', 'rate_drop': 0.5} if 'Dart' in name else {}
    trees = {'trainedDart.json': 2, 'trainedForest.ubj': 5}.get(name, 1)
    params = {'objective': 'binary:logistic', 'nthread': 1, 'num_parallel_tree': trees, **kind}
    more = xgb.train(params, d, 3, xgb_model=first)
    continued[name] = {'rounds': more.num_boosted_rounds(), 'margins': more.predict(d, output_margin=True),
                       'json': bytes(more.save_raw('json')).decode()}
answer({'ours': ours, 'theirs': theirs, 'continued': continued})
`;

interface Answers {
  readonly ours: Readonly<Record<string, Answer>>;
  readonly theirs: Readonly<Record<string, number[]>>;
  /** Our models after the peer has trained three more rounds. */
  readonly continued: Readonly<Record<string, { rounds: number; margins: number[]; json: string }>>;
}

interface Answer {
  readonly margins: number[];
  readonly predictions: number[];
  readonly contributions: number[];
  readonly leaves: number[];
  readonly gain: Record<string, number>;
  readonly best: string | null;
  readonly rounds: number;
  readonly names: string[];
  readonly types: string[];
  readonly last: number[];
  readonly again: string;
}

const made = makeData({ rows: 300, numeric: 5, categories: [3, 17, 200], missing: 0.15 });
const { labels } = made;
const featureNames = [
  'a b',
  'quote"',
  'back\\slash',
  'Größe',
  '価格 💶',
  'tab\tline\n',
  "it's",
  'a,b:{c}=d/e',
];
const matrix: Matrix = { ...made.matrix, featureNames };
const { booster: plain } = trainSync(
  { binned: binMatrix(matrix), labels, validationRows: Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
  { max_depth: 7, subsample: 0.8, colsample_bynode: 0.7, min_child_weight: 0.5, alpha: 0.1 },
  { rounds: 24, earlyStoppingRounds: 30, keepAll: true },
);

const train = (params: ParamsInput, rounds: number): Booster =>
  trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 4, ...params }, { rounds }).booster;

/** The same trees, put together in other ways; and what else can be trained. */
const random = new Random(9, 'weights');
const treeWeights = Float32Array.from({ length: 24 }, (_, t) => (t % 3 === 0 ? 1 : random.float() * 2));
const roundStarts = Int32Array.from({ length: 9 }, (_, round) => round * 3);
const alone: Readonly<Record<string, Booster>> = {
  plain,
  dart: Booster.fromTrees(plain.trees, { ...plain, treeWeights }),
  forest: Booster.fromTrees(plain.trees, { ...plain, roundStarts }),
  dartForest: Booster.fromTrees(plain.trees, { ...plain, treeWeights, roundStarts }),
  regression: Booster.fromTrees(plain.trees, { ...plain, objective: 'reg:squarederror', baseOutput: 7.25 }),
  fractions: Booster.fromTrees(plain.trees, { ...plain, objective: 'reg:logistic', baseOutput: 0.125 }),
  raw: Booster.fromTrees(plain.trees, { ...plain, objective: 'binary:logitraw', baseOutput: -2.5 }),
  trainedDart: train({ booster: 'dart', rate_drop: 0.4, num_parallel_tree: 2 }, 6),
  trainedForest: train({ num_parallel_tree: 5, subsample: 0.6, learning_rate: 1 }, 2),
  trainedRegression: train({ objective: 'reg:squarederror' }, 5),
  trainedRaw: train({ objective: 'binary:logitraw' }, 5),
};
const kinds = [alone.plain, alone.dartForest, alone.trainedDart, alone.trainedForest];
const boosters: Readonly<Record<string, Booster>> = {
  ...alone,
  blend: blendBoosters(kinds, [0.4, 0.1, 0.3, 0.2], 0.05),
  farBlend: blendBoosters(kinds, [0.4, 0.1, 0.3, 0.2], 7.5),
};

const theirSettings = {
  gbtree: {},
  dart: { booster: 'dart', rate_drop: 0.5 },
  forest: { num_parallel_tree: 3, subsample: 0.5 },
  regression: { objective: 'reg:squarederror' },
  lossguide: { grow_policy: 'lossguide', max_leaves: 40, max_depth: 0 },
  // XGBoost starts from 1e-6, and writes this.
  improbable: { base_score: 1e-9 },
};

/** What LightGBM trained, as models that XGBoost is to load: with infinite thresholds and sets of no categories too. */
const lightGbm = readFixture<{ models: Record<string, { text: string }> }>('lightgbm-4.7.0').models;
const translated: Readonly<Record<string, Booster>> = Object.fromEntries(
  Object.entries(lightGbm).map(([name, { text }]) => {
    const edges = text
      .replace(/threshold=\S+/, 'threshold=1e300')
      .replace(/cat_threshold=\S+/, 'cat_threshold=0');
    return [`lightgbm-${name}`, Booster.fromLightGbm(edges)];
  }),
);

function makeRows(booster: Booster): Matrix {
  const { featureNames: names, featureTypes: types } = booster;
  const random300 = new Random(12, 'rows');
  const columns = types.map((type) =>
    Float32Array.from({ length: 300 }, () => {
      if (random300.float() < 0.2) return NaN;
      if (random300.float() < 0.2) return 0;
      return type === 'c' ? random300.integer(45) : Math.round(random300.normal() * 10) / 10;
    }),
  );
  return { rowCount: 300, columns, featureNames: names, featureTypes: types };
}

/** Lets the peer load our models, in both formats, and answer; and train models of its own. */
function exchange<R>(
  table: Matrix,
  y: Float32Array,
  models: Readonly<Record<string, Booster>>,
  settings: Readonly<Record<string, object>>,
  use: (answers: Answers, read: (name: string) => Uint8Array) => R,
): R {
  const files: Record<string, Uint8Array | string> = {};
  for (const [name, booster] of Object.entries(models)) {
    files[`${name}.ubj`] = booster.toUbj();
    files[`${name}.json`] = booster.toJson();
  }
  const { featureNames: names, featureTypes: types } = table;
  const job = { names, types, files: Object.keys(files), theirs: settings };
  files['x.bin'] = rowBytes(table);
  files['y.bin'] = new Uint8Array(y.buffer);
  files['job.json'] = JSON.stringify(job);
  return runPeer(script, files, use);
}

/** Our model answers as the peer does with what we wrote, and with what it wrote again. */
function expectSame(booster: Booster, table: Matrix, answer: Answer): void {
  expect(greatestDifference(booster.predictMargin(table), answer.margins)).toBeLessThan(2e-6);
  expect(greatestDifference(booster.predict(table), answer.predictions)).toBeLessThan(2e-6);
  expect([...booster.predictLeaves(table)]).toStrictEqual(answer.leaves);
  expect([answer.names, answer.types]).toStrictEqual([booster.featureNames, booster.featureTypes]);
  expect(answer.rounds).toBe(booster.roundCount);
  const earlier = booster.slice(0, booster.roundCount - 1).predictMargin(table);
  expect(greatestDifference(earlier, answer.last)).toBeLessThan(2e-6);
  const back = Booster.fromJson(answer.again);
  expect(greatestDifference(back.predictMargin(table), answer.margins)).toBeLessThan(2e-6);
}

describe('a real XGBoost', () => {
  it('is there where it has to be', () => {
    expect(missingPeer('xgboost')).toBe('');
  });

  it.runIf(hasPeer('xgboost'))(
    'loads our models and answers the same, and we load its models',
    () => {
      exchange(matrix, labels, boosters, theirSettings, ({ ours, theirs, continued }, read) => {
        for (const [file, answer] of Object.entries(ours)) {
          const booster = boosters[file.split('.')[0]];
          expectSame(booster, matrix, answer);
          expect(greatestDifference(booster.contributions(matrix), answer.contributions)).toBeLessThan(1e-4);
          expect(answer.best ?? undefined).toBe(booster.bestIteration?.toString());
          for (const [name, gain] of booster.importance('gain')) {
            expect(Math.abs(answer.gain[name] / gain - 1)).toBeLessThan(1e-4);
          }
        }
        for (const [file, { rounds, margins, json }] of Object.entries(continued)) {
          expect(rounds).toBe(boosters[file.split('.')[0]].roundCount + 3);
          expect(greatestDifference(Booster.fromJson(json).predictMargin(matrix), margins)).toBeLessThan(
            2e-6,
          );
        }
        expect(Object.keys(continued).length).toBe(3);
        for (const name of Object.keys(theirSettings)) {
          const scale = Math.max(1, ...theirs[name].map(Math.abs));
          for (const booster of [
            Booster.fromUbj(read(`their-${name}.ubj`)),
            Booster.fromJson(Buffer.from(read(`their-${name}.json`)).toString()),
          ]) {
            const margins = booster.predictMargin(matrix);
            expect(greatestDifference(margins, theirs[name]) / scale).toBeLessThan(1e-6);
          }
        }
      });
    },
    240_000,
  );

  it.runIf(hasPeer('xgboost'))(
    "loads LightGBM's models that we have read",
    () => {
      const rows = makeRows(translated['lightgbm-plain']);
      const thresholds = Object.values(translated).flatMap(({ trees }) =>
        trees.flatMap((tree) => [...tree.thresholds]),
      );
      expect(thresholds).toContain(Infinity);
      exchange(rows, new Float32Array(300), translated, {}, ({ ours }) => {
        expect(Object.keys(ours).length).toBe(10);
        for (const [file, answer] of Object.entries(ours))
          expectSame(translated[file.split('.')[0]], rows, answer);
      });
    },
    240_000,
  );

  it.runIf(hasPeer('xgboost'))(
    'finds the categories in our files by their texts, whatever their order in the table',
    () => {
      const kinds = readFixture<{ categories: Record<string, { json: string }> }>(
        'xgboost-kinds-3.2.0',
      ).categories;
      const booster = Booster.fromJson(kinds.ascii.json);
      const files = {
        'original.json': kinds.ascii.json,
        'ours.json': booster.toJson(),
        'ours.ubj': booster.toUbj(),
      };
      const script = `
import pandas as pd, xgboost as xgb
texts = ['o', 'n', 'm', '', 'q"', 'a b', 'z']
table = pd.DataFrame({'a': np.linspace(-2, 2, 70), 'text': pd.Categorical(texts * 10, categories=texts),
                      'whole': pd.Categorical([1000, 30] * 35, categories=[1000, 30])})
answers = {}
for name in ['original.json', 'ours.json', 'ours.ubj']:
    booster = xgb.Booster(); booster.load_model(folder + '/' + name)
    answers[name] = booster.predict(xgb.DMatrix(table, enable_categorical=True), output_margin=True)
answer(answers)
`;
      const answers = runPeer<Record<string, number[]>, Record<string, number[]>>(
        script,
        files,
        (all) => all,
      );
      expect(answers['ours.json']).toStrictEqual(answers['original.json']);
      expect(answers['ours.ubj']).toStrictEqual(answers['original.json']);
      const code = (feature: number, text: string): number =>
        booster.categoryNames[feature]?.indexOf(text) ?? NaN;
      const texts = ['o', 'n', 'm', '', 'q"', 'a b', 'z'];
      const rows = Array.from({ length: 70 }, (_, i) =>
        Float32Array.of(-2 + (i * 4) / 69, code(1, texts[i % 7]), code(2, i % 2 === 0 ? '1000' : '30')),
      );
      const ours = rows.map((row) => booster.predictRow(row));
      expect(greatestDifference(ours, answers['original.json'])).toBeLessThan(1e-6);
    },
    240_000,
  );

  it.runIf(hasPeer('xgboost'))(
    'finds the categories of tables that were trained on here by their texts, also when XGBoost’s model was continued',
    () => {
      const kinds = readFixture<{ categories: Record<string, { json: string }> }>('xgboost-kinds-3.2.0');
      const initial = Booster.fromJson(kinds.categories.ascii.json);
      const [, texts = []] = initial.categoryNames;
      // The peer counts the bytes of texts beyond ASCII from version 3.3 on.
      const beyond = ['z', 'é', '', '価', 'zz', 'a b', 'q"'];
      const rowCount = 420;
      const drawn = (names: readonly string[]): string[] =>
        Array.from({ length: rowCount }, (_, i) => names[(i * 5 + (i % 3)) % 7]);
      const tableOf = (names: readonly string[]): Matrix => ({
        rowCount,
        columns: [
          Float32Array.from({ length: rowCount }, (_, i) => Math.sin(i)),
          encodeCategories(drawn(names), names),
          Float32Array.from({ length: rowCount }, (_, i) => i % 3),
        ],
        featureNames: initial.featureNames,
        featureTypes: ['q', 'c', 'c'],
      });
      const continuing = tableOf(texts);
      const named = { ...tableOf(beyond), categoryNames: [undefined, beyond, ['low', 'mid', 'top']] };
      const goal = drawn(beyond).map((text, i) => Number((text.length * 3 + (i % 5)) % 7 > 3));
      const data = { labels: Float32Array.from(goal), initialMargins: initial.predictMargin(continuing) };
      const continued = trainSync(
        { ...data, binned: binMatrix(continuing) },
        { max_cat_to_onehot: 3 },
        { rounds: 6, initial },
      ).booster;
      const { booster } = trainSync(
        { labels: data.labels, binned: binMatrix(named) },
        { max_cat_to_onehot: 3 },
        { rounds: 6 },
      );
      const ours = {
        'continued.json': continued.predictMargin(continuing),
        'continued.ubj': continued.predictMargin(continuing),
        'named.json': booster.predictMargin(named),
        'named.ubj': booster.predictMargin(named),
      };
      const files = {
        'continued.json': continued.toJson(),
        'continued.ubj': continued.toUbj(),
        'named.json': booster.toJson(),
        'named.ubj': booster.toUbj(),
        'texts.json': JSON.stringify({ continued: drawn(texts), named: drawn(beyond) }),
        'x.bin': new Uint8Array(continuing.columns[0].buffer),
      };
      const script = `
import pandas as pd, xgboost as xgb
texts = json.load(open(folder + '/texts.json'))
x = np.fromfile(folder + '/x.bin', dtype=np.float32)
whole = np.arange(len(x)) % 3
thirds = {'continued': pd.Categorical(np.array([-4, 30, 1000])[whole], categories=[1000, -4, 30]),
          'named': pd.Categorical(np.array(['low', 'mid', 'top'])[whole], categories=['top', 'low', 'mid'])}
answers = {}
for kind in ['continued', 'named']:
    text = pd.Categorical(texts[kind], categories=sorted(set(texts[kind]), reverse=True))
    table = pd.DataFrame({'a': x, 'text': text, 'whole': thirds[kind]})
    for end in ['.json', '.ubj']:
        booster = xgb.Booster(); booster.load_model(folder + '/' + kind + end)
        answers[kind + end] = booster.predict(xgb.DMatrix(table, enable_categorical=True), output_margin=True)
answer(answers)
`;
      const answers = runPeer<Record<string, number[]>, Record<string, number[]>>(
        script,
        files,
        (all) => all,
      );
      for (const [name, margins] of Object.entries(ours)) {
        expect(greatestDifference(margins, answers[name])).toBeLessThan(1e-6);
      }
    },
    240_000,
  );

  it.runIf(hasPeer('xgboost'))(
    'finds the categories of LightGBM’s models, texts and whole numbers, also when they were blended',
    () => {
      const { rows, models } = readFixture<{
        rows: readonly (readonly (number | null)[])[];
        models: { plain: { text: string } };
      }>('lightgbm-4.7.0');
      const booster = Booster.fromLightGbm(models.plain.text);
      const made = { single: booster, blend: blendBoosters([booster, booster], [0.25, 0.5]) };
      const files = Object.entries(made).flatMap(([name, model]): [string, string | Uint8Array][] => [
        [`${name}.json`, model.toJson()],
        [`${name}.ubj`, model.toUbj()],
      ]);
      const script = `
import pandas as pd, xgboost as xgb
rows = json.load(open(folder + '/rows.json'))
kinds = ['x', 'yé', 'z "q"', 'v']
pick = lambda f, values: [None if r[f] is None else values[int(r[f])] for r in rows]
number = lambda f: np.array([np.nan if r[f] is None else r[f] for r in rows], dtype=np.float32)
level = pd.Categorical(pick(3, list(range(100, 140))), categories=list(range(139, 99, -1)))
table = pd.DataFrame({'a_b': number(0), 'b': number(1), 'kind': pd.Categorical(pick(2, kinds), categories=sorted(kinds)),
                      'level': level, 'e': number(4)})
answers = {}
table = xgb.DMatrix(table, np.arange(len(rows)) % 2, enable_categorical=True)
for name in ['single.json', 'single.ubj', 'blend.json', 'blend.ubj']:
    booster = xgb.Booster(); booster.load_model(folder + '/' + name)
    answers[name] = booster.predict(table, output_margin=True)
first = xgb.Booster(); first.load_model(folder + '/single.ubj')
more = xgb.train({'objective': 'binary:logistic', 'nthread': 1, 'min_child_weight': 0}, table, 3, xgb_model=first)
answer({**answers, 'continued': more.predict(table, output_margin=True), 'json': bytes(more.save_raw('json')).decode()})
`;
      type Margins = Record<string, number[]> & { continued: number[] };
      const { json, ...answers } = runPeer<Margins & { json: string }, Margins & { json: string }>(
        script,
        { ...Object.fromEntries(files), 'rows.json': JSON.stringify(rows) },
        (all) => all,
      );
      const margins = (model: Booster): number[] =>
        rows.map((row) => model.predictRow(Float32Array.from(row, (value) => value ?? NaN)));
      for (const [name, model] of Object.entries(made)) {
        for (const end of ['.json', '.ubj']) {
          expect(greatestDifference(margins(model), answers[name + end])).toBeLessThan(1e-6);
        }
      }
      const continued = Booster.fromJson(json);
      expect(continued.roundCount).toBe(booster.roundCount + 3);
      expect(continued.categoryNames).toStrictEqual(booster.categoryNames);
      expect(greatestDifference(margins(continued), answers.continued)).toBeLessThan(1e-6);
    },
    240_000,
  );
});
