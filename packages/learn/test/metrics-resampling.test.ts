import { InvalidOption, InvalidValue, Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import {
  bootstrapIntervals,
  bootstrapReplicates,
  brier,
  evaluate,
  intervalsOf,
  joinReplicates,
  metricNames,
  pairedBootstrap,
  percentileInterval,
  permutationImportance,
  rocAuc,
} from '../src/metrics/index.ts';
import type { MetricName } from '../src/metrics/index.ts';

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Rows whose probabilities are right on average. */
function drawRows(count: number, seed: number): { labels: Uint8Array; probabilities: Float64Array } {
  const random = new Random(seed, 'rows');
  const probabilities = Float64Array.from({ length: count }, () => sigmoid(random.normal() * 1.5 - 0.7));
  const labels = Uint8Array.from(probabilities, (probability) => (random.float() < probability ? 1 : 0));
  labels[0] = 0;
  labels[1] = 1;
  return { labels, probabilities };
}

/** A uniform whole number below `bound`, without bias: the bits that a replicate uses, in its way. */
function drawOf(random: Random, bound: number): number {
  const width = Math.floor(2 ** 32 / bound);
  const bits = random.uint32();
  return bits < width * bound ? Math.floor(bits / width) : drawOf(random, bound);
}

describe('the bootstrap', () => {
  const run = (options: Partial<Parameters<typeof bootstrapIntervals>[3]>) => () =>
    bootstrapIntervals(labels, probabilities, 0.5, { seed: 1, ...options });

  const { labels, probabilities } = drawRows(300, 1);

  it('judges rows that were drawn with replacement', () => {
    const replicates = bootstrapReplicates(labels, probabilities, 0.4, { seed: 9, from: 3, to: 4 });
    const random = new Random(9, 'bootstrap').fork(3);
    const rows = Uint32Array.from(labels, () => drawOf(random, labels.length));
    const wanted = evaluate(
      Uint8Array.from(rows, (row) => labels[row]),
      Float64Array.from(rows, (row) => probabilities[row]),
      0.4,
    );
    for (const name of metricNames) expect(replicates[name]?.[0]).toBeCloseTo(wanted[name], 10);
  });

  it('draws whole groups', () => {
    const groups = Int32Array.from(labels, (_, row) =>
      row < 60 ? row % 20 : row < 200 ? 100 + (row >> 1) : -1,
    );
    const weights = Float64Array.from(labels, (_, row) => (row % 3) + 0.5);
    const options = { seed: 2, from: 0, to: 1, groups, weights };
    const replicates = bootstrapReplicates(labels, probabilities, 0.4, options);
    const names = [...new Set(Array.from(groups, (group, row) => (group < 0 ? `row ${row}` : `${group}`)))];
    const random = new Random(2, 'bootstrap').fork(0);
    const rows = names.flatMap(() => {
      const name = names[drawOf(random, names.length)];
      return Array.from(groups.keys()).filter(
        (row) => (groups[row] < 0 ? `row ${row}` : `${groups[row]}`) === name,
      );
    });
    const wanted = evaluate(
      Uint8Array.from(rows, (row) => labels[row]),
      Float64Array.from(rows, (row) => probabilities[row]),
      0.4,
      Float64Array.from(rows, (row) => weights[row]),
    );
    for (const name of metricNames) expect(replicates[name]?.[0]).toBeCloseTo(wanted[name], 10);
  });

  it('gives the same replicates in ranges as at once', () => {
    const at = (from: number, to: number): ReturnType<typeof bootstrapReplicates> =>
      bootstrapReplicates(labels, probabilities, 0.4, { seed: 5, from, to, metrics: ['rocAuc', 'f1'] });
    const joined = joinReplicates([at(0, 7), at(7, 7), at(7, 30)]);
    expect(joined).toEqual(at(0, 30));
    expect(Object.keys(joined)).toHaveLength(2);
    const intervals = intervalsOf(joined, evaluate(labels, probabilities, 0.4));
    expect(intervals.rocAuc).toEqual(
      bootstrapIntervals(labels, probabilities, 0.4, { seed: 5, replicates: 30 }).rocAuc,
    );
    expect(intervals.brier).toEqual({ low: NaN, high: NaN });
  });

  it('covers the truth about as often as it says', () => {
    const truth = 0.25 * 0.1 + 0.75 * 0.02;
    const metric: MetricName = 'brier';
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed, 'coverage');
      const row = Uint8Array.from({ length: 120 }, () => (random.float() < 0.25 ? 1 : 0));
      const miss = Float64Array.from(row, (label) => Math.sqrt(label === 1 ? 0.1 : 0.02));
      const predicted = miss.map((distance, i) => (row[i] === 1 ? 1 - distance : distance));
      const { low, high } = bootstrapIntervals(row, predicted, 0.5, {
        seed,
        replicates: 200,
        metrics: [metric],
        level: 0.9,
      })[metric];
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered).toBeGreaterThan(165);
    expect(covered).toBeLessThan(195);
  });

  it('holds the figure between the ends, and is narrower with more rows', () => {
    const more = drawRows(4800, 2);
    const small = bootstrapIntervals(labels, probabilities, 0.4, { seed: 1, replicates: 200 });
    const large = bootstrapIntervals(more.labels, more.probabilities, 0.4, { seed: 1, replicates: 200 });
    const whole = evaluate(labels, probabilities, 0.4);
    for (const name of ['rocAuc', 'logLoss', 'mcc', 'accuracy'] as const) {
      expect(small[name].low).toBeLessThan(whole[name]);
      expect(small[name].high).toBeGreaterThan(whole[name]);
      const ratio = (small[name].high - small[name].low) / (large[name].high - large[name].low);
      expect(ratio).toBeGreaterThan(2.5);
      expect(ratio).toBeLessThan(6);
    }
  });

  it('holds the calibration error, which resampling swells, in its interval', () => {
    const metric: MetricName = 'ece';
    const runs = Array.from({ length: 100 }, (_, seed) => {
      const rows = drawRows(250, seed);
      const figure = evaluate(rows.labels, rows.probabilities, 0.5)[metric];
      const options = { seed, replicates: 200, metrics: [metric] };
      const replicates = bootstrapReplicates(rows.labels, rows.probabilities, 0.5, { seed, to: 200 });
      const { low, high } = bootstrapIntervals(rows.labels, rows.probabilities, 0.5, options)[metric];
      expect([low <= figure, figure <= high, low >= 0, high <= 1]).toEqual([true, true, true, true]);
      return { figure, low, high, naive: percentileInterval(replicates[metric] ?? new Float64Array()) };
    });
    // What such a figure is on average in samples of as many rows.
    const mean = runs.reduce((sum, { figure }) => sum + figure, 0) / runs.length;
    const covering = runs.filter(({ low, high }) => low <= mean && mean <= high).length;
    expect(covering).toBeGreaterThanOrEqual(88);
    const naive = runs.filter((run) => run.naive.low > run.figure || run.naive.high < run.figure);
    expect(naive.length).toBeGreaterThan(0);
  });

  it('leaves undefined what too few replicates define', () => {
    const one = bootstrapIntervals(Uint8Array.of(1, 1), Float64Array.of(0.4, 0.6), 0.5, {
      seed: 1,
      replicates: 20,
    });
    expect(one.rocAuc).toEqual({ low: NaN, high: NaN });
    expect(one.recall.high).toBe(1);
    expect(percentileInterval(Float64Array.of(NaN, 1, 3), 0.5)).toEqual({ low: 1.5, high: 2.5 });
    expect(percentileInterval(Float64Array.of(NaN, NaN, 3))).toEqual({ low: NaN, high: NaN });
    expect(percentileInterval(new Float64Array(0))).toEqual({ low: NaN, high: NaN });
  });

  it('refuses options that make no sense', () => {
    expect(run({ replicates: 0 })).toThrow(InvalidOption);
    expect(run({ level: 1 })).toThrow(InvalidOption);
    expect(run({ metrics: ['auc' as 'f1'] })).toThrow(InvalidOption);
    expect(run({ groups: new Int32Array(2) })).toThrow(InvalidOption);
    expect(() => bootstrapReplicates(labels, probabilities, 0.5, { seed: 1, from: 5, to: 4 })).toThrow(
      InvalidOption,
    );
  });
});

