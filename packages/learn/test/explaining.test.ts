import { columnTypes, findColumn, Random, takeRows } from '@verdict/core';
import type { Column } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waterfallOf } from '@verdict/learn';
import {
  foldedInteractions,
  gridOf,
  interactionMatrix,
  interactionSizes,
  partialDependenceOf,
  potentialInteraction,
  probabilitiesOver,
  settable,
  showColumn,
} from '../src/explaining/index.ts';
import { binValues } from '../src/explaining/value-bins.ts';
import { applyFeatures, linearLayout } from '../src/features/index.ts';
import { createScorer } from '../src/scorer/index.ts';
import { engineeredOf } from './support/engineered.ts';
import { smallModel } from './support/small-model.ts';
import { recordOf } from './support/tables.ts';

const { bundle, dataset, table } = smallModel();
const scorer = createScorer(bundle);

/** How many rows have each value. */
function tally(values: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of Array.from(values)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

describe('bins of numbers', () => {
  const anyValues = fc
    .array(
      fc.oneof(
        fc.integer({ min: -9, max: 9 }),
        fc.double({ noNaN: true }),
        fc.constantFrom(NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, 0.1, 0.2),
      ),
      { maxLength: 120 },
    )
    .map((values) => Float64Array.from(values));

  it('show no value that fewer than the fewest rows have, in bins of at least so many', () => {
    fc.assert(
      fc.property(
        anyValues,
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 30 }),
        (values, k, most) => {
          const bins = binValues(values, { minimumCount: k, maximumBins: most });
          const counts = tally(values);
          const finite = values.filter(Number.isFinite);
          expect(bins.counts.reduce((a, b) => a + b, 0)).toBe(finite.length < k ? 0 : finite.length);
          for (const count of bins.counts) expect(count).toBeGreaterThanOrEqual(k);
          for (const [i, value] of bins.values.entries()) {
            expect(value).toBeGreaterThan(bins.values[i - 1] ?? -Infinity);
            // Neighbouring doubles have nothing between them; then the middle of the bin stands for it.
            const rows = counts.get(value) ?? 0;
            expect(rows === 0 || rows >= k || Math.abs(value) < 1e-300).toBe(true);
          }
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });

  it('put every value into the bin that holds it', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const bins = binValues(values, { minimumCount: 3, maximumBins: 10 });
        const found = new Array<number>(bins.counts.length).fill(0);
        for (const value of values) {
          const place = bins.place(value);
          expect(place >= 0).toBe(Number.isFinite(value) && bins.counts.length > 0);
          if (place >= 0) found[place]++;
        }
        expect(found).toEqual(bins.counts);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('keep values that many rows have, and cut the others at quantiles', () => {
    const calls = Float64Array.from([...Array(50).fill(0), ...Array(30).fill(1), ...Array(9).fill(2), 7, 9]);
    const few = binValues(calls, { minimumCount: 5, maximumBins: 20 });
    expect(few.values).toEqual([0, 1, 2]);
    expect(few.counts).toEqual([50, 30, 11]);
    const many = binValues(
      Float64Array.from({ length: 1000 }, (_, i) => i),
      { minimumCount: 5, maximumBins: 10 },
    );
    expect(many.counts).toEqual(Array(10).fill(100));
    expect(many.values[0]).toBe(48.5);
    expect(many.place(-5)).toBe(0);
    expect(many.place(1e9)).toBe(9);
  });

  it('show raw values on request, and nothing of too few', () => {
    const three = Float64Array.of(0.25, 0.5, 0.75);
    expect(binValues(three, { minimumCount: 1, maximumBins: 20 }).values).toEqual([0.25, 0.5, 0.75]);
    expect(binValues(three, { minimumCount: 5, maximumBins: 20 }).values).toEqual([]);
    expect(binValues(new Float64Array(), { minimumCount: 1, maximumBins: 20 }).values).toEqual([]);
  });
});

describe('what may be shown of a column', () => {
  const options = { minimumCount: 5, maximumBins: 20, maximumLevels: 2 };
  const rows = Uint32Array.of(0, 1, 2, 3, 4);

  it('names frequent levels and pools the others', () => {
    const codes = Int32Array.from([
      0,
      1,
      2,
      3,
      -1,
      ...Array(9).fill(0),
      ...Array(6).fill(1),
      ...Array(7).fill(2),
    ]);
    const column: Column = { kind: 'code', name: 'city', codes, levels: ['Ulm', 'Bern', 'Graz', 'Rom'] };
    const shown = showColumn({ name: 'city', type: 'category' }, column, rows, options);
    expect(shown.scale).toEqual({ kind: 'level', levels: ['Ulm', 'Graz', null], counts: [10, 8, 8] });
    expect(shown.places).toEqual([0, 2, 1, 2, -1]);
    expect(shown.missing).toBe(1);
    expect(settable(shown.scale)).toEqual({ kind: 'level', levels: ['Ulm', 'Graz'], counts: [10, 8] });
  });

  it('names the words of a boolean, and sets it by them', () => {
    const values = Float64Array.from([0, 1, NaN, 1, 1, ...Array(8).fill(1), ...Array(5).fill(0)]);
    const input = { name: 'paper', type: 'boolean', words: ['no', 'yes'] } as const;
    const shown = showColumn(input, { kind: 'number', name: 'paper', values }, rows, options);
    expect(shown.scale).toEqual({ kind: 'level', levels: ['yes', 'no'], counts: [11, 6] });
    expect(shown.places).toEqual([1, 0, -1, 0, 0]);
    expect(gridOf(input, 'number', shown.scale, true)).toEqual({
      kind: 'number',
      name: 'paper',
      values: Float64Array.of(1, 0, NaN),
    });
  });

  it('hides a value of a boolean that few rows have', () => {
    const values = Float64Array.from([0, 0, ...Array(20).fill(1)]);
    const shown = showColumn(
      { name: 'b', type: 'boolean' },
      { kind: 'number', name: 'b', values },
      rows,
      options,
    );
    expect(shown.scale).toEqual({ kind: 'level', levels: ['true', null], counts: [20, 2] });
    expect(gridOf({ name: 'b' }, 'number', settable(shown.scale), false)).toMatchObject({
      values: Float64Array.of(1),
    });
  });

  it('tells date-times from numbers', () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => Date.UTC(2024, 0, 1 + (i % 4)));
    const shown = showColumn(
      { name: 'd', type: 'datetime' },
      { kind: 'number', name: 'd', values },
      rows,
      options,
    );
    expect(shown.scale).toMatchObject({ kind: 'datetime', counts: [10, 10, 10, 10] });
    expect(shown.places).toEqual([0, 1, 2, 3, 0]);
  });
});

describe('interactions of columns', () => {
  const engineered = smallModel({ rows: 120, engineered: engineeredOf(columnTypes) });
  const matrix = applyFeatures(bundle.plan, dataset);
  const width = bundle.plan.inputs.length;

  it.each([
    ['of one column each', { bundle, dataset }],
    ['of two columns too', engineered],
  ])(
    'are symmetric, and add up to the contributions of trees and regression together: features %s',
    (_, model) => {
      const rows = model.dataset.rowCount;
      const { columns, values } = foldedInteractions(
        model.bundle,
        applyFeatures(model.bundle.plan, model.dataset),
      );
      const explained = createScorer(model.bundle).explainBatch(model.dataset);
      expect(columns).toEqual(explained.columns);
      for (let row = 0; row < rows; row++) {
        for (let a = 0; a < width; a++) {
          let line = 0;
          for (let b = 0; b < width; b++) {
            const value = values[(row * width + a) * width + b];
            expect(Math.abs(value - values[(row * width + b) * width + a])).toBeLessThan(1e-6);
            line += value;
          }
          expect(Math.abs(line - explained.contributions[row * width + a])).toBeLessThan(1e-5);
        }
      }
    },
  );

  it('are summed up in size: pairs with both halves, columns alone on the diagonal', () => {
    const sums = interactionSizes({
      columns: ['x', 'y'],
      values: Float64Array.of(1, -2, -2, 3, -4, 1, 1, 0),
    });
    expect(Array.from(sums)).toEqual([5, 6, 6, 3]);
    expect(interactionMatrix(['x', 'y'], sums, 2, ['y', 'x'])).toEqual({
      columns: ['y', 'x'],
      values: [
        [1.5, 3],
        [3, 2.5],
      ],
      rows: 2,
    });
  });

  it('hold all that a feature of two columns adds to the regression, and leave their diagonal alone', () => {
    const { plan, logistic, decision } = engineered.bundle;
    const products = new Set(
      plan.outputs.filter(({ sources }) => sources.length === 2).map(({ name }) => name),
    );
    const only = { ...plan, linear: plan.linear.filter(({ feature }) => products.has(feature)) };
    const numeric = linearLayout(only).numeric.map((__, i) => 1 + i);
    const model = {
      plan: only,
      logistic: {
        ...logistic,
        numeric: Float64Array.from(numeric),
        codes: linearLayout(only).codes.map(({ shares }) => new Float64Array(shares.length)),
      },
      decision: { ...decision, blend: { members: [{ member: 'logistic' as const, weight: 1 }], offset: 0 } },
    };
    const sums = interactionSizes(foldedInteractions(model, applyFeatures(plan, engineered.dataset)));
    const size = plan.inputs.length;
    expect(sums.filter((value, i) => value !== 0 && i % (size + 1) === 0)).toHaveLength(0);
    expect(Math.max(...sums)).toBeGreaterThan(0);
  });

  it('are none where the regression is the whole model', () => {
    const { booster: _, ...rest } = bundle;
    const folded = foldedInteractions(
      {
        ...rest,
        decision: { ...bundle.decision, blend: { members: [{ member: 'logistic', weight: 1 }], offset: 0 } },
      },
      matrix,
    );
    const sums = interactionSizes(folded);
    expect(sums.filter((size, i) => size !== 0 && i % (width + 1) !== 0)).toHaveLength(0);
    expect(Math.max(...sums)).toBeGreaterThan(0);
  });
});

describe('potential interactions', () => {
  const random = new Random(3, 'potential');
  const own = Array.from({ length: 400 }, () => random.float());
  const partner = own.map(() => random.float());
  const stranger = own.map(() => random.float());
  const moved = own.map((x, i) => x + (x > 0.5 ? 1 : -1) * partner[i]);

  it('find the column that the contribution depends on, present or absent', () => {
    const found = potentialInteraction(moved, own, partner);
    // Ten windows of 40 rows in which own value hardly changes: nearly perfect correlation in most of them.
    expect(found).toBeGreaterThan(8.5);
    expect(found).toBeLessThanOrEqual(10);
    expect(potentialInteraction(moved, own, stranger)).toBeLessThan(0.4 * found);
    const absent = partner.map((value) => (value > 0.5 ? null : 0.3));
    expect(potentialInteraction(moved, own, absent)).toBeGreaterThan(0.6 * found);
  });

  it('are 0 where nothing varies, and exact where one window holds all', () => {
    expect(
      potentialInteraction(
        moved,
        own,
        own.map(() => 0.5),
      ),
    ).toBe(0);
    expect(potentialInteraction([], [], [])).toBe(0);
    expect(potentialInteraction([1, 2], [null, 0.1], [0.5, 0.5])).toBe(0);
  });
});

describe('partial dependence', () => {
  const rows = Uint32Array.from({ length: 40 }, (_, i) => i * 7);
  const sample = takeRows(dataset, rows);

  it.each(bundle.plan.inputs.map((input) => [input.name, input] as const))(
    'of %s is the mean of single rows with the value set, by the scorer of rows',
    (name, input) => {
      const column = findColumn(dataset, name)!;
      const shown = showColumn(input, column, new Uint32Array(), {
        minimumCount: 5,
        maximumBins: 6,
        maximumLevels: 4,
      });
      const scale = settable(shown.scale);
      const grid = gridOf(input, column.kind, scale, true);
      const result = partialDependenceOf(name, scale, true, probabilitiesOver(scorer, sample, grid));
      const cellOf = (place: number): unknown => {
        if (scale.kind === 'level') {
          const level = scale.levels[place];
          return input.type === 'boolean' ? level === 'true' : level;
        }
        return scale.kind === 'datetime' ? new Date(scale.values[place]) : scale.values[place];
      };
      const scoreWith = (row: number, value: unknown): number =>
        scorer.scoreRow({ ...recordOf(table, row), [name]: value }).probability;
      expect(result.curves).toHaveLength(40);
      scale.counts.forEach((_, place) => {
        const each = Array.from(rows, (row) => scoreWith(row, cellOf(place)));
        expect(result.curves.map((curve) => curve[place])).toEqual(each);
        expect(result.mean[place]).toBeCloseTo(each.reduce((a, b) => a + b, 0) / 40, 12);
      });
      const without = Array.from(rows, (row) => scoreWith(row, null));
      expect(result.missing).toBeCloseTo(without.reduce((a, b) => a + b, 0) / 40, 12);
    },
  );

  it('of no value is empty', () => {
    const scale = { kind: 'number', values: [], counts: [] } as const;
    const grid = gridOf({ name: 'c0' }, 'number', scale, false);
    expect(partialDependenceOf('c0', scale, false, probabilitiesOver(scorer, sample, grid))).toEqual({
      column: 'c0',
      scale,
      mean: [],
      curves: [],
    });
  });
});

describe('the waterfall of a row', () => {
  const calibration = { kind: 'sigmoid', slope: 0.5, intercept: 0.1 } as const;

  it('goes from the bias to the margin without a gap, the largest step first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 30 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 15 }),
        (contributions, bias, most) => {
          const margin = contributions.reduce((a, b) => a + b, bias);
          const columns = contributions.map((_, i) => `c${i}`);
          const { steps, ...ends } = waterfallOf({ columns, contributions, bias, margin }, calibration, most);
          expect(steps.length).toBe(Math.min(most, contributions.length));
          expect(ends).toMatchObject({ bias, margin });
          let at = bias;
          for (const { from, to } of steps) {
            expect(from).toBe(at);
            at = to;
          }
          expect(at).toBe(steps.length > 0 ? margin : bias);
          const named = steps
            .filter(({ column }) => column !== undefined)
            .map((step) => Math.abs(step.contribution));
          expect(named).toEqual(named.toSorted((a, b) => b - a));
          expect(steps.reduce((sum, step) => sum + step.columns, 0)).toBe(contributions.length);
        },
      ),
      { numRuns: 200, seed: 6 },
    );
  });

  it('gives probabilities after calibration, and names those left together', () => {
    const row = { columns: ['a', 'b', 'c'], contributions: [0.5, -2, 0.25], bias: 1, margin: -0.25 };
    const { steps, biasProbability, probability } = waterfallOf(row, calibration, 2);
    expect(steps).toEqual([
      { column: 'b', columns: 1, contribution: -2, from: 1, to: -1 },
      { columns: 2, contribution: 0.75, from: -1, to: -0.25 },
    ]);
    expect(biasProbability).toBeCloseTo(1 / (1 + Math.exp(-0.6)), 12);
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(0.025)), 12);
  });
});
