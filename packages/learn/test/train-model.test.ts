import { describe, expect, it } from 'vitest';
import type { Column, Dataset, Schema } from '@verdict/core';
import { findColumn, Interrupted, InsufficientData, Random, takeRows } from '@verdict/core';
import type { TrainedModel, TrainingProgress } from '@verdict/learn';
import { calibrateAll, createScorer, labelsOf, logLoss, rocAuc, trainModel } from '@verdict/learn';

const schema: Schema = {
  target: { name: 'left', positive: 'yes', negative: 'no' },
  columns: [
    { name: 'age', type: 'integer', role: 'feature', optional: false },
    { name: 'plan', type: 'category', role: 'feature', optional: true },
    { name: 'noise', type: 'numeric', role: 'feature', optional: true },
    { name: 'left', type: 'category', role: 'target', optional: false },
  ],
};

/** Customers whose leaving depends on age and plan, not on noise. */
function customers(rows: number, seed: number, signal = 1): Dataset {
  const random = new Random(seed, 'customers');
  const age = new Float64Array(rows);
  const noise = new Float64Array(rows);
  const plan = new Int32Array(rows);
  const left = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    age[row] = 18 + random.integer(60);
    plan[row] = random.integer(4) - 1;
    noise[row] = random.float() < 0.1 ? Number.NaN : random.normal();
    const margin = signal * ((plan[row] === 0 ? 1.5 : -1) - (age[row] - 48) / 15);
    left[row] = random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  return {
    rowCount: rows,
    columns: [
      { kind: 'number', name: 'age', values: age },
      { kind: 'code', name: 'plan', codes: plan, levels: ['basic', 'plus', 'pro'] },
      { kind: 'number', name: 'noise', values: noise },
      { kind: 'code', name: 'left', codes: left, levels: ['no', 'yes'] },
    ],
  };
}

const dataset = customers(900, 1);
const options = { seed: 5, folds: 3, threads: 2 };
const trained: Promise<TrainedModel> = trainModel({ dataset, schema }, options);

