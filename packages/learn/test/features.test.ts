import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { ColumnMissing, InsufficientData, InvalidOption, InvalidValue, Random } from '@verdict/core';
import type { ColumnType, Dataset, Schema } from '@verdict/core';
import {
  applyFeatures,
  fitFeatures,
  linearDesign,
  linearLayout,
  parsePlan,
  rowEncoder,
} from '../src/features/index.ts';
import { datePart, dateParts } from '../src/features/calendar.ts';
import { compareCodePoints } from '../src/features/code-points.ts';
import { medianOf } from '../src/features/median.ts';
import { standardStep } from '../src/features/standard-step.ts';
import { codesOf, numberValues } from '../src/features/step-kind.ts';
import type { StandardStep } from '../src/features/standard-step.ts';
import { datasetOf, schemaOf } from './support/tables.ts';

function categories(values: readonly (string | null)[]): Dataset {
  return datasetOf({ types: ['category'], rows: values.map((value) => [value]) });
}

function numbers(values: readonly number[], name = 'c0'): Dataset {
  return { rowCount: values.length, columns: [{ kind: 'number', name, values: Float64Array.from(values) }] };
}

const many = (level: string, times: number): string[] => new Array<string>(times).fill(level);

/** The features that a date-time column with these moments gets. */
function names(moments: number[]): string[] {
  return fitFeatures(numbers(moments), schemaOf(['datetime'])).outputs.map(({ name }) => name);
}

/** Fits standard scaling on single-precision numbers. */
function standard(training: readonly number[]): StandardStep {
  return standardStep.fit('x', Float32Array.from(training), { kind: 'standard' });
}

/** The columns that scaling fitted on some numbers makes of others. */
function design(training: readonly number[], rows: readonly number[]): number[][] {
  const { numeric } = standardStep.apply(standard(training), Float32Array.from(rows));
  return numeric.map((column) => [...column]);
}

function fit(options: object): () => unknown {
  return () => fitFeatures(numbers([1]), schemaOf(['numeric']), options);
}

function points(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0)!);
}

describe('numbers', () => {
  it('become single precision, with missing kept and no infinity left', () => {
    const dataset = numbers([0.1, NaN, -0, Infinity, -Infinity, 1e300, 1e-300]);
    const plan = fitFeatures(dataset, schemaOf(['numeric']));
    const [column] = applyFeatures(plan, dataset).columns;
    const most = 3.4028234663852886e38;
    expect([...column]).toEqual([Math.fround(0.1), NaN, -0, most, -most, most, 0]);
    expect(plan.outputs).toEqual([{ name: 'c0', sources: ['c0'], type: 'q' }]);
  });

  it('may be codes of categories that the table itself holds; no linear step reads those', () => {
    const plan = parsePlan({
      version: 2,
      inputs: [{ name: 'kind', type: 'numeric', optional: true }],
      steps: [{ kind: 'number', input: 'kind', output: 'kind', type: 'c' }],
      outputs: [{ name: 'kind', sources: ['kind'], type: 'c' }],
      linear: [],
    });
    const values = Float64Array.of(0, 300, NaN, -1);
    const matrix = applyFeatures(plan, { rowCount: 4, columns: [{ kind: 'number', name: 'kind', values }] });
    expect(matrix.featureTypes).toEqual(['c']);
    expect([...matrix.columns[0]]).toEqual([0, 300, NaN, -1]);
    expect([...rowEncoder(plan)({ kind: 300 })]).toEqual([300]);
    const linear = [{ kind: 'standard', feature: 'kind', median: 0, low: 0, high: 1, mean: 0, scale: 1 }];
    expect(() => parsePlan({ ...plan, linear })).toThrow(/does not fit its feature/);
  });

  it('have a type by column type', () => {
    const types: ColumnType[] = ['numeric', 'integer', 'boolean', 'category'];
    const plan = fitFeatures(datasetOf({ types, rows: [[1, 1, 1, 'a']] }), schemaOf(types));
    expect(plan.outputs.map(({ type }) => type)).toEqual(['q', 'int', 'i', 'c']);
  });
});

