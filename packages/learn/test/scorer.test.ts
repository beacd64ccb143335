import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { ColumnMissing, columnTypes, InvalidValue } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import { createScorer } from '../src/scorer/index.ts';
import type { Scorer } from '../src/scorer/index.ts';
import { applyFeatures, fitTransformFeatures, linearDesign, linearLayout } from '../src/features/index.ts';
import { logisticMargins } from '../src/linear/index.ts';
import { engineeredOf } from './support/engineered.ts';
import { smallModel } from './support/small-model.ts';
import { datasetOf, recordOf, tableOf } from './support/tables.ts';
import type { Table } from './support/tables.ts';

const model = smallModel();
const { bundle, dataset, table } = model;
const scorer = createScorer(bundle);
const plain = {
  ...bundle.decision,
  blend: { members: [{ member: 'trees', weight: 1 }], offset: 0 },
} as const;
const treesOnly = createScorer({ plan: bundle.plan, booster: bundle.booster, decision: plain });
const logisticOnly = createScorer({
  plan: bundle.plan,
  logistic: bundle.logistic,
  decision: { ...plain, blend: { members: [{ member: 'logistic', weight: 1 }], offset: 0 } },
});

const calibrations = [
  { kind: 'none' },
  { kind: 'sigmoid', slope: 0.7, intercept: -0.2 },
  { kind: 'beta', a: 0.4, b: 1.6, c: 0.3 },
  { kind: 'isotonic', margins: [-1.5, -0.5, 0.1, 2], probabilities: [0.05, 0.3, 0.3, 0.95] },
] as const;
const scorers: [string, Scorer][] = [
  ...calibrations.map((calibration): [string, Scorer] => [
    calibration.kind,
    createScorer({ ...bundle, decision: { ...bundle.decision, calibration } }),
  ]),
  ['trees alone', treesOnly],
  ['regression alone', logisticOnly],
];

const twice = [...columnTypes, ...columnTypes];
const engineered = smallModel({ types: twice, engineered: engineeredOf(twice), rounds: 30 });

/** The rows that the two forms score differently, in any bit. */
function differing(subject: Scorer, rows: Table): number[] {
  const { margins, probabilities, decisions } = subject.scoreBatch(datasetOf(rows));
  return [...rows.rows.keys()].filter((row) => {
    const score = subject.scoreRow(recordOf(rows, row));
    return !(
      Object.is(score.margin, margins[row]) &&
      Object.is(score.probability, probabilities[row]) &&
      score.decision === decisions[row] &&
      score.label === (score.decision === 1 ? 'yes' : 'no')
    );
  });
}

/** The rows whose contributions differ between the two forms or miss the margin. */
function unexplained(subject: Scorer, rows: Table): number[] {
  const { columns, contributions, bias, margins } = subject.explainBatch(datasetOf(rows));
  const width = columns.length;
  return [...rows.rows.keys()].filter((row) => {
    const own = subject.explainRow(recordOf(rows, row));
    const part = contributions.subarray(row * width, (row + 1) * width);
    const sum = part.reduce((a, b) => a + b, bias);
    return !(
      own.bias === bias &&
      Object.is(own.margin, margins[row]) &&
      own.contributions.every((value, i) => Object.is(value, part[i])) &&
      Math.abs(sum - margins[row]) < 1e-5
    );
  });
}

