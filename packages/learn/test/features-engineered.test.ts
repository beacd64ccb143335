import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ColumnMissing, columnTypes, InsufficientData, InvalidOption, Random } from '@verdict/core';
import type { ColumnType, Dataset } from '@verdict/core';
import {
  applyFeatures,
  fitFeatures,
  linearDesign,
  looksAtLabel,
  rowEncoder,
  selectFeatures,
} from '../src/features/index.ts';
import type { EngineeredFeature, FeatureOptions, FeaturePlan } from '../src/features/index.ts';
import { magnitudeOf, powerOfTen } from '../src/features/magnitude.ts';
import { murmurHash } from '../src/features/murmur-hash.ts';
import { engineeredOf, fitWithLabels } from './support/engineered.ts';
import { bits, datasetOf, schemaOf } from './support/tables.ts';
import type { Cell } from './support/tables.ts';

const fixture = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures', 'engineered.json'), 'utf8'),
) as {
  texts: string[];
  word: { size: number; sums: number[][] };
  character: { size: number; sums: number[][] };
  hashes: [string, number][];
};

const largest = 3.4028234663852886e38;
const many = (level: string, times: number): string[] => new Array<string>(times).fill(level);

/** A plan with one engineered feature over columns given by their values, and what it gives rows. */
function made(
  types: readonly ColumnType[],
  training: readonly (readonly Cell[])[],
  wanted: EngineeredFeature,
  options: FeatureOptions = {},
): { plan: FeaturePlan; names: string[]; of: (rows: readonly (readonly Cell[])[]) => number[][] } {
  const { plan } = fitWithLabels(datasetOf({ types, rows: training }), schemaOf(types), {
    ...options,
    engineered: [wanted],
  });
  const step = plan.steps.at(-1)!;
  const own = selectFeatures(
    plan,
    plan.outputs.slice(-countOf(step)).map(({ name }) => name),
  );
  return {
    plan: own,
    names: own.outputs.map(({ name }) => name),
    of: (rows) => applyFeatures(own, datasetOf({ types, rows })).columns.map((column) => [...column]),
  };
}

function countOf(step: FeaturePlan['steps'][number]): number {
  return step.kind === 'text' ? step.columns.length : 1;
}

const pair: ColumnType[] = ['numeric', 'numeric'];

describe('a ratio', () => {
  it('is missing where the denominator is zero or what rounding left of it, never huge', () => {
    const { names, of, plan } = made(
      pair,
      [
        [1, 200],
        [2, 300],
        [3, 0],
        [4, null],
      ],
      { kind: 'ratio', inputs: ['c0', 'c1'] },
    );
    expect(names).toEqual(['c0 / c1']);
    expect(plan.outputs[0]).toEqual({ name: 'c0 / c1', sources: ['c0', 'c1'], type: 'q' });
    expect(plan.steps[0]).toMatchObject({ least: 100 * 1e-9 });
    const rows = [
      [3, 2],
      [3, 0],
      [3, -0],
      [3, 0.1 + 0.2 - 0.3],
      [0, 5],
      [null, 2],
      [2, null],
      [1e300, 1e-6],
      [Infinity, Infinity],
      [1, Infinity],
      [-7, 2],
    ];
    expect(of(rows)[0]).toEqual([1.5, NaN, NaN, NaN, 0, NaN, NaN, largest, NaN, 0, -3.5]);
  });

  it('knows no usual size where training had none', () => {
    for (const training of [[], [[1, null]], [[1, 0]]]) {
      const { of, plan } = made(pair, training, { kind: 'ratio', inputs: ['c0', 'c1'] });
      expect(plan.steps[0]).toMatchObject({ least: 1e-9 });
      expect(of([[1, 4]])).toEqual([[0.25]]);
    }
  });
});

describe('products and differences', () => {
  it('are those of numbers, with missing kept', () => {
    const rows = [
      [3, 2],
      [null, 2],
      [1e300, 1e300],
      [Infinity, 0],
      [-Infinity, -Infinity],
    ];
    const product = made(pair, rows, { kind: 'product', inputs: ['c0', 'c1'] });
    expect(product.names).toEqual(['c0 × c1']);
    expect(product.of(rows)).toEqual([[6, NaN, largest, NaN, largest]]);
    const difference = made(pair, rows, { kind: 'difference', inputs: ['c1', 'c0'] });
    expect(difference.names).toEqual(['c1 - c0']);
    expect(difference.of(rows)).toEqual([[-1, NaN, 0, -largest, NaN]]);
  });
});

