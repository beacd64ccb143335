import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { columnTypes } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import {
  applyFeatures,
  linearDesign,
  linearLayout,
  linearRowEncoder,
  parsePlan,
  rowEncoder,
} from '../src/features/index.ts';
import type {
  EngineeredFeature,
  FeatureOptions,
  FeaturePlan,
  FittedFeatures,
} from '../src/features/index.ts';
import { linearKinds, plainKinds, stepKinds } from '../src/features/step-registry.ts';
import { canonicalJson } from '../src/json/canonical-json.ts';
import { engineeredOf, fitWithLabels } from './support/engineered.ts';
import { bits, datasetOf, recordOf, schemaOf, tableOf } from './support/tables.ts';
import type { Table } from './support/tables.ts';

// One suite over every kind of step: what a batch gets, a single row gets, bit for bit, before and after
// the plan was written and read.

/** The rows that a batch and the row form encode differently, for trees or for linear learners. */
function disagreements(plan: FeaturePlan, table: Table): number[] {
  const matrix = applyFeatures(plan, datasetOf(table));
  const design = linearDesign(plan, datasetOf(table));
  const encode = rowEncoder(plan);
  const encodeLinear = linearRowEncoder(plan);
  return [...table.rows.keys()].filter((row) => {
    const features = encode(recordOf(table, row));
    const { numeric, codes } = encodeLinear(features);
    return !(
      sameBits(
        features,
        Float32Array.from(matrix.columns, (column) => column[row]),
      ) &&
      sameBits(
        numeric,
        Float64Array.from(design.numeric, (column) => column[row]),
      ) &&
      codes.every((code, block) => code === design.codes[block].codes[row])
    );
  });
}

/** What does not hold though it should of every plan, whatever it was fitted on. */
function faults(plan: FeaturePlan, table: Table): string[] {
  const matrix = applyFeatures(plan, datasetOf(table));
  const design = linearDesign(plan, datasetOf(table));
  const layout = linearLayout(plan);
  const found: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) found.push(fault);
  };
  check(matrix.columns.length === plan.outputs.length, 'columns');
  for (const [f, column] of matrix.columns.entries()) {
    check(column.length === table.rows.length, 'rows');
    check(!column.some((value) => Math.abs(value) === Infinity), 'an infinity reaches the learner');
    check(matrix.featureTypes[f] !== 'c' || !column.some((code) => code > 254), 'a code above 254');
  }
  for (const column of design.numeric) check(column.every(Number.isFinite), 'a linear value is not finite');
  for (const { codes, levels } of design.codes)
    check(
      codes.every((code) => code >= 0 && code < levels),
      'a code outside its block',
    );
  check(layout.numeric.length === design.numeric.length, 'layout of numbers');
  check(layout.codes.length === design.codes.length, 'layout of blocks');
  check(
    layout.codes.every(({ shares }, i) => shares.length === design.codes[i].levels),
    'sizes of blocks',
  );
  return found;
}

