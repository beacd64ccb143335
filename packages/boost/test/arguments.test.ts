import { afterAll, describe, expect, it } from 'vitest';
import { InvalidOption, OutOfResources, VerdictError } from '@verdict/core';
import * as boost from '../src/index.ts';
import type { ParamsInput, TrainingData } from '../src/index.ts';
import { makeData } from './support/made-data.ts';

const { bagBoosters, binMatrix, binMatrixAsync, blendBoosters, Booster, closePool } = boost;
const { columnsFromColumns, columnsFromRows, readModelFile, startTraining, train, trainSync } = boost;

const { matrix, labels } = makeData({ rows: 60, categories: [3] });
const binned = binMatrix(matrix);
const data = { binned, labels };
const validationRows = Uint32Array.of(1, 2, 3);
const { booster } = trainSync(data, { min_child_weight: 0 }, { rounds: 3 });

afterAll(closePool);

/** What a program in JavaScript may pass by mistake. */
const oddities: readonly unknown[] = [
  null,
  -1,
  NaN,
  2 ** 60,
  5n,
  '',
  'abc',
  true,
  [1],
  {},
  { a: 1 },
  () => 1,
  Symbol('s'),
  new Date(0),
  new Map([['max_depth', 3]]),
  new Float32Array(61),
  new Float64Array(60),
  new Uint8Array(60),
  new BigInt64Array(60),
  new ArrayBuffer(8),
  Array<number>(60).fill(0),
];

/** A call with one argument, or one part of one, replaced. */
type Call = (odd: never) => unknown;

const sync = (more: object, options: object = {}, params: object = {}): unknown =>
  trainSync({ ...data, validationRows, ...more } as TrainingData, params as ParamsInput, {
    rounds: 1,
    ...options,
  });
const aside = async (more: object, options: object = {}): Promise<unknown> =>
  train({ ...data, validationRows, ...more } as TrainingData, {}, { rounds: 1, ...options });
const started = (options: object): void => startTraining({ ...data, validationRows }, {}, options).close();
const csr = {
  rowCount: 2,
  columnCount: 2,
  starts: Uint32Array.of(0, 1, 2),
  indices: Uint32Array.of(1, 0),
  values: Float32Array.of(2, 1),
};

const calls: Readonly<Record<string, Call>> = {
  'trainSync, data': (odd) => trainSync(odd, {}, { rounds: 1 }),
  'trainSync, params': (odd) => trainSync(data, odd, { rounds: 1 }),
  'trainSync, options': (odd) => trainSync(data, {}, odd),
  'train, data': async (odd) => train(odd, {}, { rounds: 1 }),
  'train, options': async (odd) => train(data, {}, odd),
  'startTraining, data': (odd) => startTraining(odd, {}).close(),
  'startTraining, options': (odd) => startTraining(data, {}, odd).close(),
  'binMatrix, matrix': (odd) => binMatrix(odd),
  'binMatrix, options': (odd) => binMatrix(matrix, odd),
  'binMatrixAsync, matrix': async (odd) => binMatrixAsync(odd),
  'predictMargin, matrix': (odd) => booster.predictMargin(odd),
  'predictMargin, options': (odd) => booster.predictMargin(matrix, odd),
  'contributionsAsync, options': async (odd) => booster.contributionsAsync(matrix, odd),
  predictRow: (odd) => booster.predictRow(odd),
  contributionsRow: (odd) => booster.contributionsRow(odd),
  interactionsRow: (odd) => booster.interactionsRow(odd),
  importance: (odd) => booster.importance(odd),
  predictBinned: (odd) => booster.predictBinned(odd),
  'predictBinned, rows': (odd) => booster.predictBinned(binned, odd),
  'predictBinned, options': (odd) => booster.predictBinned(binned, undefined, 3, odd),
  fromUbj: (odd) => Booster.fromUbj(odd),
  bagBoosters: (odd) => bagBoosters(odd),
  'bagBoosters, one': (odd) => bagBoosters([odd]),
  blendBoosters: (odd) => blendBoosters([booster, booster], odd),
  'blendBoosters, a weight': (odd) => blendBoosters([booster], [odd]),
  columnsFromRows: (odd) => columnsFromRows(odd),
  ...each(['binned', 'labels', 'weights', 'rows', 'validationRows', 'baseMargin'], (name, odd) =>
    sync({ [name]: odd }),
  ),
  ...each(['onRound', 'signal', 'evaluateTraining', 'keepAll', 'threads', 'initial'], (name, odd) =>
    sync({}, { [name]: odd }),
  ),
  ...each(['train, onRound', 'train, signal'], async (name, odd) => aside({}, { [name.slice(7)]: odd })),
  ...each(['monotone_constraints'], (name, odd) => sync({}, {}, { [name]: odd })),
  ...each(['columns', 'featureNames', 'featureTypes'], (name, odd) => binMatrix({ ...matrix, [name]: odd })),
  ...each(['share', 'maxBin'], (name, odd) => binMatrix(matrix, { [name]: odd })),
  ...each(['begin', 'threads', 'baseMargin', 'background'], (name, odd) =>
    booster[name === 'background' ? 'contributions' : 'predictMargin'](matrix, { [name]: odd }),
  ),
  ...each(['starts', 'indices', 'values'], (name, odd) => columnsFromColumns({ ...csr, [name]: odd })),
};