describe('date parts', () => {
  it('are those of Date, over the whole range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (moment) => {
        const date = new Date(moment);
        expect(dateParts.map((part) => datePart(part, moment, 86_400_000))).toEqual([
          (moment - 86_400_000) / 86_400_000,
          date.getUTCFullYear(),
          date.getUTCMonth() + 1,
          date.getUTCDate(),
          date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
          date.getUTCHours(),
        ]);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('are right on every day of four centuries', () => {
    const wrong: string[] = [];
    for (let day = -80_000; day < 80_000; day++) {
      const date = new Date(day * 86_400_000);
      const at = date.getTime();
      const same =
        datePart('year', at, 0) === date.getUTCFullYear() &&
        datePart('month', at, 0) === date.getUTCMonth() + 1 &&
        datePart('day', at, 0) === date.getUTCDate();
      if (!same) wrong.push(date.toISOString());
    }
    expect(wrong).toEqual([]);
    expect(datePart('day', Date.UTC(2000, 1, 29), 0)).toBe(29);
  });

  it('are missing for what is no moment', () => {
    for (const moment of [NaN, Infinity, -Infinity, 8.65e15])
      expect(dateParts.map((part) => datePart(part, moment, 0))).toEqual(dateParts.map(() => NaN));
  });

  it('are kept only where they varied in training, elapsed days always', () => {
    expect(names([Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1)])).toEqual([
      'c0:elapsed',
      'c0:year',
      'c0:weekday',
    ]);
    expect(names([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 1, 5)])).toEqual(['c0:elapsed', 'c0:hour']);
    expect(names([NaN])).toEqual(['c0:elapsed']);
    expect(names([])).toEqual(['c0:elapsed']);
  });

  it('count days from the start of the median year', () => {
    const dataset = numbers([
      Date.UTC(1, 0, 1),
      Date.UTC(2023, 5, 1),
      Date.UTC(2023, 0, 3, 12),
      NaN,
      Infinity,
    ]);
    const plan = fitFeatures(dataset, schemaOf(['datetime']));
    expect(plan.steps[0]).toMatchObject({ reference: Date.UTC(2023, 0, 1) });
    expect(applyFeatures(plan, dataset).columns[0][2]).toBe(2.5);
  });

  it('go to linear learners as a line through time and points on circles', () => {
    const dataset = numbers([Date.UTC(2024, 2, 1), Date.UTC(2024, 5, 1), NaN]);
    const plan = fitFeatures(dataset, schemaOf(['datetime']));
    expect(plan.linear.map(({ kind, feature }) => [kind, feature])).toEqual([
      ['standard', 'c0:elapsed'],
      ['cyclic', 'c0:month'],
      ['cyclic', 'c0:weekday'],
    ]);
    const { numeric } = linearDesign(plan, dataset);
    // Elapsed, its indicator of missing, then sine and cosine of March, June, missing.
    expect([...numeric[1]]).toEqual([0, 0, 1]);
    [1, 0, 0].forEach((sine, i) => expect(numeric[2][i]).toBeCloseTo(sine, 12));
    [0, -1, 0].forEach((cosine, i) => expect(numeric[3][i]).toBeCloseTo(cosine, 12));
    expect(linearLayout(plan).numeric[2].mean).toBeCloseTo(1 / 3, 12);
  });
});

