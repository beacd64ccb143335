import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { ParamsInput } from '../src/index.ts';
import { makeData } from './support/made-data.ts';
import { hasPeer, missingPeer, rowBytes, runPeer } from './support/peer.ts';

/** The peer grows one tree for each set of parameters. */
const script = `
import xgboost as xgb
job = json.load(open(folder + '/job.json'))
d = xgb.DMatrix(read_matrix('x.bin', len(job['types'])), np.fromfile(folder + '/y.bin', dtype=np.float32),
                feature_types=job['types'], enable_categorical=True)
for name, params in job['kinds'].items():
    booster = xgb.train({'objective': 'binary:logistic', 'tree_method': 'hist', 'nthread': 1, **params}, d, 1)
    booster.save_model(folder + f'/{name}.json')
answer({})
`;

const kinds: Readonly<Record<string, ParamsInput>> = {
  depthWise: { max_depth: 7 },
  leafWise: { max_depth: 0, max_leaves: 60, grow_policy: 'lossguide' },
  longestSets: { max_depth: 7, max_cat_threshold: 500 },
  heavyChildren: { max_depth: 7, min_child_weight: 8, lambda: 0.1 },
};

/** The gains of a tree's splits, greatest first. */
function gainsOf(booster: Booster): number[] {
  const [{ gains, lefts }] = booster.trees;
  return [...gains].filter((_, node) => lefts[node] >= 0).sort((a, b) => b - a);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe("XGBoost's own training", () => {
  it('can be asked where it has to be', () => {
    expect(missingPeer('xgboost')).toBe('');
  });

  // Most of the 60 levels are lighter than the least child in a deep node, or not there at all.
  it.runIf(hasPeer('xgboost'))(
    'finds the same splits, of columns of many levels too',
    () => {
      for (const seed of [1, 2, 3]) {
        const { matrix, labels } = makeData({ rows: 6000, categories: [9, 60, 60], skewed: true, seed });
        const whole = matrix.columns.map((column) => column.map((value) => Math.round(value * 4)));
        const table = { ...matrix, columns: whole };
        const files = {
          'x.bin': rowBytes(table),
          'y.bin': new Uint8Array(labels.buffer),
          'job.json': JSON.stringify({ types: table.featureTypes, kinds }),
        };
        const theirs = runPeer(script, files, (_, read) =>
          Object.keys(kinds).map((name) => Booster.fromJson(Buffer.from(read(`${name}.json`)).toString())),
        );
        const binned = binMatrix(table);
        for (const [i, params] of Object.values(kinds).entries()) {
          const ours = gainsOf(trainSync({ binned, labels }, params, { rounds: 1 }).booster);
          const expected = gainsOf(theirs[i]);
          // Cuts that are equally good may leave other rows to the next ones: hence a thousandth.
          const total = sum(expected);
          expect(Math.abs(sum(ours) - total) / total).toBeLessThan(1e-3);
          expect(Math.abs(ours.length - expected.length)).toBeLessThan(0.03 * expected.length);
          expect(ours[0] / expected[0]).toBeCloseTo(1, 5);
        }
      }
    },
    120_000,
  );
});
