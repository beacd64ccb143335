import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { Booster } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
import { hasPeer, missingPeer, rowBytes, runPeer } from './support/peer.ts';

/** What the peer trains: settings, and what is special about its data. */
const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  plain: {},
  'a sigmoid of 2.5': { sigmoid: 2.5 },
  dart: { boosting: 'dart', drop_rate: 0.5 },
  goss: { data_sample_strategy: 'goss' },
  'a random forest': { boosting: 'rf', bagging_freq: 1, bagging_fraction: 0.6 },
  'cross entropy': { objective: 'cross_entropy' },
  'zero as missing': { zero_as_missing: true },
  regression: { objective: 'regression' },
  quantile: { objective: 'quantile' },
  'no missing values': { use_missing: false },
  'one category against the rest': { max_cat_to_onehot: 400 },
};

const script = `
import lightgbm as lgb
jobs = json.load(open(folder + '/jobs.json'))
x = read_matrix('x.bin', 6); probe = read_matrix('probe.bin', 6)
y = np.fromfile(folder + '/y.bin', dtype=np.float32)

def around_thresholds(text):
    """The first row, with one column set to every threshold on it and to both neighbours of that in float32."""
    rows = []
    for block in text.split('Tree=')[1:]:
        fields = dict(line.split('=', 1) for line in block.split('\\n') if '=' in line)
        for f, t, kind in zip(*[fields[k].split() for k in ['split_feature', 'threshold', 'decision_type']]):
            if int(kind) & 1: continue
            for value in [np.float32(t), np.nextafter(np.float32(t), np.float32(np.inf)),
                          np.nextafter(np.float32(t), np.float32(-np.inf))]:
                row = probe[len(rows) % 50].copy(); row[int(f)] = value; rows.append(row)
    return np.array(rows, dtype=np.float32)

answers = {}
for number, (name, extra) in enumerate(jobs.items()):
    params = {'objective': 'binary', 'num_leaves': 12, 'num_threads': 1, 'verbose': -1, 'min_data_in_leaf': 5,
              'min_data_per_group': 3, 'cat_smooth': 1, 'cat_l2': 1, **extra}
    booster = lgb.train(params, lgb.Dataset(x, y, categorical_feature=[3, 4]), 8)
    text = booster.model_to_string()
    rows = np.concatenate([probe, around_thresholds(text)])
    rows.tofile(folder + f'/rows-{number}.bin')
    answers[name] = {'text': text, 'predictions': booster.predict(rows),
                     'contributions': booster.predict(rows[:100], pred_contrib=True)}
answer(answers)
`;

interface Answer {
  readonly text: string;
  readonly predictions: number[];
  readonly contributions: number[];
}

const random = new Random(5, 'lightgbm');

/** Numbers with zeros, ties and gaps; categories of 6 and 200 levels, some of them negative. */
function makeMatrix(rows: number, strange: boolean): Matrix {
  const odd = [Infinity, -Infinity, 1e-36, -1e-36, 1e-35, -1e-35, 1e38, -0];
  const number = (): number => {
    const u = random.float();
    if (u < 0.15) return NaN;
    if (u < 0.4) return 0;
    if (strange && u < 0.5) return odd[random.integer(8)];
    return u < 0.7 ? Math.round(random.normal() * 4) / 4 : random.normal();
  };
  const category = (levels: number) => (): number => {
    const u = random.float();
    if (u < 0.1) return NaN;
    if (strange && u < 0.3) return [-1, -7, -1.5, levels + 3, 5000, 1.5, 3e9, Infinity][random.integer(8)];
    return random.integer(levels);
  };
  const makers = [number, number, number, category(6), category(200), number];
  return tableOf(makers.map((make) => Float32Array.from({ length: rows }, make)));
}

function tableOf(columns: Float32Array[]): Matrix {
  return {
    rowCount: columns[0].length,
    columns,
    featureNames: columns.map((_, f) => `Column_${f}`),
    featureTypes: ['q', 'q', 'q', 'c', 'c', 'q'],
  };
}

/** The matrix of a file of rows. */
function readRows(bytes: Uint8Array): Matrix {
  const values = new Float32Array(Uint8Array.from(bytes).buffer);
  return tableOf(
    Array.from({ length: 6 }, (_, f) =>
      Float32Array.from({ length: values.length / 6 }, (_, i) => values[i * 6 + f]),
    ),
  );
}

function makeLabels({ columns: [a, b, c, d, e], rowCount }: Matrix): Float32Array {
  return Float32Array.from({ length: rowCount }, (_, i) => {
    let margin = (a[i] || -0.8) * 1.2 - (b[i] || 1) * (c[i] > 0 ? 1 : -0.4);
    margin += d[i] % 2 === 0 ? 0.8 : -0.4;
    margin += e[i] % 5 < 2 ? 0.9 : -0.6;
    return random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
}

describe('a real LightGBM', () => {
  it('is there where it has to be', () => {
    expect(missingPeer('lightgbm')).toBe('');
  });

  it.runIf(hasPeer('lightgbm'))(
    'answers the same as we do with its models',
    () => {
      const matrix = makeMatrix(1200, false);
      const files = {
        'jobs.json': JSON.stringify(settings),
        'x.bin': rowBytes(matrix),
        'y.bin': new Uint8Array(makeLabels(matrix).buffer),
        'probe.bin': rowBytes(makeMatrix(600, true)),
      };
      const differences = runPeer<Record<string, Answer>, [string, number][]>(
        script,
        files,
        (answers, read) =>
          Object.keys(settings).flatMap((name, number): [string, number][] => {
            const { text, predictions, contributions } = answers[name];
            const booster = Booster.fromLightGbm(text);
            const rows = readRows(read(`rows-${number}.bin`));
            const ours = booster.contributions(rows).subarray(0, contributions.length);
            return [
              [`rows of ${name}`, rows.rowCount],
              [name, greatestDifference(booster.predict(rows), predictions)],
              // Where branches were copied their row counts are not known; averages and factors are not in these.
              ...(/boosting|sigmoid|zero_as/.test(JSON.stringify(settings[name]))
                ? []
                : [
                    [`contributions of ${name}`, greatestDifference(ours, contributions)] as [string, number],
                  ]),
            ];
          }),
      );
      expect(
        differences.filter(([name, value]) => (name.startsWith('rows') ? value < 600 : !(value < 1e-6))),
      ).toStrictEqual([]);
      expect(differences.length).toBeGreaterThan(25);
    },
    240_000,
  );
});