describe('the paired bootstrap', () => {
  const { labels, probabilities } = drawRows(800, 3);
  const random = new Random(4);
  const worse = probabilities.map((value) => sigmoid(Math.log(value / (1 - value)) + random.normal() * 2));

  it('sees a difference, in its direction', () => {
    const result = pairedBootstrap(labels, probabilities, worse, 0.4, 0.4, { seed: 1, replicates: 300 });
    expect(Object.keys(result)).toHaveLength(metricNames.length);
    const auc = result.rocAuc;
    expect(auc?.a).toBe(rocAuc(labels, probabilities));
    expect(auc?.difference).toBeCloseTo((auc?.a ?? NaN) - (auc?.b ?? NaN), 12);
    expect(auc?.low).toBeGreaterThan(0);
    expect(auc?.pValue).toBeLessThan(0.01);
    expect(result.brier?.high).toBeLessThan(0);
    expect(result.brier?.b).toBeCloseTo(brier(labels, worse), 12);
  });

  it('holds the difference of calibration errors in its interval', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { labels, probabilities } = drawRows(250, seed);
      const worse = probabilities.map((probability) => 0.5 * probability);
      const options = { seed, replicates: 100, metrics: ['ece' as const] };
      const { ece } = pairedBootstrap(labels, probabilities, worse, 0.5, 0.5, options);
      expect(ece?.low).toBeLessThanOrEqual(ece?.difference ?? NaN);
      expect(ece?.high).toBeGreaterThanOrEqual(ece?.difference ?? NaN);
    }
  });

  it('is narrower than the difference of unpaired intervals, and zero for equal models', () => {
    const nudged = probabilities.map((value) => value * 0.99);
    const paired = pairedBootstrap(labels, probabilities, nudged, 0.4, 0.396, {
      seed: 1,
      replicates: 200,
      metrics: ['brier'],
    }).brier;
    const alone = bootstrapIntervals(labels, probabilities, 0.4, { seed: 1, replicates: 200 }).brier;
    expect((paired?.high ?? NaN) - (paired?.low ?? NaN)).toBeLessThan((alone.high - alone.low) / 5);
    const same = pairedBootstrap(labels, worse, worse, 0.4, 0.4, {
      seed: 1,
      replicates: 50,
      metrics: ['mcc'],
    });
    expect(same).toEqual({
      mcc: { a: same.mcc?.a, b: same.mcc?.a, difference: 0, low: 0, high: 0, pValue: 1 },
    });
  });

  it('leaves undefined what is', () => {
    const one = pairedBootstrap(
      Uint8Array.of(1, 1),
      Float64Array.of(0.1, 0.2),
      Float64Array.of(0.3, 0.2),
      0.5,
      0.5,
      { seed: 1, replicates: 10, metrics: ['rocAuc'], weights: Float64Array.of(1, 2) },
    );
    expect(one.rocAuc).toMatchObject({ difference: NaN, low: NaN, pValue: NaN });
  });
});