function sameBits(a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean {
  const [left, right] = [bits(a), bits(b)];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

const allTypes = [...columnTypes];
const twice = [...allTypes, ...allTypes];
const cases: {
  name: string;
  types: readonly ColumnType[];
  engineered: readonly EngineeredFeature[];
  /** How many tables are tried, as a share of the usual number. */
  share: number;
}[] = [
  ...allTypes.map((type) => ({ name: type, types: [type], engineered: engineeredOf([type]), share: 0.5 })),
  { name: 'all types', types: allTypes, engineered: [], share: 1 },
  { name: 'all types, twice, and every kind', types: twice, engineered: engineeredOf(twice), share: 0.5 },
];

describe.each(cases)('steps for $name', ({ types, engineered, share }) => {
  const fit = (table: Table, options: FeatureOptions = {}): FittedFeatures =>
    fitWithLabels(datasetOf(table), schemaOf(types), { ...options, engineered });

  it('give the same for a batch and for its rows, on rows never seen', () => {
    fc.assert(
      fc.property(
        tableOf(types),
        tableOf(types),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        (training, other, minimumCount, maximumLevels) => {
          const { plan } = fit(training, { minimumCount, maximumLevels });
          for (const table of [training, other]) {
            expect(disagreements(plan, table)).toEqual([]);
            expect(faults(plan, table)).toEqual([]);
          }
        },
      ),
      { numRuns: 200 * share, seed: 11 },
    );
  });

  it('are the same after saving and parsing', () => {
    fc.assert(
      fc.property(tableOf(types), tableOf(types), (training, other) => {
        const { plan } = fit(training, { minimumCount: 2 });
        const text = canonicalJson(plan);
        const parsed = parsePlan(JSON.parse(text));
        expect(parsed).toEqual(plan);
        expect(canonicalJson(parsed)).toBe(text);
        const before = applyFeatures(plan, datasetOf(other)).columns.map(bits);
        expect(applyFeatures(parsed, datasetOf(other)).columns.map(bits)).toEqual(before);
        const linear = linearDesign(plan, datasetOf(other)).numeric.map(bits);
        expect(linearDesign(parsed, datasetOf(other)).numeric.map(bits)).toEqual(linear);
      }),
      { numRuns: 100 * share, seed: 12 },
    );
  });

  it('give the training rows while fitting what they give them later', () => {
    fc.assert(
      fc.property(tableOf(types), (training) => {
        const { plan, matrix } = fit(training);
        const later = applyFeatures(plan, datasetOf(training));
        expect(matrix.featureNames).toEqual(later.featureNames);
        expect(matrix.featureTypes).toEqual(later.featureTypes);
        // All but what looks at the label, which is cross-fitted.
        const plain = plan.outputs.map(({ name }) => !name.startsWith('target rate of '));
        const of = (columns: readonly Float32Array[]): unknown =>
          columns.filter((_, f) => plain[f]).map(bits);
        expect(of(matrix.columns)).toEqual(of(later.columns));
        // One row alone has no other fold to learn from.
        const missing = (columns: readonly Float32Array[]): number[] =>
          training.rows.length < 2 ? [] : columns.map((column) => column.filter(Number.isNaN).length);
        expect(missing(matrix.columns)).toEqual(missing(later.columns));
      }),
      { numRuns: 60 * share, seed: 13 },
    );
  });

  it('do not depend on how the batch numbers its levels, nor on the order of columns', () => {
    fc.assert(
      fc.property(tableOf(types, { minLength: 1 }), (table) => {
        const dataset = datasetOf(table);
        const shuffled = {
          rowCount: dataset.rowCount,
          columns: dataset.columns.toReversed().map((column) => {
            if (column.kind === 'number') return column;
            const levels = ['never used', ...column.levels.toReversed()];
            const codes = column.codes.map((code) => (code < 0 ? -1 : column.levels.length - code));
            return { ...column, codes, levels };
          }),
        };
        const options = { minimumCount: 2, engineered };
        const { plan, matrix } = fitWithLabels(dataset, schemaOf(types), options);
        const again = fitWithLabels(shuffled, schemaOf(types), options);
        expect(again.plan).toEqual(plan);
        expect(again.matrix.columns.map(bits)).toEqual(matrix.columns.map(bits));
        expect(applyFeatures(plan, shuffled).columns.map(bits)).toEqual(
          applyFeatures(plan, dataset).columns.map(bits),
        );
      }),
      { numRuns: 60 * share, seed: 14 },
    );
  });
});

describe('the registry of steps', () => {
  it('has a plain kind for every column type, and only one', () => {
    for (const type of columnTypes) {
      const kinds = Object.values(plainKinds).filter(({ columnTypes: types }) => types.includes(type));
      expect(kinds.length).toBe(1);
    }
  });

  it('is covered by the suite above: tables of all types use every kind', () => {
    const rows = [
      [1, 1, 1, 'a', 0, 'a', 'a', 'only'],
      [2, 2, 0, 'b', 8e11 + 3_600_001, 'b', 'b', 'only'],
    ].map((row) => [...row, ...row]);
    const { plan } = fitWithLabels(datasetOf({ types: twice, rows }), schemaOf(twice), {
      engineered: engineeredOf(twice),
    });
    expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(new Set(Object.keys(stepKinds)));
    expect(new Set(plan.linear.map(({ kind }) => kind))).toEqual(new Set(Object.keys(linearKinds)));
  });
});
