import { describe, expect, it } from 'vitest';
import { InsufficientData, Interrupted, InvalidOption, InvalidValue, OutOfResources } from '@verdict/core';
import { bagBoosters, binMatrix, train, trainSync } from '../src/index.ts';
import type { ParamsInput, TrainingOptions } from '../src/index.ts';
import { findMetric } from '../src/metrics.ts';
import { fixtureMatrix, greatestDifference, readFixture } from './support/fixtures.ts';
import type { QualityFixture } from './support/fixtures.ts';
import { makeData, numericMatrix, range, rowOf } from './support/made-data.ts';

const made = makeData({ rows: 900, categories: [3, 15], missing: 0.1 });
const binned = binMatrix(made.matrix);
const { labels } = made;
const rows = range(600);
const validationRows = range(300, 600);
const fold = { binned, labels, rows, validationRows };

describe('quality', () => {
  it('is that of XGBoost with the same parameters on a made set with gaps and categories', () => {
    const fixture = readFixture<QualityFixture>('quality');
    const matrix = fixtureMatrix(fixture.rows);
    const truth = Float32Array.from(fixture.labels);
    const cut = binMatrix(matrix);
    const all = [...range(matrix.rowCount)];
    const differences = fixture.folds.map((expected, held) => {
      const result = trainSync(
        {
          binned: cut,
          labels: truth,
          rows: Uint32Array.from(all.filter((row) => row % 4 !== held)),
          validationRows: Uint32Array.from(all.filter((row) => row % 4 === held)),
        },
        { learning_rate: 0.1, max_depth: 4 },
        { rounds: 60 },
      );
      const answers = Float32Array.from(
        all.filter((row) => row % 4 === held),
        (row) => truth[row],
      );
      const auc = findMetric('auc').evaluate(
        result.validationMargins ?? new Float32Array(0),
        answers,
        undefined,
      );
      return [auc - expected.auc, (result.history.validation?.at(-1) ?? NaN) - expected.logloss];
    });
    const mean = (at: number): number => differences.reduce((sum, d) => sum + d[at], 0) / differences.length;
    expect(mean(0)).toBeGreaterThan(-0.005);
    expect(mean(1)).toBeLessThan(0.008);
  });
});

describe('determinism', () => {
  const params: ParamsInput = {
    subsample: 0.7,
    colsample_bytree: 0.7,
    colsample_bylevel: 0.8,
    colsample_bynode: 0.8,
    seed: 5,
  };

  it('gives the same bytes for the same seed and others for another', () => {
    const [a, b, c] = [params, params, { ...params, seed: 6 }].map((p) =>
      Buffer.from(trainSync(fold, p, { rounds: 12 }).booster.toUbj()),
    );
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(false);
  });

  it('does not depend on where the rows lie: a subset equals its own matrix', () => {
    const shuffled = Uint32Array.from(rows, (row) => (row * 7) % 600);
    const matrix = {
      ...made.matrix,
      rowCount: 900,
      columns: made.matrix.columns.map((c) => Float32Array.from(c, (_, i) => c[i < 600 ? shuffled[i] : i])),
    };
    const moved = Float32Array.from(labels, (_, i) => labels[i < 600 ? shuffled[i] : i]);
    const a = trainSync({ ...fold, rows: shuffled }, params, { rounds: 5 });
    const b = trainSync({ binned: binMatrix(matrix), labels: moved, rows, validationRows }, params, {
      rounds: 5,
    });
    expect(Buffer.compare(a.booster.toUbj(), b.booster.toUbj())).toBe(0);
  });

  it('does not care for a monotone change of a column', () => {
    const columns = made.matrix.columns.slice(0, 3);
    const stretched = columns.map((column) => column.map((v) => v ** 3 + 1000 * v));
    const [a, b] = [columns, stretched].map((c) =>
      trainSync({ binned: binMatrix(numericMatrix(c)), labels }, {}, { rounds: 10 }),
    );
    expect(b.booster.predictMargin(numericMatrix(stretched))).toStrictEqual(
      a.booster.predictMargin(numericMatrix(columns)),
    );
  });

  it('does not change much when the rows are permuted', () => {
    const order = Uint32Array.from(range(900), (row) => (row * 631) % 900);
    const a = trainSync({ binned, labels }, { max_depth: 3 }, { rounds: 1 }).booster.trees[0];
    const b = trainSync({ binned, labels, rows: order }, { max_depth: 3 }, { rounds: 1 }).booster.trees[0];
    expect([...b.features]).toStrictEqual([...a.features]);
    expect(greatestDifference(b.thresholds, a.thresholds)).toBeLessThan(1e-4);
  });
});

