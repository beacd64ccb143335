import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
import { makeData } from './support/made-data.ts';

const python = process.env.VERDICT_PEERS;
const needed = process.env.CI === 'true';

/** What the peer does: loads our two files, answers with each, trains a model of its own and answers with that. */
const script = `
import json, sys
import numpy as np, xgboost as xgb
folder = sys.argv[1]
job = json.load(open(folder + '/job.json'))
x = np.fromfile(folder + '/x.bin', dtype=np.float32).reshape(job['rows'], -1)
y = np.fromfile(folder + '/y.bin', dtype=np.float32)
d = xgb.DMatrix(x, y, feature_names=job['names'], feature_types=job['types'], enable_categorical=True)
answers = {}
for name in ['ours.ubj', 'ours.json']:
    booster = xgb.Booster(); booster.load_model(folder + '/' + name)
    answers[name] = {
        'margins': booster.predict(d, output_margin=True).tolist(),
        'contributions': booster.predict(d, pred_contribs=True).ravel().tolist(),
        'leaves': booster.predict(d, pred_leaf=True).astype(int).ravel().tolist(),
        'gain': booster.get_score(importance_type='gain'),
        'best': booster.attr('best_iteration'),
    }
theirs = xgb.train({'objective': 'binary:logistic', 'max_depth': 6, 'nthread': 1}, d, 10)
theirs.save_model(folder + '/theirs.ubj'); theirs.save_model(folder + '/theirs.json')
answers['theirs'] = theirs.predict(d, output_margin=True).tolist()
json.dump(answers, open(folder + '/answers.json', 'w'))
`;

interface Answers {
  readonly margins: number[];
  readonly contributions: number[];
  readonly leaves: number[];
  readonly gain: Record<string, number>;
  readonly best: string;
}

function runPeer(
  matrix: Matrix,
  labels: Float32Array,
  booster: Booster,
): {
  ours: Answers[];
  theirs: number[];
  theirFiles: [Uint8Array, string];
} {
  const folder = mkdtempSync(join(tmpdir(), 'verdict-interop-'));
  try {
    const rows = new Float32Array(matrix.rowCount * matrix.columns.length);
    matrix.columns.forEach((column, f) => {
      column.forEach((value, i) => (rows[i * matrix.columns.length + f] = value));
    });
    writeFileSync(join(folder, 'x.bin'), new Uint8Array(rows.buffer));
    writeFileSync(join(folder, 'y.bin'), new Uint8Array(labels.buffer));
    const { featureNames: names, featureTypes: types, rowCount } = matrix;
    writeFileSync(join(folder, 'job.json'), JSON.stringify({ rows: rowCount, names, types }));
    writeFileSync(join(folder, 'ours.ubj'), booster.toUbj());
    writeFileSync(join(folder, 'ours.json'), booster.toJson());
    const run = spawnSync(String(python), ['-c', script, folder], {
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    if (run.status !== 0) throw new Error(`The peer failed: ${run.stderr}${String(run.error ?? '')}`);
    const answers = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
    return {
      ours: [answers['ours.ubj'], answers['ours.json']],
      theirs: answers.theirs,
      theirFiles: [
        readFileSync(join(folder, 'theirs.ubj')),
        readFileSync(join(folder, 'theirs.json'), 'utf8'),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a real XGBoost', () => {
  it('is there where it has to be', () => {
    const missing =
      'Set VERDICT_PEERS to a Python that has xgboost: "node tools/peers.mjs" makes one and says how.';
    expect(python === undefined && needed ? missing : '').toBe('');
  });

  it.runIf(python !== undefined)('loads our models and answers the same, and we load its models', () => {
    const { matrix, labels } = makeData({ rows: 600, numeric: 5, categories: [3, 17, 200], missing: 0.15 });
    const { booster } = trainSync(
      { binned: binMatrix(matrix), labels, validationRows: Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
      { max_depth: 7, subsample: 0.8, colsample_bynode: 0.7, min_child_weight: 0.5, alpha: 0.1 },
      { rounds: 25, earlyStoppingRounds: 30, keepAll: true },
    );
    const { ours, theirs, theirFiles } = runPeer(matrix, labels, booster);
    for (const answer of ours) {
      expect(greatestDifference(booster.predictMargin(matrix), answer.margins)).toBeLessThan(1e-6);
      expect(greatestDifference(booster.contributions(matrix), answer.contributions)).toBeLessThan(1e-4);
      expect([...booster.predictLeaves(matrix)]).toStrictEqual(answer.leaves);
      expect(answer.best).toBe(String(booster.bestIteration));
      for (const [name, gain] of booster.importance('gain')) {
        expect(Math.abs(answer.gain[name] / gain - 1)).toBeLessThan(1e-4);
      }
    }
    const [ubj, json] = theirFiles;
    expect(greatestDifference(Booster.fromUbj(ubj).predictMargin(matrix), theirs)).toBeLessThan(1e-6);
    expect(greatestDifference(Booster.fromJson(json).predictMargin(matrix), theirs)).toBeLessThan(1e-6);
  });
});