function each(names: readonly string[], call: (name: string, odd: never) => unknown): Record<string, Call> {
  return Object.fromEntries(names.map((name) => [name, (odd: never) => call(name, odd)]));
}

/** Values among the oddities that a call may take. */
const right: Readonly<Record<string, (odd: unknown) => boolean>> = {
  'train, onRound': (odd) => typeof odd === 'function',
  'train, signal': (odd) => odd === null,
  'startTraining, options': empty,
  'binMatrix, options': empty,
  'predictMargin, options': empty,
  'contributionsAsync, options': empty,
  'predictBinned, options': empty,
  'trainSync, params': empty,
  monotone_constraints: empty,
  'blendBoosters, a weight': (odd) => typeof odd === 'number' && !Number.isNaN(odd),
  labels: numbers,
  baseMargin: numbers,
  onRound: (odd) => typeof odd === 'function',
  signal: (odd) => odd === null,
  evaluateTraining: (odd) => odd === true,
  keepAll: (odd) => odd === true,
  share: (odd) => odd === true,
};

function empty(odd: unknown): boolean {
  return Object.prototype.toString.call(odd) === '[object Object]' && Object.keys(odd as object).length === 0;
}

/** Sixty numbers of any kind but bigints. */
function numbers(odd: unknown): boolean {
  const list = odd as { readonly length?: number } | null;
  return list?.length === 60 && !(odd instanceof BigInt64Array);
}