describe('a logarithm', () => {
  it('is sign(x) ln(1 + |x| / unit), the unit a power of ten at the lower end of the sizes', () => {
    const training = Array.from({ length: 100 }, (_, i): Cell[] => [20 + i]);
    const { names, of, plan } = made(['numeric'], [...training, [0], [null]], {
      kind: 'log',
      inputs: ['c0'],
    });
    expect(names).toEqual(['log(c0)']);
    expect(plan.steps[0]).toMatchObject({ unit: 10 });
    const values = [0, 10, -10, 1000, Infinity, -1e300];
    const expected = [0, Math.log(2), -Math.log(2), Math.log(101), largest, -Math.log1p(1e299)];
    of(values.map((value) => [value]))[0].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
    expect(of([[null]])).toEqual([[NaN]]);
  });

  it('bends amounts alike in whatever unit they are', () => {
    const amounts = Array.from({ length: 50 }, (_, i) => (i + 1) ** 3);
    const [euros, cents] = [1, 100].map((unit) => {
      const rows = amounts.map((amount): Cell[] => [amount * unit]);
      return made(['numeric'], rows, { kind: 'log', inputs: ['c0'] }).of(rows);
    });
    expect(cents).toEqual(euros);
  });
});

describe('a rank', () => {
  it('goes from the lower end to the upper end, whatever the scale', () => {
    const rows = Array.from({ length: 1000 }, (_, i): Cell[] => [Math.exp(i / 50)]);
    const { names, of, plan } = made(['numeric'], rows, { kind: 'rank', inputs: ['c0'] });
    expect(names).toEqual(['rank(c0)']);
    const [ranks] = of(rows);
    ranks.forEach((rank, i) => expect(Math.abs(rank - i / 1000)).toBeLessThan(0.02));
    expect(ranks.every((rank, i) => i === 0 || rank >= ranks[i - 1])).toBe(true);
    expect(of([[-Infinity], [Infinity], [null]])[0]).toEqual([ranks[0], ranks[999], NaN]);
    const values = new Set(rows.map(([value]) => value));
    const [step] = plan.steps;
    expect(step.kind === 'rank' && step.edges.every((edge) => !values.has(edge))).toBe(true);
  });

  it('is one half where there is nothing to rank', () => {
    for (const training of [[], [[3]], [[null]], [[1], [2]]])
      expect(made(['numeric'], training, { kind: 'rank', inputs: ['c0'] }).of([[1], [null]])).toEqual([
        [0.5, NaN],
      ]);
  });
});

describe('elapsed time', () => {
  it('is in days, with sign and fraction; what is no date is missing', () => {
    const start = Date.UTC(2024, 1, 28);
    const { names, of } = made(['datetime', 'datetime'], [[start, start]], {
      kind: 'elapsed',
      inputs: ['c0', 'c1'],
    });
    expect(names).toEqual(['days from c0 to c1']);
    const rows = [
      [start, Date.UTC(2024, 2, 1)],
      [start, Date.UTC(2024, 1, 27, 12)],
      [null, start],
      [start, 8.65e15],
      [-Infinity, start],
    ];
    expect(of(rows)).toEqual([[2, -0.5, NaN, NaN, NaN]]);
  });
});

describe('a frequency', () => {
  it('is the share of training rows; rare and unseen levels have none', () => {
    const training = [...many('a', 10), ...many('b', 6), ...many('rare', 4)].map((level) => [level]);
    const { names, of, plan } = made(['category'], [...training, [null]], {
      kind: 'frequency',
      inputs: ['c0'],
    });
    expect(names).toEqual(['how often c0']);
    expect(plan.steps[0]).toMatchObject({ levels: ['a', 'b'] });
    expect(JSON.stringify(plan)).not.toContain('rare"');
    const [shares] = of([['a'], [' b '], ['rare'], ['never seen'], ['NA'], [null]]);
    expect(shares).toEqual([10 / 21, 6 / 21, 0, 0, NaN, NaN].map(Math.fround));
  });
});

