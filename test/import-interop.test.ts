import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { explain, importModel, predict } from 'verdict';
import type { ImportJob } from 'verdict';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { cells } from './support/output.ts';

const python = process.env['VERDICT_PEERS'];
const folder = scratchFolder();

/**
 * What data scientists do: pandas frames with gaps, whole numbers, booleans and categories, one-hot columns, early
 * stopping; XGBoost and LightGBM by their own interfaces and scikit-learn's. Each leaves a model, a sample and the
 * probabilities that it gives itself.
 */
const script = `
import json, sys
import numpy as np, pandas as pd, xgboost as xgb, lightgbm as lgb
folder = sys.argv[1]
rng = np.random.default_rng(5)
n = 600
plan = np.array(['basic', 'plus', 'pro', 'Zebra'])[rng.integers(0, 4, n)]
zone = rng.integers(7, 12, n)
f = pd.DataFrame({
    'age': rng.integers(18, 80, n).astype('int64'),
    'calls': np.where(rng.random(n) < 0.15, np.nan, rng.normal(5, 2, n)).astype('float32'),
    'plan': pd.Categorical(plan),
    'zone': pd.Categorical(zone),
    'paper': rng.random(n) < 0.4,
})
s = (plan == 'basic') * 1.5 + (zone % 2) - 0.5 + np.nan_to_num(f['calls'], nan=5) / 3 - f['age'] / 30 + f['paper'] * 0.5
y = (rng.random(n) < 1 / (1 + np.exp(-s.to_numpy()))).astype(int)
label = np.where(y == 1, 'yes', 'no')
sample = slice(300, n)

def leave(name, frame, probabilities):
    out = frame.iloc[sample].copy()
    out['left'] = label[sample]
    out.to_csv(f'{folder}/{name}.csv', index=False)
    with open(f'{folder}/{name}.answers.json', 'w') as file:
        json.dump([float(p) for p in probabilities], file)

hot = pd.get_dummies(f, columns=['plan', 'zone'])
x = xgb.XGBClassifier(n_estimators=80, max_depth=4, early_stopping_rounds=3, eval_metric='logloss', n_jobs=1)
x.fit(hot[:300], y[:300], eval_set=[(hot[300:], y[300:])], verbose=False)
x.save_model(f'{folder}/hot.ubj')
leave('hot', hot, x.predict_proba(hot[sample])[:, 1])
leave('hot-all', hot, x.get_booster().predict(xgb.DMatrix(hot[sample]), iteration_range=(0, 0)))

x = xgb.XGBClassifier(n_estimators=12, max_depth=5, max_cat_to_onehot=2, enable_categorical=True, n_jobs=1)
x.fit(f, y)
x.save_model(f'{folder}/cats.json')
leave('cats', f, x.predict_proba(f[sample])[:, 1])

# Codes alone, as older versions keep them.
d = xgb.DMatrix(f.assign(plan=f['plan'].cat.codes, zone=f['zone'].cat.codes).astype('float32'), y,
                feature_types=['int', 'q', 'c', 'c', 'i'], enable_categorical=True)
b = xgb.train({'objective': 'binary:logistic', 'max_cat_to_onehot': 2, 'nthread': 1}, d, 8)
b.save_model(f'{folder}/codes.json')
leave('codes', f, b.predict(d)[sample])

nameless = f[['age', 'calls', 'paper']].astype('float32')
x = xgb.XGBClassifier(n_estimators=9, booster='dart', rate_drop=0.4, n_jobs=1)
x.fit(nameless.to_numpy(), y)
x.save_model(f'{folder}/dart.json')
leave('dart', nameless, x.predict_proba(nameless.to_numpy())[sample, 1])

d = xgb.DMatrix(nameless, y)
b = xgb.train({'objective': 'binary:logitraw', 'base_score': 0.3, 'num_parallel_tree': 3, 'subsample': 0.6, 'nthread': 1}, d, 5)
b.save_model(f'{folder}/raw.ubj')
leave('raw', nameless, 1 / (1 + np.exp(-b.predict(d)[sample].astype(float))))

l = lgb.LGBMClassifier(n_estimators=20, min_child_samples=5, n_jobs=1, verbose=-1)
l.fit(f, y)
l.booster_.save_model(f'{folder}/lgb.txt')
leave('lgb', f, l.predict_proba(f[sample])[:, 1])

spaced = hot.rename(columns={'plan_basic': 'plan basic'})
l = lgb.LGBMClassifier(n_estimators=60, n_jobs=1, verbose=-1)
l.fit(spaced[:300], y[:300], eval_set=[(spaced[300:], y[300:])], callbacks=[lgb.early_stopping(3, verbose=False)])
l.booster_.save_model(f'{folder}/stopped.txt')
leave('stopped', spaced, l.predict_proba(spaced[sample])[:, 1])
`;

