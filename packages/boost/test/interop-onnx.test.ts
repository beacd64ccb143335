import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { Matrix } from '../src/index.ts';
import { greatestDifference, readFixture } from './support/fixtures.ts';
import { makeData, rowOf } from './support/made-data.ts';
import { hasPeer, missingPeer, rowBytes, runPeer } from './support/peer.ts';

/** What the peer does: scores every model, in one batch and row by row. */
const script = `
import onnxruntime
answers = {}
for name, features in json.load(open(folder + '/job.json')).items():
    session = onnxruntime.InferenceSession(folder + f'/{name}.onnx', providers=['CPUExecutionProvider'])
    x = read_matrix(f'{name}.bin', features)
    outputs = [output.name for output in session.get_outputs()]
    batch = dict(zip(outputs, session.run(None, {'input': x})))
    rows = [session.run(None, {'input': x[i:i + 1]})[-1] for i in range(min(5, len(x)))]
    answers[name] = {
        'outputs': outputs, 'label': batch.get('label', np.zeros(0)), 'last': batch[outputs[-1]],
        'rows': np.concatenate(rows) if rows else np.zeros(0), 'shape': list(batch[outputs[-1]].shape),
        'facts': session.get_modelmeta().custom_metadata_map,
    }
answer(answers)
`;

interface Answer {
  readonly outputs: string[];
  readonly label: number[];
  readonly last: number[];
  readonly rows: number[];
  readonly shape: number[];
  readonly facts: Record<string, string>;
}

const made = makeData({ rows: 800, numeric: 4, categories: [3, 17, 300], missing: 0.15 });
const { matrix, labels } = made;
const train = (rounds: number, from: Matrix = matrix): Booster =>
  trainSync({ binned: binMatrix(from), labels }, { max_depth: 6 }, { rounds }).booster;
const plain = train(12);
const random = new Random(11, 'onnx');

/** Every threshold with both neighbours, every kind of odd value, in rows that are ordinary otherwise. */
function probe(booster: Booster, table: Matrix): Matrix {
  const odd = [
    NaN,
    0,
    -0,
    Infinity,
    -Infinity,
    -1,
    -0.5,
    1.5,
    2.999,
    1e6,
    16777215,
    16777216,
    3e9,
    3.4e38,
    1e-45,
  ];
  const rows: Float32Array[] = [];
  const set = (feature: number, value: number): void => {
    const row = rowOf(table, random.integer(table.rowCount));
    row[feature] = value;
    rows.push(row);
  };
  for (let f = 0; f < table.columns.length; f++) for (const value of odd) set(f, value);
  for (const tree of booster.trees) {
    tree.lefts.forEach((left, node) => {
      if (left < 0 || tree.categorical[node] === 1) return;
      const bits = new Int32Array(Float32Array.of(tree.thresholds[node]).buffer);
      for (const step of [-1, 0, 1]) {
        set(tree.features[node], new Float32Array(Int32Array.of(bits[0] + step).buffer)[0]);
      }
    });
    for (const code of tree.categories) {
      const node = tree.categorical.indexOf(1);
      for (const value of [code, code + 0.5, code + 1]) set(tree.features[node], value);
    }
  }
  for (let i = 0; i < 50; i++) rows.push(rowOf(table, random.integer(table.rowCount)));
  const columns = table.columns.map((_, f) => Float32Array.from(rows, (row) => row[f]));
  return { ...table, rowCount: rows.length, columns };
}

/** A table that fits the columns of a model that came from a file. */
function tableFor(booster: Booster): Matrix {
  const { featureNames, featureTypes } = booster;
  const columns = featureTypes.map((type) =>
    Float32Array.from({ length: 100 }, () => {
      if (random.float() < 0.2) return NaN;
      return type === 'c' ? random.integer(12) : Math.round(random.normal() * 8) / 8;
    }),
  );
  return { rowCount: 100, columns, featureNames, featureTypes };
}

const single: Matrix = {
  rowCount: 800,
  columns: [Float32Array.from(matrix.columns[0])],
  featureNames: ['価格 💶'],
  featureTypes: ['q'],
};
const wideCodes: Matrix = {
  rowCount: 800,
  columns: [matrix.columns[6].map((code) => code * 50_000 + 7)],
  featureNames: ['code'],
  featureTypes: ['c'],
};
const { trees } = plain;
const leaf = { ...trees[0], ...oneLeaf(0.25) };
const lightGbm = readFixture<{ models: Record<string, { text: string }> }>('lightgbm-4.7.0').models;
const kinds = readFixture<{ models: Record<string, { json: string }> }>('xgboost-kinds-3.2.0').models;