describe('a cross', () => {
  const both: ColumnType[] = ['category', 'text'];
  const training = [
    ...many('b', 6).map((level) => [level, 'x']),
    ...many('a', 5).map((level) => [level, 'x']),
    ...many('a', 5).map((level) => [level, 'w']),
    ...many('a', 4).map((level) => [level, 'rare']),
    ['a', null],
  ];

  it('has a code for every pair of levels that is common enough', () => {
    const { names, of, plan } = made(both, training, { kind: 'cross', inputs: ['c0', 'c1'] });
    expect(names).toEqual(['c0 × c1']);
    expect(plan.outputs[0]).toEqual({ name: 'c0 × c1', sources: ['c0', 'c1'], type: 'c' });
    expect(plan.steps[0]).toMatchObject({
      levels: [
        ['b', 'x'],
        ['a', 'w'],
        ['a', 'x'],
      ],
      rare: true,
    });
    const rows = [
      ['b', 'x'],
      ['a', 'w'],
      [' a', 'x '],
      ['a', 'rare'],
      ['b', 'w'],
      ['new', 'newer'],
      ['a', null],
      ['NA', 'x'],
    ];
    expect(of(rows)).toEqual([[0, 1, 2, 3, 3, 3, NaN, NaN]]);
    const { codes } = linearDesign(plan, datasetOf({ types: both, rows }));
    expect([...codes[0].codes]).toEqual([0, 1, 2, 3, 3, 3, 4, 4]);
  });

  it('without a rare pair, a pair never seen is missing; there may be none at all', () => {
    const whole = made(both, training.slice(0, 16), { kind: 'cross', inputs: ['c0', 'c1'] });
    expect(whole.of([['b', 'w']])).toEqual([[NaN]]);
    const none = made(both, [], { kind: 'cross', inputs: ['c0', 'c1'] });
    expect(none.of([['b', 'w']])).toEqual([[NaN]]);
    const rare = made(both, [['a', 'b']], { kind: 'cross', inputs: ['c0', 'c1'] });
    expect(rare.of([['a', 'b']])).toEqual([[0]]);
  });

  it('keeps the most frequent pairs, at most 254', () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      Array.from({ length: 20 }, (__, j) =>
        many(`${i}`, 5 + (i === 19 && j === 19 ? 1 : 0)).map((a) => [a, `${j}`]),
      ),
    ).flat(2);
    const { plan } = made(both, rows, { kind: 'cross', inputs: ['c0', 'c1'] });
    const [step] = plan.steps;
    const levels = step.kind === 'cross' ? step.levels : [];
    expect(levels.length).toBe(254);
    expect(levels.slice(0, 2)).toEqual([
      ['19', '19'],
      ['0', '0'],
    ]);
  });
});

describe('hashed text', () => {
  it('hashes as scikit-learn does', () => {
    const encoder = new TextEncoder();
    expect(fixture.hashes.map(([text]) => murmurHash(encoder.encode(text)))).toEqual(
      fixture.hashes.map(([, hash]) => hash),
    );
  });

  it.each(['word', 'character'] as const)('counts %s grams as its HashingVectorizer does', (grams) => {
    const { size, sums } = fixture[grams];
    const { of } = made(['text'], [], { kind: 'text', inputs: ['c0'], grams, columns: size });
    const rows = fixture.texts.map((text): Cell[] => [text === '' ? ' .' : text]);
    const columns = of(rows);
    const expected = Array.from({ length: size }, (_, column) =>
      sums.map((own) => Math.fround(Math.sign(own[column]) * Math.log1p(Math.abs(own[column])))),
    );
    columns.forEach((column, k) =>
      column.forEach((value, row) => expect(value).toBeCloseTo(expected[k][row], 6)),
    );
  });

  it('is missing for a missing text, 0 for one without words, and keeps no text', () => {
    const { names, of, plan } = made(['text'], [['secret words']], {
      kind: 'text',
      inputs: ['c0'],
      columns: 2,
    });
    expect(names).toEqual(['words of c0 #1', 'words of c0 #2']);
    expect(of([[null], ['NA'], ['--']])).toEqual([
      [NaN, NaN, 0],
      [NaN, NaN, 0],
    ]);
    expect(JSON.stringify(plan)).not.toContain('secret');
  });

  it('may be kept in part', () => {
    const { plan } = made(['text'], [['a']], { kind: 'text', inputs: ['c0'], columns: 8 });
    const some = selectFeatures(plan, ['words of c0 #3', 'words of c0 #8']);
    const dataset = datasetOf({ types: ['text'], rows: [['one two three four five six'], [null]] });
    const whole = applyFeatures(plan, dataset).columns;
    expect(applyFeatures(some, dataset).columns).toEqual([whole[2], whole[7]]);
    expect([...rowEncoder(some)({ c0: 'one two three four five six' })]).toEqual([whole[2][0], whole[7][0]]);
  });
});

