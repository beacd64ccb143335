import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
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
    booster.save_model(folder + f'/{name}.ubj'); booster.save_model(folder + f'/{name}.json')
    theirs[name] = booster.predict(d, output_margin=True)
answer({'ours': ours, 'theirs': theirs})
`;

interface Answers {
  readonly ours: Readonly<Record<string, Answer>>;
  readonly theirs: Readonly<Record<string, number[]>>;
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

/** The same trees, put together in other ways. */
const random = new Random(9, 'weights');
const treeWeights = Float32Array.from({ length: 24 }, (_, t) => (t % 3 === 0 ? 1 : random.float() * 2));
const roundStarts = Int32Array.from({ length: 9 }, (_, round) => round * 3);
const boosters: Readonly<Record<string, Booster>> = {
  plain,
  dart: Booster.fromTrees(plain.trees, { ...plain, treeWeights }),
  forest: Booster.fromTrees(plain.trees, { ...plain, roundStarts }),
  dartForest: Booster.fromTrees(plain.trees, { ...plain, treeWeights, roundStarts }),
  regression: Booster.fromTrees(plain.trees, { ...plain, objective: 'reg:squarederror', baseOutput: 7.25 }),
  fractions: Booster.fromTrees(plain.trees, { ...plain, objective: 'reg:logistic', baseOutput: 0.125 }),
  raw: Booster.fromTrees(plain.trees, { ...plain, objective: 'binary:logitraw', baseOutput: -2.5 }),
};

const theirSettings = {
  gbtree: {},
  dart: { booster: 'dart', rate_drop: 0.5 },
  forest: { num_parallel_tree: 3, subsample: 0.5 },
  regression: { objective: 'reg:squarederror' },
  lossguide: { grow_policy: 'lossguide', max_leaves: 40, max_depth: 0 },
};

describe('a real XGBoost', () => {
  it('is there where it has to be', () => {
    expect(missingPeer('xgboost')).toBe('');
  });

  it.runIf(hasPeer('xgboost'))(
    'loads our models and answers the same, and we load its models',
    () => {
      const files: Record<string, Uint8Array | string> = {};
      for (const [name, booster] of Object.entries(boosters)) {
        files[`ours-${name}.ubj`] = booster.toUbj();
        files[`ours-${name}.json`] = booster.toJson();
      }
      const job = {
        names: featureNames,
        types: matrix.featureTypes,
        files: Object.keys(files),
        theirs: theirSettings,
      };
      files['x.bin'] = rowBytes(matrix);
      files['y.bin'] = new Uint8Array(labels.buffer);
      files['job.json'] = JSON.stringify(job);
      runPeer<Answers, void>(script, files, ({ ours, theirs }, read) => {
        for (const file of job.files) {
          const booster = boosters[file.split(/[-.]/)[1]];
          const answer = ours[file];
          expect(greatestDifference(booster.predictMargin(matrix), answer.margins)).toBeLessThan(2e-6);
          expect(greatestDifference(booster.predict(matrix), answer.predictions)).toBeLessThan(2e-6);
          expect(greatestDifference(booster.contributions(matrix), answer.contributions)).toBeLessThan(1e-4);
          expect([...booster.predictLeaves(matrix)]).toStrictEqual(answer.leaves);
          expect([answer.names, answer.types]).toStrictEqual([featureNames, matrix.featureTypes]);
          expect(answer.rounds).toBe(booster.roundCount);
          const earlier = booster.slice(0, booster.roundCount - 1).predictMargin(matrix);
          expect(greatestDifference(earlier, answer.last)).toBeLessThan(2e-6);
          expect(answer.best).toBe(String(booster.bestIteration));
          for (const [name, gain] of booster.importance('gain')) {
            expect(Math.abs(answer.gain[name] / gain - 1)).toBeLessThan(1e-4);
          }
          const back = Booster.fromJson(answer.again);
          expect(greatestDifference(back.predictMargin(matrix), answer.margins)).toBeLessThan(2e-6);
        }
        for (const name of Object.keys(theirSettings)) {
          const scale = Math.max(1, ...theirs[name].map(Math.abs));
          for (const booster of [
            Booster.fromUbj(read(`${name}.ubj`)),
            Booster.fromJson(Buffer.from(read(`${name}.json`)).toString()),
          ]) {
            expect(greatestDifference(booster.predictMargin(matrix), theirs[name]) / scale).toBeLessThan(
              1e-6,
            );
          }
        }
      });
    },
    240_000,
  );
});