/** A tree of one leaf, beside what its other fields are. */
function oneLeaf(
  value: number,
): Pick<Booster['trees'][0], 'lefts' | 'thresholds' | 'categorical' | 'categoryStarts'> {
  return {
    lefts: Int32Array.of(-1),
    thresholds: Float32Array.of(value),
    categorical: Uint8Array.of(0),
    categoryStarts: Int32Array.of(0, 0),
  };
}

/** A split whose set of categories is empty. */
function emptySet(): Booster {
  const tree = {
    features: Int32Array.of(4, 0, 0),
    thresholds: Float32Array.of(0, -1, 1),
    lefts: Int32Array.of(1, -1, -1),
    defaultLefts: Uint8Array.of(0, 0, 0),
    categorical: Uint8Array.of(1, 0, 0),
    categoryStarts: Int32Array.of(0, 0, 0, 0),
    categories: new Int32Array(0),
    gains: new Float32Array(3),
    covers: Float32Array.of(2, 1, 1),
    baseWeights: new Float32Array(3),
  };
  return Booster.fromTrees([tree], { ...plain, roundStarts: undefined });
}

const treeWeights = Float32Array.from(trees, (_, t) => (t % 2 === 0 ? 1 : 0.3));
const boosters: Readonly<Record<string, readonly [Booster, Matrix]>> = {
  plain: [plain, matrix],
  dart: [Booster.fromTrees(trees, { ...plain, treeWeights }), matrix],
  raw: [Booster.fromTrees(trees, { ...plain, objective: 'binary:logitraw', baseOutput: -2.5 }), matrix],
  fractions: [Booster.fromTrees(trees, { ...plain, objective: 'reg:logistic' }), matrix],
  regression: [Booster.fromTrees(trees, { ...plain, objective: 'reg:squarederror', baseOutput: 7 }), matrix],
  none: [plain.slice(0, 0), matrix],
  leaves: [Booster.fromTrees([leaf, trees[0], leaf], { ...plain, roundStarts: undefined }), matrix],
  emptySet: [emptySet(), matrix],
  oneColumn: [train(5, single), single],
  wideCodes: [train(5, wideCodes), wideCodes],
  ...Object.fromEntries(
    [
      ...['plain', 'scaled', 'zero', 'forest'].map(
        (name) => [`gbm-${name}`, Booster.fromLightGbm(lightGbm[name].text)] as const,
      ),
      ...['dart', 'squared error'].map(
        (name) => [`xgb-${name}`, Booster.fromJson(kinds[name].json)] as const,
      ),
    ].map(([name, booster]) => [name, [booster, tableFor(booster)] as const]),
  ),
};

describe('a real ONNX Runtime', () => {
  it('is there where it has to be', () => {
    expect(missingPeer('onnxruntime')).toBe('');
  });

  it.runIf(hasPeer('onnxruntime'))(
    'scores our models as we do: at thresholds, beside them, with gaps and any categories',
    () => {
      const files: Record<string, Uint8Array | string> = {};
      const probes = new Map<string, Matrix>();
      for (const [name, [booster, table]] of Object.entries(boosters)) {
        const rows = probe(booster, table);
        probes.set(name, rows);
        files[`${name}.onnx`] = booster.toOnnx();
        files[`${name}.bin`] = rowBytes(rows);
      }
      files['job.json'] = JSON.stringify(
        Object.fromEntries(
          Object.entries(boosters).map(([name, [booster]]) => [name, booster.featureNames.length]),
        ),
      );
      const answers = runPeer<Record<string, Answer>, Record<string, Answer>>(script, files, (all) => all);
      for (const [name, rows] of probes) {
        const [booster] = boosters[name];
        const { outputs, label, last, rows: first, shape, facts } = answers[name];
        const ours = [...booster.predict(rows)];
        const classifies = booster.objective === 'binary:logistic';
        expect(outputs).toStrictEqual(classifies ? ['label', 'probabilities'] : ['prediction']);
        expect(shape).toStrictEqual([rows.rowCount, classifies ? 2 : 1]);
        const theirs = classifies ? last.filter((_, i) => i % 2 === 1) : last;
        const scale = Math.max(1, ...ours.map(Math.abs));
        expect(greatestDifference(theirs, ours) / scale).toBeLessThan(1e-6);
        expect(greatestDifference(first, last.slice(0, first.length)) / scale).toBeLessThan(1e-6);
        const decided = theirs.map((probability) => (probability > 0.5 ? 1 : 0));
        expect(label).toStrictEqual(classifies ? decided : []);
        expect(JSON.parse(facts.feature_names)).toStrictEqual(booster.featureNames);
        expect([facts.objective, JSON.parse(facts.feature_types)]).toStrictEqual([
          booster.objective,
          booster.featureTypes,
        ]);
      }
    },
    240_000,
  );
});