describe('requests', () => {
  const types = [...columnTypes, ...columnTypes];
  const dataset = datasetOf({ types, rows: [] });
  const fit = (engineered: unknown) => (): unknown =>
    fitFeatures(
      dataset,
      schemaOf(types),
      { engineered: engineered as EngineeredFeature[] },
      new Uint8Array(0),
    );

  it.each<[string, RegExp, unknown]>([
    ['nothing', /expected an object with a kind/, null],
    ['an unknown kind', /expected one of ratio, product/, { kind: 'script', inputs: ['c0'] }],
    ['an inherited kind', /expected one of ratio, product/, { kind: 'toString', inputs: ['c0'] }],
    ['a plain kind', /expected one of ratio, product/, { kind: 'number', inputs: ['c0'] }],
    ['no inputs', /two different columns for "ratio"/, { kind: 'ratio' }],
    ['one input too few', /two different columns for "ratio"/, { kind: 'ratio', inputs: ['c0'] }],
    ['one column twice', /two different columns for "ratio"/, { kind: 'ratio', inputs: ['c0', 'c0'] }],
    ['one input too many', /one column for "log"/, { kind: 'log', inputs: ['c0', 'c1'] }],
    ['an input that is no name', /one column for "log"/, { kind: 'log', inputs: [0] }],
    ['another type', /columns of type numeric, integer for "log"/, { kind: 'log', inputs: ['c3'] }],
    [
      'smoothing elsewhere',
      /no smoothing for "frequency"/,
      { kind: 'frequency', inputs: ['c3'], smoothing: 1 },
    ],
    ['grams elsewhere', /no grams or columns for "log"/, { kind: 'log', inputs: ['c0'], grams: 'word' }],
    ['negative smoothing', /smoothing by "moments"/, { kind: 'target', inputs: ['c3'], smoothing: -1 }],
    ['unknown smoothing', /smoothing by "moments"/, { kind: 'target', inputs: ['c3'], smoothing: 'much' }],
    ['unknown grams', /grams of word or character/, { kind: 'text', inputs: ['c5'], grams: 'line' }],
    ['too many columns', /columns from 1 to 256/, { kind: 'text', inputs: ['c5'], columns: 257 }],
    ['half a column', /columns from 1 to 256/, { kind: 'text', inputs: ['c5'], columns: 0.5 }],
  ])('are refused with %s', (_, message, wanted) => {
    expect(fit([wanted])).toThrow(InvalidOption);
    expect(fit([wanted])).toThrow(message);
  });

  it('are refused for a column that is not there', () => {
    expect(fit([{ kind: 'log', inputs: ['c99'] }])).toThrow(ColumnMissing);
  });

  it('that come twice count once', () => {
    const options = {
      engineered: [
        { kind: 'log', inputs: ['c0'] },
        { kind: 'log', inputs: ['c0'] },
        { kind: 'ratio', inputs: ['c0', 'c1'] },
        { kind: 'ratio', inputs: ['c1', 'c0'] },
      ],
    } as const;
    const names = fitFeatures(dataset, schemaOf(types), options).outputs.map(({ name }) => name);
    expect(names.slice(-3)).toEqual(['log(c0)', 'c0 / c1', 'c1 / c0']);
  });

  it('give names of their own even where a column has such a name', () => {
    const own = schemaOf(['numeric', 'numeric']);
    const schema = { ...own, columns: [own.columns[0], { ...own.columns[1], name: 'log(c0)' }] };
    const engineered = [{ kind: 'log', inputs: ['c0'] }] as const;
    expect(
      fitFeatures({ rowCount: 0, columns: [] }, schema, { engineered }).outputs.map(({ name }) => name),
    ).toEqual(['c0', 'log(c0)', 'log(c0)~2']);
  });

  it('that look at the label need one for each row, as do weights and groups', () => {
    const rows = datasetOf({ types: ['category'], rows: [['a'], ['b']] });
    const engineered = [{ kind: 'target', inputs: ['c0'] }] as const;
    const schema = schemaOf(['category']);
    expect(() => fitFeatures(rows, schema, { engineered })).toThrow(
      /labels: expected one for each of 2 rows/,
    );
    expect(() => fitFeatures(rows, schema, { engineered }, new Uint8Array(1))).toThrow(InvalidOption);
    expect(() => fitFeatures(rows, schema, { engineered }, new Uint8Array(2), new Float64Array(1))).toThrow(
      /weights: expected one/,
    );
    expect(() =>
      fitFeatures(rows, schema, { engineered, groups: new Int32Array(3) }, new Uint8Array(2)),
    ).toThrow(/groups: expected one/);
  });

  it('say whether they look at the label, as do plans', () => {
    const rows = datasetOf({ types: ['category'], rows: [['a'], ['b']] });
    for (const kind of ['target', 'frequency'] as const) {
      const engineered = [{ kind, inputs: ['c0'] }];
      expect(looksAtLabel(engineered)).toBe(kind === 'target');
      const { plan } = fitWithLabels(rows, schemaOf(['category']), { engineered });
      expect(looksAtLabel(plan)).toBe(kind === 'target');
    }
    expect(looksAtLabel([])).toBe(false);
  });
});