describe('trainModel', () => {
  it('learns what is there: close to the best possible on new rows', async () => {
    const { bundle } = await trained;
    const fresh = customers(4000, 2);
    const labels = labelsOf(fresh, schema);
    const { probabilities } = createScorer(bundle).scoreBatch(fresh);
    const age = findColumn(fresh, 'age') as Column & { kind: 'number' };
    const plan = findColumn(fresh, 'plan') as Column & { kind: 'code' };
    const best = Float64Array.from(labels, (_, row) => {
      const margin = (plan.codes[row] === 0 ? 1.5 : -1) - (age.values[row] - 48) / 15;
      return 1 / (1 + Math.exp(-margin));
    });
    expect(rocAuc(labels, probabilities)).toBeGreaterThan(rocAuc(labels, best) - 0.015);
    expect(logLoss(labels, probabilities)).toBeLessThan(logLoss(labels, best) + 0.02);
  });

  it('judges on rows that chose nothing, and says where the figures come from', async () => {
    const { headline, baselines, crossValidation, judged, bundle } = await trained;
    expect(headline.source).toBe('hold-out');
    expect(headline.rows).toBe(180);
    const { tp, fp, tn, fn } = headline.confusion;
    expect(tp + fp + tn + fn).toBe(180);
    // By the threshold of the model that was judged, which is not the one that ships.
    expect(judged.probabilities.filter((p) => p >= headline.threshold)).toHaveLength(tp + fp);
    expect(headline.threshold).not.toBe(bundle.decision.threshold);
    expect(headline.metrics.accuracy).toBeCloseTo((tp + tn) / 180, 12);
    for (const name of ['rocAuc', 'logLoss', 'accuracy'] as const) {
      expect(headline.intervals[name].low).toBeLessThanOrEqual(headline.metrics[name]);
      expect(headline.intervals[name].high).toBeGreaterThanOrEqual(headline.metrics[name]);
    }
    expect(baselines.majority.rocAuc).toBe(0.5);
    expect(baselines.logistic.metrics.rocAuc).toBeGreaterThan(0.7);
    const { difference, low, high } = baselines.logistic.differences.logLoss;
    expect(difference).toBe(headline.metrics.logLoss - baselines.logistic.metrics.logLoss);
    expect(low).toBeLessThanOrEqual(difference);
    expect(high).toBeGreaterThanOrEqual(difference);
    expect(crossValidation.folds).toBe(3);
    expect(crossValidation.chosenOnTheseRows).toContain('threshold');
    expect(headline.histogram.positive.concat(headline.histogram.negative).reduce((a, b) => a + b)).toBe(180);
  });

  it('says what drives it: signal before noise, by every kind of importance', async () => {
    const { importance, contributions, permutedRows } = await trained;
    const by = Object.fromEntries(importance.map((entry) => [entry.column, entry]));
    expect(Object.keys(by).sort()).toEqual(['age', 'noise', 'plan']);
    for (const signal of ['age', 'plan']) {
      expect(by[signal].permutation!.low).toBeGreaterThan(by.noise.permutation!.mean);
      expect(by[signal].shap).toBeGreaterThan(by.noise.shap);
      expect(by[signal].totalGain).toBeGreaterThan(by.noise.totalGain);
    }
    expect(by.age.gain * by.age.weight).toBeCloseTo(by.age.totalGain, 6);
    expect(permutedRows).toBeLessThanOrEqual(180);
    for (const { ranks, contributions: own } of contributions.columns) {
      expect(own.length).toBe(contributions.rows);
      for (const rank of ranks) expect(rank === null || (rank >= 0 && rank <= 1)).toBe(true);
    }
    expect(contributions.columns.find(({ name }) => name === 'noise')!.ranks).toContain(null);
  });

  it('is the same model whatever the number of threads, and another one for another seed', async () => {
    const first = await trained;
    const again = await trainModel({ dataset, schema }, { ...options, threads: 1 });
    expect(again.bundle.booster!.toUbj()).toEqual(first.bundle.booster!.toUbj());
    expect(again.bundle.decision).toEqual(first.bundle.decision);
    expect(again.headline).toEqual(first.headline);
    expect(again.importance).toEqual(first.importance);
    expect(again.contributions).toEqual(first.contributions);
    const other = await trainModel({ dataset, schema }, { ...options, seed: 6, explain: false });
    expect(other.bundle.booster!.toUbj()).not.toEqual(first.bundle.booster!.toUbj());
    expect(other.importance).toEqual([]);
  });

  it('judges the model that ships on a test table, and trains it on all rows', async () => {
    const test = customers(300, 3);
    const model = await trainModel({ dataset, schema }, { ...options, test, explain: false });
    expect(model.headline.source).toBe('test file');
    expect(model.headline.rows).toBe(300);
    const { probabilities } = createScorer(model.bundle).scoreBatch(test);
    expect(model.headline.metrics.logLoss).toBeCloseTo(logLoss(labelsOf(test, schema), probabilities), 12);
    expect(model.bundle.booster!.toUbj()).toEqual((await trained).bundle.booster!.toUbj());
  });

  it('judges by cross-validation when nothing is held out', async () => {
    const model = await trainModel({ dataset, schema }, { ...options, testSize: 0 });
    expect(model.headline.source).toBe('cross-validation');
    expect(model.headline.rows).toBe(900);
  });

  it('calibrates when asked to, and chooses the threshold on cross-fitted probabilities', async () => {
    const plain = await trained;
    expect(plain.chosen.calibration.gains).toEqual([]);
    expect(plain.bundle.metrics).not.toHaveProperty('calibration');
    const model = await trainModel(
      { dataset, schema },
      { ...options, testSize: 0, calibration: 'isotonic', explain: false },
    );
    const { decision } = model.bundle;
    expect(decision.calibration.kind).toBe('isotonic');
    expect(decision.blend).toEqual(plain.bundle.decision.blend);
    expect(decision.threshold).toBe(model.chosen.threshold.threshold);
    expect(model.chosen.threshold.confusion).toEqual(model.headline.confusion);
    expect(model.headline.metrics.logLoss).toBeCloseTo(model.chosen.calibration.logLoss.isotonic, 12);
    expect(model.crossValidation.chosenOnTheseRows).toEqual(['rounds', 'blend', 'calibration', 'threshold']);
    expect(model.bundle.metrics).toHaveProperty('calibration.gains.0.kind', 'isotonic');
    const { margins, probabilities } = createScorer(model.bundle).scoreBatch(dataset);
    expect(probabilities).toEqual(calibrateAll(decision.calibration, margins));
    const auto = await trainModel(
      { dataset, schema },
      { ...options, testSize: 0, calibration: 'auto', explain: false },
    );
    expect(auto.chosen.calibration.gains).toHaveLength(3);
  });

  it('keeps a capacity on rows that chose nothing, and values the decisions', async () => {
    const test = customers(4000, 3);
    const costs = { costFp: 5, costFn: 20, costTp: 2 };
    const rule = { rule: 'capacity', capacity: 100, of: 1000, costs } as const;
    const model = await trainModel(
      { dataset, schema },
      { ...options, test, thresholdRule: rule, explain: false },
    );
    expect(model.bundle.decision.rule).toEqual(rule);
    expect(model.chosen.threshold.score).toBeLessThanOrEqual(0.1);
    const { tp, fp, tn, fn } = model.headline.confusion;
    expect((tp + fp) / 4000).toBeGreaterThan(0.06);
    expect((tp + fp) / 4000).toBeLessThan(0.14);
    const worth = model.headline.worth!;
    expect(worth.model.cost).toBeCloseTo((5 * fp + 20 * fn + 2 * tp) / 4000, 12);
    expect(worth.nobody.cost).toBeCloseTo((20 * (tp + fn)) / 4000, 12);
    expect(worth.everybody.cost).toBeCloseTo((5 * (tn + fp) + 2 * (tp + fn)) / 4000, 12);
    expect(worth.logistic!.saving.low).toBeLessThan(worth.logistic!.saving.high);
    expect(model.headline.curves.threshold.cost!.length).toBeGreaterThan(100);
  });

  it('counts a row of weight 2 as two rows in its figures', async () => {
    const weighted: Schema = {
      ...schema,
      columns: [...schema.columns, { name: 'w', type: 'numeric', role: 'weight', optional: false }],
    };
    const values = Float64Array.from({ length: 900 }, (_, row) => 1 + (row % 2));
    const table = {
      ...dataset,
      columns: [...dataset.columns, { kind: 'number', name: 'w', values } as const],
    };
    const { headline } = await trainModel(
      { dataset: table, schema: weighted },
      {
        ...options,
        test: takeRows(
          table,
          Uint32Array.from({ length: 200 }, (_, i) => i),
        ),
        explain: false,
      },
    );
    const { tp, fp, tn, fn } = headline.confusion;
    expect(tp + fp + tn + fn).toBe(300);
  });

  it('finds nothing in noise, and says so', async () => {
    const { headline } = await trainModel(
      { dataset: customers(600, 4, 0), schema },
      { ...options, explain: false },
    );
    expect(headline.intervals.rocAuc.low).toBeLessThan(0.5);
    expect(headline.metrics.logLoss).toBeLessThan(0.75);
  });

  it('reports progress to the end, and stops when told to', async () => {
    const seen: TrainingProgress[] = [];
    const small = takeRows(
      dataset,
      Uint32Array.from({ length: 200 }, (_, row) => row),
    );
    await trainModel({ dataset: small, schema }, { ...options, onProgress: (step) => seen.push(step) });
    for (const stage of ['train', 'explain'] as const) {
      const last = seen.findLast((step) => step.stage === stage)!;
      expect(last.done).toBe(last.total);
    }
    const stop = new AbortController();
    const running = trainModel(
      { dataset, schema },
      { ...options, signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(running).rejects.toBeInstanceOf(Interrupted);
    await expect(
      trainModel({ dataset, schema }, { ...options, signal: AbortSignal.abort() }),
    ).rejects.toBeInstanceOf(Interrupted);
  });

  it('refuses a table with one row of a class', async () => {
    const rows = labelsOf(dataset, schema);
    const one = rows.indexOf(1);
    const few = takeRows(
      dataset,
      Uint32Array.from(rows.keys()).filter((row) => rows[row] === 0 || row === one),
    );
    await expect(trainModel({ dataset: few, schema }, options)).rejects.toBeInstanceOf(InsufficientData);
  });
});