describe('arguments of the wrong type', () => {
  it.each(Object.entries(calls))('are refused: %s', async (name, call) => {
    let refused = 0;
    for (const odd of oddities) {
      if (right[name]?.(odd) === true) {
        await call(odd as never);
        continue;
      }
      const outcome = await outcomeOf(() => call(odd as never));
      // Of these some are of the right type, and wrong by what they hold.
      const kind = name === 'weights' || name === 'fromUbj' ? VerdictError : InvalidOption;
      expect(outcome, `${name}: ${typeof odd}`).toBeInstanceOf(kind);
      expect((outcome as Error).message).not.toMatch(/undefined|\[object/);
      refused++;
    }
    expect(refused).toBeGreaterThan(10);
  });

  it.each(['data', 'params', 'options'])('are refused where they are left out: %s', (name) => {
    const all: Record<string, unknown> = { data, params: {}, options: { rounds: 1 }, [name]: undefined };
    expect(() => trainSync(all.data as never, all.params as never, all.options as never)).toThrow(
      new RegExp(`^${name}: expected an object .*, got nothing\\.$`),
    );
  });

  it('include the matrix in place of its bins', () => {
    expect(() => sync({ binned: matrix })).toThrow(/^binned: expected what binMatrix makes of a matrix, or/);
  });

  it('include bins that went through JSON, but not their clones', () => {
    const copy: object = JSON.parse(JSON.stringify(binned));
    const message = /^binned: expected what binMatrix makes of a matrix, or a structured clone of it, got/;
    for (const broken of [
      copy,
      { ...binned, storage: [] },
      { ...binned, places: [] },
      { ...binned, rowCount: 59 },
    ]) {
      expect(() => sync({ binned: broken })).toThrow(message);
      expect(() => booster.predictBinned(broken as never)).toThrow(message);
    }
    const clone = trainSync(
      { binned: structuredClone(binned), labels },
      { min_child_weight: 0 },
      { rounds: 3 },
    );
    expect(clone.booster.toJson()).toBe(booster.toJson());
  });

  it('include marks of rows in place of their numbers', () => {
    expect(() => sync({ rows: Uint8Array.from(labels) })).toThrow(
      /^rows: expected a Uint32Array of row numbers, got Uint8Array of 60\.$/,
    );
  });

  it('include bytes for a text, and a buffer for bytes', () => {
    const bytes = Buffer.from(booster.toJson());
    expect(() => Booster.fromJson(bytes as never)).toThrow(/^text: .*'utf8'.*readModelFile takes bytes/);
    expect(() => Booster.fromLightGbm(bytes as never)).toThrow(InvalidOption);
    expect(() => readModelFile(bytes.buffer as never)).toThrow(/^bytes: expected a Uint8Array/);
    expect(readModelFile(bytes).booster.treeCount).toBe(3);
  });

  it('do not include names that are no texts', () => {
    const featureNames = ['a', 7, 'b', 'c', 'd'] as never;
    expect(() => binMatrix({ ...matrix, featureNames })).toThrow(
      /featureNames: expected names as texts, got 7/,
    );
  });

  it('do not include a row of another realm', () => {
    const values = Float32Array.from(matrix.columns, (column) => column[0]);
    const other = Object.setPrototypeOf(
      values.slice(),
      Object.create(Float32Array.prototype),
    ) as Float32Array;
    expect(booster.predictRow(other)).toBe(booster.predictRow(values));
    expect(() => booster.predictRow([...values] as never)).toThrow(
      /^values: expected a Float32Array of 5 values/,
    );
  });

  it('are converted where they are numbers of another kind', () => {
    const others = [Array.from(labels), Float64Array.from(labels), Int32Array.from(labels)];
    for (const other of others) {
      const found = trainSync({ binned, labels: other as never }, { min_child_weight: 0 }, { rounds: 3 });
      expect(found.booster.toJson()).toBe(booster.toJson());
    }
    const baseMargin = [...labels] as never;
    expect(booster.predictMargin(matrix, { baseMargin })).toEqual(
      booster.predictMargin(matrix, { baseMargin: labels }),
    );
  });
});

async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

describe('options that there are not', () => {
  it.each<[object, RegExp]>([
    [{ early_stopping_rounds: 5 }, /the option earlyStoppingRounds instead/],
    [{ earlyStopping: 5 }, /did you mean earlyStoppingRounds/],
    [{ callbacks: [() => 1] }, /the option onRound instead/],
    [{ eval_metric: 'auc' }, /the option metric instead/],
    [{ frobnicate: 1 }, /one of the options rounds, /],
  ])('of a training are refused: %o', async (options, message) => {
    expect(() => sync({}, options)).toThrow(message);
    await expect(aside({}, options)).rejects.toThrow(message);
  });

  it('are refused of data, runs, bins and predictions', () => {
    expect(() => sync({ sample_weight: labels })).toThrow(/weights in the data instead/);
    expect(() => sync({ baseMargins: labels })).toThrow(/did you mean baseMargin/);
    expect(() => started({ onRound: () => undefined })).toThrow(/^onRound: /);
    expect(() => binMatrix(matrix, { max_bin: 9 } as never)).toThrow(/maxBin/);
    expect(() => booster.predict(matrix, { iteration_range: [0, 1] } as never)).toThrow(/begin and end/);
    const margins: object = { baseMargin: labels };
    expect(() => booster.contributions(matrix, margins)).toThrow(/^baseMargin: /);
  });

  it('may be left undefined', () => {
    const none = { earlyStopping: undefined, onRound: undefined, signal: undefined };
    expect(sync({ weights: undefined }, none)).toHaveProperty('booster');
  });
});

describe('a training that cannot be sent to its thread', () => {
  it('fails without an error that nobody hears', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    try {
      const reactive = new Proxy(binned, {});
      await expect(train({ binned: reactive, labels }, {}, { rounds: 1 })).rejects.toThrow(
        /could not be cloned/,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unheard).toEqual([]);
  });
});

describe('sizes that nothing can have', () => {
  it('are refused of a matrix of few entries', () => {
    const columns = [{ indices: Uint32Array.of(1), values: Float32Array.of(1) }];
    const huge = { rowCount: 2 ** 52, columns, featureNames: ['a'], featureTypes: ['q'] } as const;
    const model = Booster.fromTrees([], { featureNames: ['a'], featureTypes: ['q'], baseOutput: 0.5 });
    expect(() => model.predictMargin(huge)).toThrow(OutOfResources);
    expect(() => model.contributions(huge)).toThrow(OutOfResources);
    expect(() => binMatrix(huge)).toThrow(OutOfResources);
    for (const columnCount of [2 ** 22 + 1, 1e15, Infinity, -1]) {
      expect(() => columnsFromRows({ ...csr, columnCount })).toThrow(
        /^columnCount: expected a whole number from 0/,
      );
    }
  });

  it('are refused of a factor on weights', () => {
    const heavy = { scale_pos_weight: 1e38 };
    expect(() => sync({}, {}, heavy)).toThrow(/^scale_pos_weight: expected such that the sum/);
    const weights = labels.map(() => 1);
    expect(() => sync({ weights }, {}, heavy)).toThrow(/^weights: expected such that the sum/);
  });
});

describe('what was given', () => {
  it('is said as it is', () => {
    const of = (value: unknown): string => String(outcome(() => sync({}, {}, { max_depth: value })));
    const outcome = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        return (error as Error).message;
      }
    };
    const self: Record<string, unknown> = {};
    self.self = self;
    expect(of(NaN)).toMatch(/, got NaN\.$/);
    expect(of(-Infinity)).toMatch(/, got -Infinity\.$/);
    expect(of(() => 1)).toMatch(/, got a function\.$/);
    expect(of(5n)).toMatch(/, got "5"\.$/);
    expect(of(self)).toMatch(/, got an object\.$/);
    expect(of(new Float32Array(1e7))).toMatch(/, got Float32Array of 10000000\.$/);
    expect(of({ a: new DataView(new ArrayBuffer(3)) })).toMatch(/, got {"a":"DataView of 3"}\.$/);
    expect(of(Array(1e6).fill(NaN))).toMatch(/, got \["NaN",.*,"…"\]\.$/);
  });
});