describe('prediction', () => {
  const { booster, validationMargins } = trainSync(fold, { max_depth: 5 }, { rounds: 20 });

  it('of rows, batches, bins and of training itself is one number', () => {
    const margins = booster.predictMargin(made.matrix);
    expect(Float32Array.from(range(900), (row) => booster.predictRow(rowOf(made.matrix, row)))).toStrictEqual(
      margins,
    );
    expect(booster.predictBinned(binned)).toStrictEqual(margins);
    expect(booster.predictBinned(binned, validationRows)).toStrictEqual(validationMargins);
    expect(validationMargins).toStrictEqual(margins.slice(600));
    const few = { ...made.matrix, rowCount: 5, columns: made.matrix.columns.map((c) => c.slice(0, 5)) };
    expect(booster.predictMargin(few)).toStrictEqual(margins.slice(0, 5));
    expect(booster.predictProbability(few)[2]).toBeCloseTo(1 / (1 + Math.exp(-margins[2])), 6);
  });

  it('after fewer rounds is that of a slice', () => {
    expect(booster.predictBinned(binned, validationRows, 7)).toStrictEqual(
      booster.slice(0, 7).predictBinned(binned, validationRows),
    );
    const rest = booster.slice(7, 20).predictMargin(made.matrix, {
      baseMargin: booster.slice(0, 7).predictMargin(made.matrix),
    });
    expect(rest).toStrictEqual(booster.predictMargin(made.matrix));
  });

  it('sends missing, unseen and impossible values somewhere', () => {
    for (const value of [NaN, Infinity, -Infinity, -1, 1e9, 2.5, 16777216]) {
      const row = new Float32Array(6).fill(value);
      const batch = {
        ...made.matrix,
        rowCount: 20,
        columns: Array.from(row, (v) => new Float32Array(20).fill(v)),
      };
      expect(booster.predictMargin(batch)[19]).toBe(booster.predictRow(row));
    }
  });

  it('refuses columns that are not the model’s', () => {
    const { matrix } = made;
    const attempts = [
      () => booster.predictMargin({ ...matrix, featureNames: [...matrix.featureNames].reverse() }),
      () => booster.predictMargin(numericMatrix([new Float32Array(3)])),
      () => booster.predictMargin({ ...matrix, rowCount: 3 }),
      () => booster.predictMargin(matrix, { baseMargin: new Float32Array(1) }),
      () => booster.predictRow(new Float32Array(2)),
      () => booster.predictBinned(binned, Uint32Array.of(900)),
      () => booster.predictBinned(binned, rows, 21),
      () => booster.predictBinned(binMatrix(matrix, { maxBin: 7 })),
      () => booster.slice(3, 2),
      () => bagBoosters([]),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(InvalidOption);
  });

  it('of a bag is the mean', () => {
    const other = trainSync(fold, { max_depth: 2, base_score: 0.2 }, { rounds: 9 }).booster;
    const bag = bagBoosters([booster, other]);
    const [a, b] = [booster, other].map((part) => part.predictMargin(made.matrix));
    const mean = a.map((margin, i) => (margin + b[i]) / 2);
    expect(greatestDifference(bag.predictMargin(made.matrix), mean)).toBeLessThan(1e-5);
    expect(bag.treeCount).toBe(29);
    expect(bagBoosters([booster])).toBe(booster);
    const stranger = trainSync(
      { binned: binMatrix(numericMatrix([new Float32Array(2)])), labels: Float32Array.of(0, 1) },
      {},
      { rounds: 1 },
    );
    expect(() => bagBoosters([booster, stranger.booster])).toThrow(InvalidOption);
  });
});

describe('early stopping', () => {
  const options: TrainingOptions = { rounds: 200, earlyStoppingRounds: 5, evaluateTraining: true };

  it('keeps the best round and its margins', () => {
    const result = trainSync(fold, { max_depth: 6 }, options);
    const history = result.history.validation ?? new Float64Array(0);
    expect(history.length).toBe(result.bestIteration + 6);
    expect(Math.min(...history)).toBe(history[result.bestIteration]);
    expect(result.history.training?.length).toBe(history.length);
    expect(result.booster.treeCount).toBe(result.bestIteration + 1);
    expect(result.booster.bestIteration).toBe(result.bestIteration);
    expect(result.booster.predictBinned(binned, validationRows)).toStrictEqual(result.validationMargins);
    const all = trainSync(fold, { max_depth: 6 }, { ...options, keepAll: true });
    expect(all.booster.treeCount).toBe(history.length);
    expect(all.validationMargins).toStrictEqual(result.validationMargins);
  });

  it('follows AUC upwards and error downwards', () => {
    const [aucRound, auc] = bestOf('auc');
    expect(auc[aucRound]).toBe(Math.max(...auc));
    const [errorRound, error] = bestOf('error');
    expect(error[errorRound]).toBe(Math.min(...error));
  });

  it('needs validation rows, and classes where it follows AUC', () => {
    expect(() => trainSync({ binned, labels }, {}, options)).toThrow(InvalidOption);
    const ones = new Float32Array(900).fill(1);
    expect(() => trainSync({ ...fold, labels: ones }, {}, { rounds: 1, metric: 'auc' })).toThrow(/one class/);
    const training = { rounds: 1, metric: 'auc', evaluateTraining: true } as const;
    expect(() => trainSync({ binned, labels: ones }, {}, training)).toThrow(/one class/);
  });

  it('stops when the callback says so, or the signal', () => {
    const seen: number[] = [];
    const result = trainSync(
      fold,
      {},
      {
        rounds: 50,
        onRound: ({ round }) => {
          seen.push(round);
          return round < 3 ? undefined : false;
        },
      },
    );
    expect(seen).toStrictEqual([0, 1, 2, 3]);
    expect(result.booster.treeCount).toBe(4);
    expect(() => trainSync(fold, {}, { rounds: 5, signal: AbortSignal.abort() })).toThrow(Interrupted);
    const controller = new AbortController();
    const onRound = (): void => controller.abort();
    expect(() => trainSync(fold, {}, { rounds: 5, onRound, signal: controller.signal })).toThrow(Interrupted);
  });
});

describe('training in a thread', () => {
  it('gives the bytes of training in place', async () => {
    const options = { rounds: 8, earlyStoppingRounds: 3, keepAll: true };
    const there = await train(fold, { subsample: 0.5 }, options);
    const here = trainSync(fold, { subsample: 0.5 }, options);
    expect(Buffer.compare(there.booster.toUbj(), here.booster.toUbj())).toBe(0);
    expect(there.validationMargins).toStrictEqual(here.validationMargins);
    expect(there.history.validation).toStrictEqual(here.history.validation);
  });

  it('reports rounds, stops when told, and passes on what the callback throws', async () => {
    const seen: number[] = [];
    const stopped = await train(
      fold,
      {},
      {
        rounds: 30,
        onRound: ({ round }) => {
          seen.push(round);
          return round < 2 ? undefined : false;
        },
      },
    );
    expect(seen).toStrictEqual([0, 1, 2]);
    expect(stopped.booster.treeCount).toBe(3);
    await expect(train(fold, {}, { rounds: 3, onRound: complain })).rejects.toThrow('mine');
  });

  it('can be aborted, and checks before it starts', async () => {
    const signal = AbortSignal.timeout(100);
    await expect(train(fold, {}, { rounds: 1e6, signal })).rejects.toThrow(Interrupted);
    await expect(train(fold, {}, { rounds: 1, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
    await expect(train(fold, { max_depth: -1 }, { rounds: 1 })).rejects.toThrow(InvalidOption);
  });
});

describe('what does not fit', () => {
  it('is said from the thread too', async () => {
    const wide = binMatrix(numericMatrix(Array.from({ length: 1000 }, () => Float32Array.of(1, 2))));
    const data = { binned: wide, labels: Float32Array.of(0, 1), rows: new Uint32Array(4_400_000) };
    await expect(train(data, {}, { rounds: 1 })).rejects.toThrow(OutOfResources);
  });
});

describe('parameters', () => {
  it('limit the trees', () => {
    const full = nodeCount({});
    for (const params of [
      { max_depth: 3 },
      { gamma: 3 },
      { min_child_weight: 20 },
      { lambda: 100 },
      { alpha: 20 },
    ]) {
      expect(nodeCount(params)).toBeLessThan(full);
    }
    expect(nodeCount({ max_leaves: 5 })).toBe(3 * 9);
    expect(nodeCount({ max_leaves: 5, max_depth: 0, grow_policy: 'lossguide' })).toBe(3 * 9);
    expect(nodeCount({ max_leaves: 2 })).toBe(3 * 3);
  });

  it('have aliases', () => {
    const long = bytesOf({ learning_rate: 0.2, lambda: 3, alpha: 1, gamma: 0.5 });
    expect(bytesOf({ eta: 0.2, reg_lambda: 3, reg_alpha: 1, min_split_loss: 0.5 }).equals(long)).toBe(true);
  });

  it('smooth and group categories', () => {
    const plain = listedCategories({});
    for (const params of [
      { cat_smooth: 30 },
      { cat_l2: 50 },
      { min_data_per_group: 30 },
      { max_cat_threshold: 1 },
    ]) {
      expect(listedCategories(params)).not.toBe(plain);
    }
  });

  it('weigh: a weight of 2 is a row twice, a weight of 0 no row', () => {
    const weights = Float32Array.from(range(900), (i) => (i < 200 ? 2 : i < 400 ? 0 : 1));
    const twice = Uint32Array.from([...range(200), ...range(200), ...range(200, 400)]);
    const a = trainSync({ ...fold, weights }, { max_depth: 3 }, { rounds: 4 });
    const b = trainSync({ ...fold, rows: twice }, { max_depth: 3 }, { rounds: 4 });
    expect(a.booster.baseScore).toBeCloseTo(b.booster.baseScore, 6);
    const difference = greatestDifference(a.validationMargins ?? [], b.validationMargins ?? [NaN]);
    expect(difference).toBeLessThan(1e-3);
  });

  it('start where XGBoost starts', () => {
    const start = (params: ParamsInput): number =>
      trainSync({ binned, labels }, params, { rounds: 1 }).booster.baseScore;
    const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    expect(start({})).toBeCloseTo(Math.log(share / (1 - share)), 5);
    expect(start({ base_score: 0.25 })).toBeCloseTo(Math.log(1 / 3), 6);
    const heavy = (share * 3) / (share * 3 + 1 - share);
    expect(start({ scale_pos_weight: 3 })).toBeCloseTo((heavy - 0.5) * 4, 5);
  });

  it('continue from given margins', () => {
    const first = trainSync({ binned, labels }, {}, { rounds: 5 }).booster;
    const baseMargin = first.predictMargin(made.matrix);
    const second = trainSync({ ...fold, rows: range(900), baseMargin }, {}, { rounds: 5 });
    const whole = trainSync({ binned, labels }, {}, { rounds: 10 }).booster;
    const loss = (margins: Float32Array): number =>
      findMetric('logloss').evaluate(margins, labels, undefined);
    const continued = second.booster.predictMargin(made.matrix, { baseMargin });
    expect(second.booster.baseOutput).toBe(0.5);
    expect(continued.slice(600)).toStrictEqual(second.validationMargins);
    expect(Math.abs(loss(continued) - loss(whole.predictMargin(made.matrix)))).toBeLessThan(0.02);
  });

  const wrong: readonly Record<string, unknown>[] = [
    { maxdepth: 3 },
    { max_depth: -1 },
    { max_depth: 2.5 },
    { max_depth: 0 },
    { max_leaves: 1 },
    { learning_rate: 0 },
    { learning_rate: NaN },
    { subsample: 0 },
    { subsample: 1.1 },
    { colsample_bynode: '1' },
    { objective: 'reg:absoluteerror' },
    { grow_policy: 'best' },
    { lambda: -1 },
    { gamma: Infinity },
    { base_score: 1 },
    { seed: -1 },
    { eta: 0.1, learning_rate: 0.1 },
    { toString: 1 },
  ];

  it.each(wrong)('%o is refused', (params) => {
    expect(() => trainSync(fold, params as ParamsInput, { rounds: 1 })).toThrow(InvalidOption);
  });

  it.each([
    ['n_estimators', /rounds/],
    ['max_bin', /maxBin/],
    ['max_dept', /did you mean max_depth/],
    ['Learning_Rate', /did you mean learning_rate/],
    ['frobnicate', /one of the parameters objective, booster/],
  ])('of the name %s get a hint', (name, text) => {
    expect(() => trainSync(fold, { [name]: 1 } as ParamsInput, { rounds: 1 })).toThrow(text);
  });

  it('take undefined for the default', () => {
    expect(nodeCount({ max_depth: undefined } as unknown as ParamsInput)).toBe(nodeCount({}));
  });
});

describe('input that cannot be', () => {
  const bad: readonly (readonly [string, () => unknown, new (...args: never[]) => Error])[] = [
    ['no rounds', () => trainSync(fold, {}, { rounds: 0 }), InvalidOption],
    ['a metric', () => trainSync(fold, {}, { rounds: 1, metric: 'gini' as 'auc' }), InvalidOption],
    ['labels', () => trainSync({ ...fold, labels: labels.slice(1) }, {}, { rounds: 1 }), InvalidOption],
    [
      'a label of 2',
      () => trainSync({ binned, labels: labels.map(() => 2) }, {}, { rounds: 1 }),
      InvalidValue,
    ],
    [
      'a missing label',
      () => trainSync({ ...fold, labels: labels.map(() => NaN) }, {}, { rounds: 1 }),
      InvalidValue,
    ],
    ['a row', () => trainSync({ ...fold, rows: Uint32Array.of(900) }, {}, { rounds: 1 }), InvalidOption],
    ['no row', () => trainSync({ ...fold, rows: new Uint32Array(0) }, {}, { rounds: 1 }), InsufficientData],
    ['weights', () => trainSync({ ...fold, weights: new Float32Array(3) }, {}, { rounds: 1 }), InvalidOption],
    [
      'negative weights',
      () => trainSync({ ...fold, weights: labels.map(() => -1) }, {}, { rounds: 1 }),
      InvalidValue,
    ],
    [
      'infinite weights',
      () => trainSync({ ...fold, weights: labels.map(() => Infinity) }, {}, { rounds: 1 }),
      InvalidValue,
    ],
    [
      'no weight',
      () => trainSync({ ...fold, weights: new Float32Array(900) }, {}, { rounds: 1 }),
      InsufficientData,
    ],
    [
      'weights too large',
      () => trainSync({ ...fold, weights: labels.map(() => 3e38) }, {}, { rounds: 1 }),
      InvalidOption,
    ],
    [
      'margins',
      () => trainSync({ ...fold, baseMargin: new Float32Array(3) }, {}, { rounds: 1 }),
      InvalidOption,
    ],
    [
      'margin NaN',
      () => trainSync({ ...fold, baseMargin: labels.map(() => NaN) }, {}, { rounds: 1 }),
      InvalidOption,
    ],
    [
      'no column',
      () => trainSync({ binned: binMatrix(numericMatrix([])), labels: [] as never }, {}, { rounds: 1 }),
      InsufficientData,
    ],
    ['bins', () => binMatrix(made.matrix, { maxBin: 257 }), InvalidOption],
    [
      'a category',
      () => binMatrix({ ...numericMatrix([Float32Array.of(-1)]), featureTypes: ['c'] }),
      InvalidValue,
    ],
    [
      'a type',
      () => binMatrix({ ...numericMatrix([Float32Array.of(1)]), featureTypes: ['z' as 'c'] }),
      InvalidOption,
    ],
    ['types', () => binMatrix({ ...numericMatrix([Float32Array.of(1)]), featureTypes: [] }), InvalidOption],
    ['names', () => binMatrix({ ...numericMatrix([Float32Array.of(1)]), featureNames: [] }), InvalidOption],
    [
      'equal names',
      () => binMatrix({ ...made.matrix, featureNames: made.matrix.featureNames.map(() => 'a') }),
      InvalidOption,
    ],
    ['a row count', () => binMatrix({ ...made.matrix, rowCount: -1 }), InvalidOption],
  ];

  it.each(bad)('%s: refused', (_name, attempt, kind) => {
    expect(attempt).toThrow(kind);
  });
});

function nodeCount(params: ParamsInput): number {
  const { booster } = trainSync(fold, params, { rounds: 3 });
  return booster.trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
}

function listedCategories(params: ParamsInput): number {
  const { booster } = trainSync(fold, params, { rounds: 5 });
  return booster.trees.reduce((sum, tree) => sum + tree.categories.length, 0);
}

function bytesOf(params: ParamsInput): Buffer {
  return Buffer.from(trainSync(fold, params, { rounds: 2 }).booster.toUbj());
}

/** The best round by a metric, and the metric's history. */
function bestOf(metric: 'auc' | 'error'): [number, Float64Array] {
  const options = { rounds: 200, earlyStoppingRounds: 5, metric };
  const { bestIteration, history } = trainSync(fold, {}, options);
  return [bestIteration, history.validation ?? new Float64Array(0)];
}

function complain(): void {
  throw new RangeError('mine');
}