describe.each(scorers)('a scorer (%s)', (_, subject) => {
  it('scores its training rows one by one as in a batch, bit for bit', () => {
    expect(differing(subject, table)).toEqual([]);
  });

  it('does so for rows of any values', () => {
    fc.assert(
      fc.property(tableOf(columnTypes), (rows) => {
        expect(differing(subject, rows)).toEqual([]);
      }),
      { numRuns: 60, seed: 31 },
    );
  });

  it('explains each row up to its margin, the same alone and in a batch', () => {
    fc.assert(
      fc.property(tableOf(columnTypes, { maxLength: 12 }), (rows) => {
        expect(unexplained(subject, rows)).toEqual([]);
      }),
      { numRuns: 25, seed: 32 },
    );
  });

  it('gives probabilities between 0 and 1, and none of no rows', () => {
    const { probabilities } = subject.scoreBatch(dataset);
    expect(probabilities.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
    const empty = datasetOf({ types: columnTypes, rows: [] });
    expect(subject.scoreBatch(empty).margins.length).toBe(0);
    expect(subject.explainBatch(empty).contributions.length).toBe(0);
  });
});

describe('a blend', () => {
  it('is the weighted sum of the members’ margins and the offset', () => {
    const trees = bundle.booster.predictMargin(applyFeatures(bundle.plan, dataset));
    const linear = logisticMargins(bundle.logistic, linearDesign(bundle.plan, dataset));
    const { margins, probabilities, decisions } = scorer.scoreBatch(dataset);
    for (let row = 0; row < dataset.rowCount; row++) {
      expect(margins[row]).toBeCloseTo(0.1 + 0.75 * trees[row] + 0.25 * linear[row], 10);
      expect(probabilities[row]).toBeCloseTo(1 / (1 + Math.exp(-margins[row])), 12);
      expect(decisions[row]).toBe(probabilities[row] >= 0.4 ? 1 : 0);
    }
    expect([...treesOnly.scoreBatch(dataset).margins]).toEqual([...trees]);
    expect(new Set(decisions)).toEqual(new Set([0, 1]));
  });

  it('is explained by the blend of the members’ explanations', () => {
    const [whole, trees, linear] = [scorer, treesOnly, logisticOnly].map((one) => one.explainBatch(dataset));
    expect(whole.columns).toEqual(bundle.plan.inputs.map(({ name }) => name));
    expect(whole.bias).toBeCloseTo(0.1 + 0.75 * trees.bias + 0.25 * linear.bias, 12);
    whole.contributions.forEach((value, i) =>
      expect(value).toBeCloseTo(0.75 * trees.contributions[i] + 0.25 * linear.contributions[i], 10),
    );
  });

  it('needs the members that it names', () => {
    expect(() => createScorer({ plan: bundle.plan, decision: plain })).toThrow('no member "trees"');
  });

  it('decides by the calibrated probability, from the threshold on', () => {
    const decision = {
      ...plain,
      threshold: 0.5,
      calibration: { kind: 'sigmoid', slope: 0, intercept: 0 },
    } as const;
    const even = createScorer({ plan: bundle.plan, booster: bundle.booster, decision });
    expect(new Set(even.scoreBatch(dataset).decisions)).toEqual(new Set([1]));
    expect(even.scoreRow(recordOf(table, 0))).toMatchObject({ probability: 0.5, decision: 1, label: 'yes' });
  });
});

describe('contributions of the regression', () => {
  it('are coefficient x (value - training mean), folded into the user’s columns', () => {
    const { columns, contributions, bias, margins } = logisticOnly.explainBatch(dataset);
    const width = columns.length;
    // From the training means every column's contributions cancel, and the bias is the mean margin.
    const mean = margins.reduce((a, b) => a + b, 0) / dataset.rowCount;
    expect(bias).toBeCloseTo(mean, 9);
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let row = 0; row < dataset.rowCount; row++) sum += contributions[row * width + column];
      expect(sum / dataset.rowCount).toBeCloseTo(0, 9);
    }
  });

  it('of one column are those of all columns of the design that were made of it', () => {
    const { plan, logistic } = bundle;
    const { numeric, codes } = linearDesign(plan, dataset);
    const layout = linearLayout(plan);
    const { columns, contributions } = logisticOnly.explainBatch(dataset);
    for (const row of [0, 7, 99]) {
      const expected = columns.map((source) => {
        let sum = 0;
        layout.numeric.forEach((one, i) => {
          if (one.sources.includes(source)) sum += logistic.numeric[i] * (numeric[i][row] - one.mean);
        });
        layout.codes.forEach((block, i) => {
          const mean = block.shares.reduce(
            (total, share, level) => total + share * logistic.codes[i][level],
            0,
          );
          if (block.sources.includes(source)) sum += logistic.codes[i][codes[i].codes[row]] - mean;
        });
        return sum;
      });
      columns.forEach((_, i) => expect(contributions[row * columns.length + i]).toBeCloseTo(expected[i], 10));
      expect(expected.every((value) => value !== 0)).toBe(true);
    }
  });
});

describe('contributions of trees', () => {
  it('fold the parts of a date into its column', () => {
    const { columns, contributions } = treesOnly.explainBatch(dataset);
    const exact = bundle.booster.contributions(applyFeatures(bundle.plan, dataset));
    const features = bundle.plan.outputs.length;
    const date = columns.indexOf(`c${columnTypes.indexOf('datetime')}`);
    const parts = bundle.plan.outputs.flatMap(({ sources }, f) => (sources[0] === columns[date] ? [f] : []));
    expect(parts.length).toBeGreaterThan(2);
    for (let row = 0; row < dataset.rowCount; row++) {
      const sum = parts.reduce((total, f) => total + exact[row * (features + 1) + f], 0);
      expect(contributions[row * columns.length + date]).toBeCloseTo(sum, 10);
    }
  });
});