describe('models of real XGBoost and LightGBM', () => {
  it('are there where they have to be', () => {
    const needed = process.env['CI'] === 'true';
    const missing =
      'Set VERDICT_PEERS to a Python that has the peers: "node tools/peers.mjs" makes one and says how.';
    expect(python === undefined && needed ? missing : '').toBe('');
  });
});

describe.runIf(python !== undefined)('importing a model of', () => {
  beforeAll(() => {
    const run = spawnSync(String(python), ['-c', script, folder.path], {
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    if (run.status !== 0) throw new Error(`The peers failed: ${run.stderr}${String(run.error ?? '')}`);
  });

  it.each<[string, string, string, Partial<ImportJob>]>([
    ['XGBClassifier, stopped early, one-hot columns', 'hot', 'hot.ubj', {}],
    ['the same, all rounds as Booster', 'hot-all', 'hot.ubj', { iterations: 'all' }],
    ['XGBClassifier with the categories in the file', 'cats', 'cats.json', {}],
    ['XGBoost with codes, sorted as pandas does', 'codes', 'codes.json', { categories: 'sorted' }],
    [
      'XGBoost with codes, listed',
      'codes',
      'codes.json',
      { categories: { plan: ['Zebra', 'basic', 'plus', 'pro'], zone: [7, 8, 9, 10, 11] } },
    ],
    ['XGBoost DART without names', 'dart', 'dart.json', {}],
    ['XGBoost binary:logitraw, a forest a round', 'raw', 'raw.ubj', {}],
    ['LightGBM with pandas categories', 'lgb', 'lgb.txt', {}],
    ['LightGBM stopped early, with a blank in a name', 'stopped', 'stopped.txt', {}],
  ])('%s predicts the same', async (_, name, file, more) => {
    const sample = join(folder.path, `${name}.csv`);
    const out = join(folder.path, `${name}-out`);
    const { model, metrics } = await importModel({
      model: join(folder.path, file),
      sample,
      target: 'left',
      out,
      threads: 1,
      ...more,
    });
    const predictions = join(out, 'predictions.csv');
    await predict({ file: sample, model, out: predictions });
    const expected = JSON.parse(readFileSync(join(folder.path, `${name}.answers.json`), 'utf8')) as number[];
    const predicted = cells(readFileSync(predictions, 'utf8')).slice(1);
    expect(predicted).toHaveLength(expected.length);
    const farthest = Math.max(...expected.map((value, row) => Math.abs(Number(predicted[row][0]) - value)));
    expect(farthest).toBeLessThan(1e-6);
    expect(metrics.headline.metrics.rocAuc).toBeGreaterThan(0.6);
    // Workers explain a copy that has been written and read again.
    expect(metrics.importance.columns[0].permutation?.mean).toBeGreaterThan(0);
    const explained = await explain({ file: sample, model, row: 1 });
    if (explained.kind !== 'row') throw new Error('a row was asked for');
    const sum = explained.contributions.reduce((total, part) => total + part.contribution, explained.bias);
    expect(Math.abs(1 / (1 + Math.exp(-sum)) - expected[0])).toBeLessThan(1e-5);
    expect(metrics.findings.map(({ code }) => code)).not.toContain('UNKNOWN_CATEGORIES');
  });
});