describe('categories', () => {
  it('get codes by count, then by code point; rare ones are pooled', () => {
    const training = categories([
      ...many('b', 5),
      ...many('a', 5),
      ...many('c', 6),
      ...many('rare', 4),
      null,
    ]);
    const plan = fitFeatures(training, schemaOf(['category']));
    expect(plan.steps[0]).toMatchObject({ levels: ['c', 'a', 'b'], rare: true });
    const [codes] = applyFeatures(plan, categories(['c', 'a', 'b', 'rare', 'never seen', null])).columns;
    expect([...codes]).toEqual([0, 1, 2, 3, 3, NaN]);
  });

  it('without a rare level, unseen is missing', () => {
    const plan = fitFeatures(categories(many('a', 9)), schemaOf(['category']));
    expect([...applyFeatures(plan, categories(['a', 'b'])).columns[0]]).toEqual([0, NaN]);
  });

  it('keep at most 254 levels', () => {
    const levels = Array.from({ length: 300 }, (_, i) => `level ${String(i).padStart(3, '0')}`);
    const training = categories(levels.flatMap((level) => many(level, 5)));
    const plan = fitFeatures(training, schemaOf(['category']));
    expect(plan.steps[0]).toMatchObject({ levels: levels.slice(0, 254), rare: true });
    expect(Math.max(...applyFeatures(plan, training).columns[0])).toBe(254);
  });

  it('may be all rare, all missing or none at all', () => {
    const rare = fitFeatures(categories(['a', 'b']), schemaOf(['category']));
    expect([...applyFeatures(rare, categories(['a', 'x', null])).columns[0]]).toEqual([0, 0, NaN]);
    for (const empty of [[null, null], []]) {
      const plan = fitFeatures(categories(empty), schemaOf(['category']));
      expect(plan.steps[0]).toMatchObject({ levels: [], rare: false });
      expect([...applyFeatures(plan, categories(['a', null])).columns[0]]).toEqual([NaN, NaN]);
      expect(linearDesign(plan, categories(['a'])).codes).toEqual([{ codes: Int32Array.of(0), levels: 1 }]);
    }
  });

  it('count a level that a dictionary lists twice once', () => {
    const dataset: Dataset = {
      rowCount: 6,
      columns: [
        { kind: 'code', name: 'c0', codes: Int32Array.of(0, 1, 0, 1, 0, 2), levels: ['a', 'a', 'b'] },
      ],
    };
    const plan = fitFeatures(dataset, schemaOf(['category']));
    expect(plan.steps[0]).toMatchObject({ levels: ['a'], rare: true });
    expect([...applyFeatures(plan, dataset).columns[0]]).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('ignore blanks around a level, and keep words for missing missing unless training knew them', () => {
    const plan = fitFeatures(categories([...many('a', 5), 'x']), schemaOf(['category']));
    expect([...applyFeatures(plan, categories([' a ', 'NA', 'b'])).columns[0]]).toEqual([0, NaN, 1]);
    const known = fitFeatures(categories([...many('NA', 5), 'x']), schemaOf(['category']));
    expect([...applyFeatures(known, categories(['NA', 'null'])).columns[0]]).toEqual([0, NaN]);
  });

  it('become one-hot blocks with missing as the last level', () => {
    const training = categories([...many('a', 6), ...many('b', 5), 'rare', null, null]);
    const plan = fitFeatures(training, schemaOf(['category']));
    const [{ codes, levels }] = linearDesign(plan, categories(['a', 'b', 'rare', 'new', null])).codes;
    expect([...codes]).toEqual([0, 1, 2, 2, 3]);
    expect(levels).toBe(4);
    expect(linearLayout(plan).codes[0].shares).toEqual([6 / 14, 5 / 14, 1 / 14, 2 / 14]);
  });
});

describe('standard scaling', () => {
  it('has mean 0 and deviation 1 on its training rows, with the median for missing', () => {
    const random = new Random(5);
    const values = Array.from({ length: 500 }, (_, i) => (i % 9 === 0 ? NaN : random.normal() * 7 + 3));
    const [scaled, missing] = design(values, values);
    const mean = scaled.reduce((a, b) => a + b, 0) / 500;
    expect(mean).toBeCloseTo(0, 12);
    expect(scaled.reduce((a, b) => a + (b - mean) ** 2, 0) / 500).toBeCloseTo(1, 12);
    expect(missing).toEqual(values.map((value) => (Number.isNaN(value) ? 1 : 0)));
    const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const step = standard(values);
    expect(step).toMatchObject({ missing: 56 / 500, low: Math.fround(known[0]) });
    expect(step.median).toBeCloseTo((known[221] + known[222]) / 2, 5);
    expect(scaled[0]).toBeCloseTo((step.median - step.mean) / step.scale, 12);
  });

  it('clips to the training range and is not spoilt by infinities', () => {
    const most = 3.4028234663852886e38;
    const training = [1, 2, 3, most, -most];
    expect(standard(training)).toMatchObject({ median: 2, low: 1, high: 3, mean: 2 });
    const [scaled, ...others] = design(training, [1, 3, 1e6, -most, 0]);
    expect(others).toEqual([]);
    expect([scaled[2], scaled[3], scaled[4]]).toEqual([scaled[1], scaled[0], scaled[0]]);
  });

  it('is safe for constants, nearly constants, all missing and no rows', () => {
    expect(design([0.1, 0.1, 0.1], [0.1, 7, NaN])).toEqual([[0, 0, 0]]);
    expect(standard([0.1, 0.1])).toMatchObject({ scale: 1, mean: Math.fround(0.1) });
    expect(design([NaN, NaN], [5, NaN])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(design([], [5])).toEqual([[0]]);
    expect(design([3.4028234663852886e38], [5])).toEqual([[0]]);
    const near = design([1e-45, 0], [1e-45, 0])[0];
    expect(near.map(Math.abs)).toEqual([1, 1]);
  });
});

describe('fitting', () => {
  it('takes the features of the schema, in its order, by name', () => {
    const schema: Schema = {
      columns: [
        { name: 'b', type: 'numeric', role: 'feature', optional: false },
        { name: 'id', type: 'identifier', role: 'ignored', reason: 'unique', optional: false },
        { name: 'y', type: 'boolean', role: 'target', optional: false },
        { name: 'w', type: 'numeric', role: 'weight', optional: false },
        { name: 'a', type: 'numeric', role: 'feature', optional: false },
      ],
      target: { name: 'y', positive: '1', negative: '0' },
    };
    const dataset: Dataset = {
      rowCount: 1,
      columns: ['a', 'w', 'b', 'y'].map((name, i) => ({ kind: 'number', name, values: Float64Array.of(i) })),
    };
    const matrix = applyFeatures(fitFeatures(dataset, schema), dataset);
    expect(matrix.featureNames).toEqual(['b', 'a']);
    expect(matrix.columns).toEqual([Float32Array.of(2), Float32Array.of(0)]);
  });

  it('gives every feature a name of its own', () => {
    const schema: Schema = {
      columns: [
        { name: 'd:elapsed', type: 'numeric', role: 'feature', optional: false },
        { name: 'd', type: 'datetime', role: 'feature', optional: false },
      ],
      target: { name: 'y', positive: '1', negative: '0' },
    };
    const dataset: Dataset = {
      rowCount: 1,
      columns: ['d:elapsed', 'd'].map((name) => ({ kind: 'number', name, values: Float64Array.of(0) })),
    };
    expect(fitFeatures(dataset, schema).outputs.map(({ name }) => name)).toEqual([
      'd:elapsed',
      'd:elapsed~2',
    ]);
  });

  it('refuses a table without features, without a column, or with a column of another kind', () => {
    const one = numbers([1]);
    expect(() => fitFeatures(one, schemaOf(['numeric'], { role: 'ignored' }))).toThrow(InsufficientData);
    expect(() => fitFeatures(one, schemaOf(['numeric', 'numeric'], { optional: false }))).toThrow(
      ColumnMissing,
    );
    expect(() => fitFeatures(one, schemaOf(['category']))).toThrow(
      /row 1, column "c0": expected text, got 1/,
    );
    expect(() => fitFeatures(categories([null, 'x']), schemaOf(['numeric']))).toThrow(
      /row 2, column "c0": expected a value of type numeric, got "x"/,
    );
  });

  it('takes a column without any value for missing, however it is stored', () => {
    const plan = fitFeatures(numbers([1, 2]), schemaOf(['numeric']));
    expect([...applyFeatures(plan, categories([null, null])).columns[0]]).toEqual([NaN, NaN]);
    expect([...applyFeatures(plan, { rowCount: 2, columns: [] }).columns[0]]).toEqual([NaN, NaN]);
    const strict = fitFeatures(numbers([1]), schemaOf(['numeric'], { optional: false }));
    expect(() => applyFeatures(strict, { rowCount: 1, columns: [] })).toThrow(ColumnMissing);
    const words = fitFeatures(categories(['a']), schemaOf(['category']));
    expect([...applyFeatures(words, numbers([NaN])).columns[0]]).toEqual([NaN]);
  });

  it('refuses options out of bounds', () => {
    for (const minimumCount of [0, -1, 1.5, NaN, Infinity])
      expect(fit({ minimumCount })).toThrow(InvalidOption);
    for (const maximumLevels of [0, 255, 1.5]) expect(fit({ maximumLevels })).toThrow(InvalidOption);
  });
});

describe('a record', () => {
  const types: ColumnType[] = ['numeric', 'boolean', 'datetime', 'category'];
  const rows = [
    [1, 0, Date.UTC(2024, 0, 1), 'a'],
    [2, 1, Date.UTC(2024, 5, 2), 'a'],
  ];
  const schema = schemaOf(types);
  const plan = fitFeatures(datasetOf({ types, rows }), schema, { minimumCount: 1 });
  const encode = rowEncoder(plan);
  const first = (record: Record<string, unknown>, feature: string): number =>
    encode(record)[plan.outputs.findIndex(({ name }) => name === feature)];

  it('holds numbers or their texts', () => {
    for (const value of [1234.5, '1234.5', ' 1,234.5 ', '$1,234.50'])
      expect(first({ c0: value }, 'c0')).toBe(1234.5);
    expect(first({ c0: 12n }, 'c0')).toBe(12);
    for (const value of [null, undefined, NaN, '', 'NA', '?']) expect(first({ c0: value }, 'c0')).toBeNaN();
    for (const value of ['twelve', true, [1], {}, Object.create(null), Symbol('x'), () => 1])
      expect(() => first({ c0: value }, 'c0')).toThrow(InvalidValue);
    expect(() => first({ c0: 'twelve' }, 'c0')).toThrow('column "c0": expected a number, got "twelve".');
  });

  it('holds booleans, their words, 0 and 1', () => {
    for (const value of [true, 1, 'TRUE', 'yes', '1']) expect(first({ c1: value }, 'c1')).toBe(1);
    for (const value of [false, 0, -0, 'no']) expect(Math.abs(first({ c1: value }, 'c1'))).toBe(0);
    for (const value of [null, 'NA', NaN]) expect(first({ c1: value }, 'c1')).toBeNaN();
    for (const value of [2, 'perhaps', {}]) expect(() => first({ c1: value }, 'c1')).toThrow(InvalidValue);
    const worded = schemaOf(['boolean'], { words: ['1', '2'] });
    const own = rowEncoder(fitFeatures(numbers([0, 1]), worded));
    expect(own({ c0: 'NA' })[0]).toBeNaN();
    expect(own({ c0: 2 })[0]).toBe(1);
    expect(own({ c0: '1' })[0]).toBe(0);
    expect(own({ c0: 1 })[0]).toBe(0);
    expect(() => own({ c0: 3 })).toThrow('expected true, false, "1" or "2", got');
  });

  it('holds date-times as texts or dates, not as bare numbers', () => {
    const expected = 31;
    for (const value of ['2024-02-01', '2024-02-01T00:00:00Z', new Date('2024-02-01')])
      expect(first({ c2: value }, 'c2:elapsed')).toBe(expected);
    for (const value of [null, 'NA', new Date(NaN)]) expect(first({ c2: value }, 'c2:elapsed')).toBeNaN();
    for (const value of [1_706_745_600, '01/02/2024', true])
      expect(() => first({ c2: value }, 'c2:elapsed')).toThrow(InvalidValue);
  });

  it('holds categories as texts, numbers or booleans', () => {
    const own = rowEncoder(
      fitFeatures(categories(['3', 'true', 'x']), schemaOf(['category']), { minimumCount: 1 }),
    );
    expect([3, true, 'x', 3n].map((value) => own({ c0: value })[0])).toEqual([0, 1, 2, 0]);
    expect(own({ c0: NaN })[0]).toBeNaN();
    for (const value of [[], {}, new Date(0)]) expect(() => own({ c0: value })).toThrow(InvalidValue);
  });

  it('must have the fields that are not optional, of its own', () => {
    const required: Schema = {
      columns: [
        { name: 'constructor', type: 'category', role: 'feature', optional: false },
        { name: '__proto__', type: 'category', role: 'feature', optional: true },
      ],
      target: { name: 'y', positive: '1', negative: '0' },
    };
    const dataset: Dataset = {
      rowCount: 5,
      columns: ['constructor', '__proto__'].map((name) => ({
        kind: 'code',
        name,
        codes: new Int32Array(5),
        levels: ['a'],
      })),
    };
    const own = rowEncoder(fitFeatures(dataset, required));
    expect(() => own({})).toThrow(ColumnMissing);
    expect([...own({ constructor: 'a' })]).toEqual([0, NaN]);
    expect([...own(JSON.parse('{"constructor":"a","__proto__":"a"}') as Record<string, unknown>)]).toEqual([
      0, 0,
    ]);
    expect([...own({ constructor: null })]).toEqual([NaN, NaN]);
  });

  it('reuses its buffer and ignores fields that it does not know', () => {
    const one = encode({ c0: 1, unknown: {} });
    expect(encode({ c0: 2 })).toBe(one);
    expect(one[0]).toBe(2);
  });
});

describe('helpers', () => {
  it('take a column for what it is', () => {
    const number = numbers([1]).columns[0];
    const code = categories(['a']).columns[0];
    expect([numberValues(number), codesOf(code)]).toEqual([Float64Array.of(1), code]);
    expect(() => numberValues(code)).toThrow('column "c0" holds codes, not numbers');
    expect(() => codesOf(number)).toThrow('column "c0" holds numbers, not codes');
  });

  it('order texts by code point', () => {
    expect(['\u{1f600}', '\uffee', '\ue000', 'b', 'a', 'ab', ''].sort(compareCodePoints)).toEqual([
      '',
      'a',
      'ab',
      'b',
      '\ue000',
      '\uffee',
      '\u{1f600}',
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const [left, right] = [points(a), points(b)];
        const at = left.findIndex((point, i) => point !== right[i]);
        const expected = at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected));
      }),
    );
  });

  it('take the median of what is known', () => {
    expect(medianOf(Float64Array.of(3, NaN, 1, 2))).toBe(2);
    expect(medianOf(Float64Array.of(1, 2))).toBe(1.5);
    expect(medianOf(Float64Array.of(-Number.MAX_VALUE, Number.MAX_VALUE))).toBe(0);
    expect(medianOf(Float64Array.of(NaN))).toBeNaN();
  });
});