describe('permutation importance', () => {
  const rowCount = 1500;
  const random = new Random(6);
  const columns = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: rowCount }, () => random.normal()),
  );
  const coefficients = [1.5, 0.4, 0];
  const predict = (column: number, permutation: Uint32Array): Float64Array =>
    Float64Array.from({ length: rowCount }, (_, row) =>
      sigmoid(
        coefficients.reduce((sum, b, k) => sum + b * columns[k][k === column ? permutation[row] : row], 0),
      ),
    );
  const identity = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const untouched = predict(0, identity);
  const labels = Uint8Array.from(untouched, (probability) => (random.float() < probability ? 1 : 0));
  const common = { rowCount, columnCount: 3, predict, labels, seed: 3 };

  it.each(['logLoss', 'rocAuc'] as const)('finds what matters: %s', async (metric) => {
    const [strong, weak, none] = await permutationImportance({ ...common, metric });
    expect(strong.mean).toBeGreaterThan(3 * weak.mean);
    expect(weak.low).toBeGreaterThan(0);
    expect(weak.low).toBeLessThan(weak.mean);
    expect(weak.high).toBeGreaterThan(weak.mean);
    expect(none).toEqual({ mean: 0, standardDeviation: 0, low: 0, high: 0 });
    expect(strong.standardDeviation).toBeGreaterThan(0);
  });

  it('is the mean change of the metric', async () => {
    const seen: Float64Array[] = [];
    const [strong] = await permutationImportance({
      ...common,
      columnCount: 1,
      metric: 'rocAuc',
      repeats: 3,
      probabilities: untouched,
      predict: async (column, permutation) => {
        expect(Uint32Array.from(permutation).sort()).toEqual(identity);
        seen.push(predict(column, permutation));
        return seen[seen.length - 1];
      },
    });
    expect(seen).toHaveLength(3);
    const drops = seen.map((probabilities) => rocAuc(labels, untouched) - rocAuc(labels, probabilities));
    expect(strong.mean).toBeCloseTo((drops[0] + drops[1] + drops[2]) / 3, 12);
    const squares = drops.reduce((sum, drop) => sum + (drop - strong.mean) ** 2, 0);
    expect(strong.standardDeviation).toBeCloseTo(Math.sqrt(squares / 2), 12);
  });

  it('has intervals as wide as the luck of the rows', async () => {
    const means: number[] = [];
    const widths: number[] = [];
    for (let part = 0; part < 30; part++) {
      const start = part * 50;
      const [result] = await permutationImportance({
        rowCount: 50,
        columnCount: 1,
        metric: 'logLoss',
        seed: part,
        labels: labels.subarray(start, start + 50),
        predict: (_, permutation) =>
          Float64Array.from(permutation, (from, row) =>
            sigmoid(1.5 * columns[0][start + from] + 0.4 * columns[1][start + row]),
          ),
      });
      means.push(result.mean);
      widths.push((result.high - result.low) / (2 * 1.96));
    }
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    const deviation = Math.sqrt(
      means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1),
    );
    const width = widths.reduce((sum, value) => sum + value, 0) / widths.length;
    expect(width / deviation).toBeGreaterThan(0.6);
    expect(width / deviation).toBeLessThan(1.6);
  });

  it('takes weights as repetitions of the mean', async () => {
    const weights = Float64Array.from(labels, (_, row) => (row < 750 ? 1 : 0));
    const [whole] = await permutationImportance({
      ...common,
      columnCount: 1,
      metric: 'logLoss',
      weights,
      repeats: 1,
    });
    expect(whole.mean).toBeGreaterThan(0);
    expect(whole.standardDeviation).toBe(0);
    const [auc] = await permutationImportance({
      ...common,
      columnCount: 1,
      metric: 'rocAuc',
      weights,
      repeats: 2,
    });
    expect(auc.low).toBeGreaterThan(0);
  });

  it('is careful at the edges', async () => {
    expect(await permutationImportance({ ...common, columnCount: 0, metric: 'logLoss' })).toEqual([]);
    const [single] = await permutationImportance({
      rowCount: 1,
      columnCount: 1,
      labels: Uint8Array.of(1),
      predict: () => Float64Array.of(0.5),
      metric: 'logLoss',
      seed: 1,
    });
    expect(single).toEqual({ mean: 0, standardDeviation: 0, low: NaN, high: NaN });
    const bad = (options: object): Promise<unknown> =>
      permutationImportance({ ...common, metric: 'logLoss', ...options });
    await expect(bad({ metric: 'f1' })).rejects.toThrow(InvalidOption);
    await expect(bad({ repeats: 0 })).rejects.toThrow(InvalidOption);
    await expect(bad({ labels: labels.subarray(1) })).rejects.toThrow(InvalidOption);
    await expect(bad({ predict: () => new Float64Array(rowCount).fill(2) })).rejects.toThrow(InvalidValue);
  });
});