describe('features to keep', () => {
  const types: ColumnType[] = ['numeric', 'numeric', 'datetime', 'category', 'text'];
  const rows = Array.from({ length: 40 }, (_, i): Cell[] => [
    i,
    i * i - 3,
    Date.UTC(2024, i % 12, 1 + (i % 28), i % 24),
    i % 3 === 0 ? 'a' : 'b',
    `text ${i}`,
  ]);
  const dataset = datasetOf({ types, rows });
  const engineered: EngineeredFeature[] = [
    { kind: 'ratio', inputs: ['c0', 'c1'] },
    { kind: 'target', inputs: ['c3'] },
    { kind: 'text', inputs: ['c4'], columns: 4 },
  ];
  const whole = fitWithLabels(dataset, schemaOf(types), { engineered });

  it('are all that is left of the plan, and unchanged', () => {
    const keep = ['c0 / c1', 'c2:month', 'target rate of c3', 'words of c4 #2', 'never made'];
    const { plan, matrix } = fitWithLabels(dataset, schemaOf(types), { engineered, keep });
    expect(plan.outputs.map(({ name }) => name)).toEqual([
      'c2:month',
      'c0 / c1',
      'target rate of c3',
      'words of c4 #2',
    ]);
    expect(plan.inputs.map(({ name }) => name)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['datetime', 'ratio', 'target', 'text']);
    expect(new Set(plan.linear.map(({ feature }) => feature))).toEqual(new Set(matrix.featureNames));
    matrix.featureNames.forEach((name, f) => {
      const before = whole.matrix.columns[whole.matrix.featureNames.indexOf(name)];
      expect(bits(matrix.columns[f])).toEqual(bits(before));
    });
    expect(selectFeatures(whole.plan, keep)).toEqual(plan);
    const later = applyFeatures(plan, dataset);
    const all = applyFeatures(whole.plan, dataset);
    later.featureNames.forEach((name, f) =>
      expect(bits(later.columns[f])).toEqual(bits(all.columns[all.featureNames.indexOf(name)])),
    );
  });

  it('take the columns that they do not need out of the plan', () => {
    const { plan } = fitWithLabels(dataset, schemaOf(types), { engineered, keep: ['c0 / c1'] });
    expect(plan.inputs.map(({ name }) => name)).toEqual(['c0', 'c1']);
    expect([...rowEncoder(plan)({ c0: 6, c1: 3 })]).toEqual([2]);
  });

  it('must not be none', () => {
    for (const keep of [[], ['nothing']]) {
      expect(() => fitWithLabels(dataset, schemaOf(types), { keep })).toThrow(InsufficientData);
      expect(() => selectFeatures(whole.plan, keep)).toThrow(InsufficientData);
    }
  });
});

