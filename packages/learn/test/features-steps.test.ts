import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { columnTypes } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import {
  applyFeatures,
  fitFeatures,
  fitTransformFeatures,
  linearDesign,
  linearLayout,
  linearRowEncoder,
  parsePlan,
  rowEncoder,
} from '../src/features/index.ts';
import type { FeaturePlan } from '../src/features/index.ts';
import { linearKinds, stepKinds } from '../src/features/step-registry.ts';
import { canonicalJson } from '../src/json/canonical-json.ts';
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
const cases: (readonly ColumnType[])[] = [...allTypes.map((type) => [type]), allTypes];

describe.each(cases.map((types) => ({ name: types.length > 1 ? 'all types' : types[0], types })))(
  'steps for $name',
  ({ types }) => {
    it('give the same for a batch and for its rows, on rows never seen', () => {
      fc.assert(
        fc.property(
          tableOf(types),
          tableOf(types),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 4 }),
          (training, other, minimumCount, maximumLevels) => {
            const plan = fitFeatures(datasetOf(training), schemaOf(types), { minimumCount, maximumLevels });
            for (const table of [training, other]) {
              expect(disagreements(plan, table)).toEqual([]);
              expect(faults(plan, table)).toEqual([]);
            }
          },
        ),
        { numRuns: 200, seed: 11 },
      );
    });

    it('are the same after saving and parsing', () => {
      fc.assert(
        fc.property(tableOf(types), tableOf(types), (training, other) => {
          const plan = fitFeatures(datasetOf(training), schemaOf(types), { minimumCount: 2 });
          const text = canonicalJson(plan);
          const parsed = parsePlan(JSON.parse(text));
          expect(parsed).toEqual(plan);
          expect(canonicalJson(parsed)).toBe(text);
          const before = applyFeatures(plan, datasetOf(other)).columns.map(bits);
          expect(applyFeatures(parsed, datasetOf(other)).columns.map(bits)).toEqual(before);
          const linear = linearDesign(plan, datasetOf(other)).numeric.map(bits);
          expect(linearDesign(parsed, datasetOf(other)).numeric.map(bits)).toEqual(linear);
        }),
        { numRuns: 100, seed: 12 },
      );
    });

    it('give the training rows while fitting what they give them later', () => {
      fc.assert(
        fc.property(tableOf(types), (training) => {
          const { plan, matrix } = fitTransformFeatures(datasetOf(training), schemaOf(types));
          const later = applyFeatures(plan, datasetOf(training));
          expect(matrix.featureNames).toEqual(later.featureNames);
          expect(matrix.featureTypes).toEqual(later.featureTypes);
          expect(matrix.columns.map(bits)).toEqual(later.columns.map(bits));
        }),
        { numRuns: 60, seed: 13 },
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
          const plan = fitFeatures(dataset, schemaOf(types), { minimumCount: 2 });
          expect(fitFeatures(shuffled, schemaOf(types), { minimumCount: 2 })).toEqual(plan);
          expect(applyFeatures(plan, shuffled).columns.map(bits)).toEqual(
            applyFeatures(plan, dataset).columns.map(bits),
          );
        }),
        { numRuns: 60, seed: 14 },
      );
    });
  },
);

describe('the registry of steps', () => {
  it('has a kind for every column type, and only one', () => {
    for (const type of columnTypes) {
      const kinds = Object.values(stepKinds).filter(({ columnTypes: types }) => types.includes(type));
      expect(kinds.length).toBe(1);
    }
  });

  it('is covered by the suite above: a table of all types uses every kind', () => {
    const rows = [
      [1, 1, 1, 'a', 0, 'a', 'a', 'only'],
      [2, 2, 0, 'b', 8e11 + 3_600_001, 'b', 'b', 'only'],
    ];
    const plan = fitFeatures(datasetOf({ types: allTypes, rows }), schemaOf(allTypes));
    expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(new Set(Object.keys(stepKinds)));
    expect(new Set(plan.linear.map(({ kind }) => kind))).toEqual(new Set(Object.keys(linearKinds)));
  });
});