describe('a model with engineered features', () => {
  const { plan, booster, logistic } = engineered.bundle;
  const subject = createScorer(engineered.bundle);
  const width = plan.inputs.length;

  it('scores and explains rows one by one as in a batch, bit for bit', () => {
    expect(differing(subject, engineered.table)).toEqual([]);
    expect(unexplained(subject, engineered.table)).toEqual([]);
    fc.assert(
      fc.property(tableOf(twice, { maxLength: 8 }), (rows) => {
        expect(differing(subject, rows)).toEqual([]);
        expect(unexplained(subject, rows)).toEqual([]);
      }),
      { numRuns: 20, seed: 33 },
    );
  });

  it('shares what trees say of a feature of two columns equally between them', () => {
    const exact = booster.contributions(applyFeatures(plan, engineered.dataset));
    const { columns, contributions } = createScorer({ plan, booster, decision: plain }).explainBatch(
      engineered.dataset,
    );
    const used = booster.importance('weight');
    expect(plan.outputs.filter(({ name, sources }) => sources.length === 2 && used.has(name))).not.toEqual(
      [],
    );
    columns.forEach((column, place) => {
      const expected = plan.outputs.reduce(
        (sum, { sources }, f) => (sources.includes(column) ? sum + exact[f] / sources.length : sum),
        0,
      );
      expect(contributions[place]).toBeCloseTo(expected, 10);
    });
  });

  it('shares what the regression says likewise', () => {
    const alone = createScorer({
      plan,
      logistic,
      decision: { ...plain, blend: { members: [{ member: 'logistic', weight: 1 }], offset: 0 } },
    });
    const { columns, contributions } = alone.explainBatch(engineered.dataset);
    const { numeric, codes } = linearDesign(plan, engineered.dataset);
    const layout = linearLayout(plan);
    expect(layout.codes.some(({ sources }) => sources.length === 2)).toBe(true);
    const row = 5;
    columns.forEach((column, place) => {
      let expected = 0;
      layout.numeric.forEach(({ sources, mean }, i) => {
        if (sources.includes(column))
          expected += (logistic.numeric[i] * (numeric[i][row] - mean)) / sources.length;
      });
      layout.codes.forEach(({ sources, shares }, i) => {
        if (!sources.includes(column)) return;
        const mean = shares.reduce((sum, share, level) => sum + share * logistic.codes[i][level], 0);
        expected += (logistic.codes[i][codes[i].codes[row]] - mean) / sources.length;
      });
      expect(contributions[row * width + place]).toBeCloseTo(expected, 10);
    });
  });

  it('reads only the columns that kept features are made of', () => {
    const kept = plan.outputs.filter(({ sources }) => sources.includes('c0')).map(({ name }) => name);
    const fitted = fitTransformFeatures(
      engineered.dataset,
      engineered.schema,
      { engineered: engineeredOf(twice), keep: kept },
      engineered.labels,
    );
    expect(fitted.plan.inputs.map(({ name }) => name)).toEqual(['c0', 'c1']);
    expect(fitted.plan.outputs.map(({ name }) => name)).toEqual(kept);
  });
});

describe('what a scorer is given', () => {
  const types: ColumnType[] = ['numeric', 'category'];
  const strict = smallModel({ types, rows: 60, rounds: 3 });
  const plan = {
    ...strict.bundle.plan,
    inputs: strict.bundle.plan.inputs.map((input) => ({ ...input, optional: false })),
  };
  const subject = createScorer({ ...strict.bundle, plan });

  it('must have the columns that are not optional', () => {
    expect(() => subject.scoreRow({ c0: 1 })).toThrow(ColumnMissing);
    expect(() => subject.explainRow({ c1: 'x' })).toThrow(/there is no column "c0"/);
    const one = { rowCount: 1, columns: [strict.dataset.columns[0]] };
    expect(() => subject.scoreBatch(one)).toThrow(ColumnMissing);
    expect(() => subject.explainBatch(one)).toThrow(ColumnMissing);
  });

  it('may have null for them, further columns, and another order', () => {
    const missing = subject.scoreRow({ c1: null, c0: null, more: [1] });
    expect(missing.probability).toBeGreaterThan(0);
    const reversed = { rowCount: strict.dataset.rowCount, columns: strict.dataset.columns.toReversed() };
    expect(subject.scoreBatch(reversed)).toEqual(subject.scoreBatch(strict.dataset));
  });

  it('must have values of the right type', () => {
    expect(() => subject.scoreRow({ c0: 'many', c1: 'x' })).toThrow(InvalidValue);
    expect(() => subject.scoreRow({ c0: 1, c1: {} })).toThrow(/column "c1": expected text/);
    expect(subject.scoreRow({ c0: '1.50', c1: 'x' })).toEqual(subject.scoreRow({ c0: 1.5, c1: 'x' }));
  });

  it('does not change a score already given', () => {
    const first = subject.explainRow({ c0: 1, c1: 'x' });
    const kept = [...first.contributions];
    subject.explainRow({ c0: -5, c1: 'category 1' });
    expect([...first.contributions]).toEqual(kept);
  });
});