describe('a column of very many levels', () => {
  it('is encoded and crossed like any other', () => {
    const rowCount = 300_000;
    const levels = Array.from({ length: rowCount }, (_, i) => `customer ${i}`);
    const random = new Random(4, 'levels');
    const dataset: Dataset = {
      rowCount,
      columns: ['c0', 'c1'].map((name, k) => ({
        kind: 'code',
        name,
        // The first tenth of the levels takes half of the rows.
        codes: Int32Array.from({ length: rowCount }, (_, row) =>
          row % 2 === k ? row : random.integer(rowCount / 10),
        ),
        levels,
      })),
    };
    const types: ColumnType[] = ['identifier', 'identifier'];
    const { plan, matrix } = fitWithLabels(dataset, schemaOf(types), {
      engineered: [
        { kind: 'frequency', inputs: ['c0'] },
        { kind: 'target', inputs: ['c0'] },
        { kind: 'cross', inputs: ['c0', 'c1'] },
        { kind: 'text', inputs: ['c1'], columns: 2 },
      ],
    });
    const encode = rowEncoder(plan);
    for (const row of [0, 1, 2, 299_999]) {
      const record = Object.fromEntries(
        dataset.columns.map((column) => [
          column.name,
          column.kind === 'code' ? levels[column.codes[row]] : null,
        ]),
      );
      const same = (values: readonly number[]): number[] =>
        values.filter((_, f) => !plan.outputs[f].name.startsWith('target rate'));
      expect(same([...encode(record)])).toEqual(same(matrix.columns.map((column) => column[row])));
    }
  });
});

describe('sizes', () => {
  it('are told as powers of ten, and no value', () => {
    expect(magnitudeOf(Float64Array.of(0, NaN, Infinity, -250, 30, 4), 0.5)).toBe(10);
    expect(magnitudeOf(Float64Array.of(0.007), 0.1)).toBe(0.001);
    expect(magnitudeOf(Float64Array.of(5e-324), 0.5)).toBe(5e-324);
    expect(magnitudeOf(Float64Array.of(Number.MAX_VALUE), 0.5)).toBe(1e308);
    expect(magnitudeOf(new Float64Array(0), 0.5)).toBe(1);
    expect(powerOfTen(-400)).toBe(5e-324);
  });
});

describe('all kinds together', () => {
  it.each<[string, Cell[][]]>([
    ['no row', []],
    ['one row', [[1, 1, 1, 'a', 0, 'a', 'a', 'only']]],
    ['all missing', many('', 9).map(() => columnTypes.map(() => null))],
    ['constants', many('', 30).map((): Cell[] => [7, 7, 1, 'a', 0, 'a b', 'a', 'only'])],
    [
      'infinities',
      many('', 30).map((_, i): Cell[] => [i % 2 === 0 ? Infinity : -Infinity, i, 0, 'a', i, 'b', 'c', 'd']),
    ],
    [
      'huge values',
      many('', 30).map((_, i): Cell[] => [
        (i - 15) * 1e307,
        2 ** 53 - i,
        1,
        '😀',
        8.64e15,
        'ﬁ',
        '\ud800',
        'd',
      ]),
    ],
  ])('take %s', (_, rows) => {
    const types = [...columnTypes, ...columnTypes];
    const table = { types, rows: rows.map((row) => [...row, ...row]) };
    const engineered = engineeredOf(types);
    const { plan, matrix } = fitWithLabels(datasetOf(table), schemaOf(types), { engineered });
    expect(matrix.columns.every((column) => column.every((value) => Math.abs(value) !== Infinity))).toBe(
      true,
    );
    const { numeric } = linearDesign(plan, datasetOf(table));
    expect(numeric.every((column) => column.every(Number.isFinite))).toBe(true);
    const plain = fitFeatures(datasetOf(table), schemaOf(types)).outputs;
    expect(plan.outputs.slice(0, plain.length)).toEqual(plain);
    // Some come twice; two are texts, of 3 and of 32 columns.
    const asked = new Set(engineered.map((wanted) => JSON.stringify(wanted))).size;
    expect(plan.outputs.length).toBe(plain.length + asked - 2 + 3 + 32);
  });
});
