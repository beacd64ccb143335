import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '@verdict/boost';
import { Random } from '@verdict/core';
import type { ColumnType, Dataset } from '@verdict/core';
import {
  engineeredByGain,
  fitFeatures,
  fitTransformFeatures,
  proposeFeatures,
} from '../src/features/index.ts';
import type { EngineeredFeature, FeatureProposals, ProposalLimits } from '../src/features/index.ts';
import { skewness } from '../src/features/skewness.ts';
import { twinFinder, valueCount } from '../src/features/twin-columns.ts';
import { datasetOf, schemaOf } from './support/tables.ts';
import type { Cell } from './support/tables.ts';

const fixture = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures', 'engineered.json'), 'utf8'),
) as {
  skewness: [number[], number][];
};

/** What is proposed after boosting on a table. */
function proposals(
  types: readonly ColumnType[],
  rows: readonly (readonly Cell[])[],
  labels: Uint8Array,
  limits: ProposalLimits = {},
): FeatureProposals {
  const dataset = datasetOf({ types, rows });
  const { plan, matrix } = fitTransformFeatures(dataset, schemaOf(types));
  const { booster } = trainSync(
    { binned: binMatrix(matrix), labels },
    { learning_rate: 0.2, max_depth: 5, seed: 3 },
    { rounds: 20 },
  );
  return proposeFeatures({ plan, dataset, boosters: [booster] }, limits);
}

function all(found: FeatureProposals): EngineeredFeature[] {
  return Object.values(found).flat();
}

describe('proposals', () => {
  const random = new Random(7, 'proposals');

  it('find the pair whose ratio decides, among 200 columns, and stay few', () => {
    const types: ColumnType[] = new Array<ColumnType>(200).fill('numeric');
    const rows = Array.from({ length: 1500 }, () => types.map(() => 1 + 9 * random.float()));
    const labels = Uint8Array.from(rows, (row) => (row[17] / row[93] > 1 ? 1 : 0));
    const found = proposals(types, rows, labels);
    expect(found.pairs.length).toBe(60);
    expect(found.pairs.slice(0, 3)).toEqual([
      { kind: 'ratio', inputs: ['c17', 'c93'] },
      { kind: 'product', inputs: ['c17', 'c93'] },
      { kind: 'difference', inputs: ['c17', 'c93'] },
    ]);
    expect(all(found).length).toBe(60);
    expect(proposals(types, rows, labels)).toEqual(found);
    expect(proposals(types, rows, labels, { pairs: 2 }).pairs).toEqual(found.pairs.slice(0, 6));
  });

  it('divide by the column with fewer zeros', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [
      1 + random.float(),
      i % 3 === 0 ? 0 : 1 + random.float(),
    ]);
    const labels = Uint8Array.from(rows, ([a, b]) => (b > a ? 1 : 0));
    expect(proposals(['numeric', 'numeric'], rows, labels).pairs[0]).toEqual({
      kind: 'ratio',
      inputs: ['c1', 'c0'],
    });
  });

  it('take one pair of columns that say the same, and no column of two values', () => {
    const types: ColumnType[] = ['numeric', 'numeric', 'numeric', 'integer'];
    const rows = Array.from({ length: 600 }, () => {
      const [minutes, calls] = [1 + 9 * random.float(), 1 + 9 * random.float()];
      return [minutes, 0.17 * minutes, calls, random.integer(2)];
    });
    const labels = Uint8Array.from(rows, ([minutes, , calls, yes]) => (minutes / calls > 0.5 + yes ? 1 : 0));
    const found = proposals(types, rows, labels).pairs.map(({ inputs }) => inputs.toSorted().join(' '));
    expect(new Set(found).size).toBe(1);
    expect(found.length).toBe(3);
    expect(['c0 c2', 'c1 c2']).toContain(found[0]);
  });

  it('cross categories that trees split on together', () => {
    const types: ColumnType[] = ['category', 'category', 'category'];
    const rows = Array.from({ length: 900 }, () => types.map(() => `${random.integer(4)}`));
    const labels = Uint8Array.from(rows, ([a, , c]) => (Number(a) + Number(c)) % 2);
    const found = proposals(types, rows, labels);
    expect(found.crosses[0]).toEqual({ kind: 'cross', inputs: ['c0', 'c2'] });
    expect(found.pairs).toEqual([]);
    expect(proposals(types, rows, labels, { crosses: 1 }).crosses.length).toBe(1);
  });

  it('leave mixed pairs, booleans and parts of dates alone', () => {
    const types: ColumnType[] = ['boolean', 'category', 'numeric', 'datetime'];
    const rows = Array.from({ length: 400 }, (_, i): Cell[] => [
      random.integer(2),
      `${random.integer(3)}`,
      random.normal(),
      Date.UTC(2024, 0, 1 + i),
    ]);
    const labels = Uint8Array.from(rows, ([a, b, c]) => (Number(a) + Number(b) + Number(c) > 1 ? 1 : 0));
    expect(all(proposals(types, rows, labels))).toEqual([]);
  });

  it('encode categories of many levels, hash texts, and take the days between dates', () => {
    const types: ColumnType[] = ['category', 'category', 'text', 'datetime', 'datetime', 'datetime'];
    const rows = Array.from({ length: 60 }, (_, i): Cell[] => [
      `${i % 12}`,
      `${i % 3}`,
      `text ${i}`,
      Date.UTC(2024, 5, i),
      Date.UTC(2023, 5, i),
      null,
    ]);
    const dataset = datasetOf({ types, rows });
    const plan = fitFeatures(dataset, schemaOf(types));
    expect(proposeFeatures({ plan, dataset, boosters: [] })).toEqual({
      pairs: [],
      encodings: [
        { kind: 'target', inputs: ['c0'] },
        { kind: 'frequency', inputs: ['c0'] },
        { kind: 'target', inputs: ['c2'] },
        { kind: 'frequency', inputs: ['c2'] },
      ],
      crosses: [],
      text: [{ kind: 'text', inputs: ['c2'] }],
      dates: [
        { kind: 'elapsed', inputs: ['c4', 'c3'] },
        { kind: 'elapsed', inputs: ['c3', 'c5'] },
        { kind: 'elapsed', inputs: ['c4', 'c5'] },
      ],
      shape: [],
    });
    const few = proposeFeatures({ plan, dataset, boosters: [] }, { columns: 1, texts: 0 });
    expect([few.encodings.length, few.text.length, few.dates.length]).toEqual([2, 0, 1]);
  });

  it('are features that a plan can have', () => {
    const types: ColumnType[] = [
      'numeric',
      'integer',
      'category',
      'category',
      'text',
      'datetime',
      'datetime',
    ];
    const rows = Array.from({ length: 500 }, (): Cell[] => [
      Math.exp(2 * random.normal()),
      random.integer(50),
      `${random.integer(20)}`,
      `${random.integer(20)}`,
      `${random.integer(9)} and ${random.integer(9)}`,
      random.integer(1e9),
      random.integer(1e9),
    ]);
    const labels = Uint8Array.from(rows, (row) => (Number(row[0]) * Number(row[1]) > 20 ? 1 : 0));
    const found = proposals(types, rows, labels);
    expect(found.shape[0]).toEqual({ kind: 'log', inputs: ['c0'] });
    const { plan } = fitTransformFeatures(
      datasetOf({ types, rows }),
      schemaOf(types),
      { engineered: all(found) },
      labels,
    );
    expect(plan.steps.length).toBe(types.length + all(found).length);
  });

  it('of a table that is not there are none', () => {
    const dataset: Dataset = { rowCount: 0, columns: [] };
    const types: ColumnType[] = ['numeric', 'category', 'datetime'];
    const plan = fitFeatures(dataset, schemaOf(types));
    expect(all(proposeFeatures({ plan, dataset, boosters: [] }))).toEqual([]);
  });
});

describe('columns that say the same', () => {
  const random = new Random(2, 'twins');
  const columns: Record<string, number[]> = {
    a: Array.from({ length: 5000 }, () => random.normal()),
    constant: new Array<number>(5000).fill(3),
    few: [1, 2, 3, ...new Array<number>(4997).fill(NaN)],
  };
  columns['minus a'] = columns['a'].map((value, i) => (i % 7 === 0 ? NaN : 5 - 2 * value));
  columns['near a'] = columns['a'].map((value) => value + 0.3 * random.normal());
  columns['nearer a'] = columns['a'].map((value) => value + 0.01 * random.normal());
  columns['huge'] = columns['a'].map((value) => value * 1e200);
  const dataset: Dataset = {
    rowCount: 5000,
    columns: Object.entries(columns).map(([name, values]) => ({
      kind: 'number',
      name,
      values: Float64Array.from(values),
    })),
  };

  it('are found by their correlation, the first one named', () => {
    const firstOf = twinFinder(dataset);
    const names = ['minus a', 'constant', 'few', 'near a', 'a', 'nearer a', 'huge', 'a', 'nothing'];
    expect(names.map(firstOf)).toEqual([
      'minus a',
      'constant',
      'few',
      'near a',
      'minus a',
      'minus a',
      'huge',
      'minus a',
      'nothing',
    ]);
  });

  it('and values are counted no further than asked', () => {
    expect(['a', 'constant', 'few', 'nothing'].map((name) => valueCount(dataset, name, 3))).toEqual([
      3, 1, 3, 0,
    ]);
  });
});

describe('features by their gain', () => {
  it('are the engineered ones that trees use, the strongest first, as shares of all gain', () => {
    const random = new Random(12, 'gain');
    const rows = Array.from({ length: 800 }, () => [
      1 + 9 * random.float(),
      1 + 9 * random.float(),
      random.normal(),
    ]);
    const labels = Uint8Array.from(rows, ([a, b, c]) => (a / b + 0.2 * c > 1 ? 1 : 0));
    const types: ColumnType[] = ['numeric', 'numeric', 'numeric'];
    const { plan, matrix } = fitTransformFeatures(datasetOf({ types, rows }), schemaOf(types), {
      engineered: [
        { kind: 'product', inputs: ['c1', 'c2'] },
        { kind: 'ratio', inputs: ['c0', 'c1'] },
      ],
    });
    const boosters = [1, 2].map(
      (seed) =>
        trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 3, seed }, { rounds: 10 }).booster,
    );
    const shares = engineeredByGain(plan, boosters);
    expect(shares[0].feature).toBe('c0 / c1');
    expect(shares[0].share).toBeGreaterThan(0.5);
    const gains = boosters.map((booster) => booster.importance('total_gain'));
    const all = gains.flatMap((own) => [...own.values()]).reduce((sum, gain) => sum + gain, 0);
    const own = gains.reduce((sum, one) => sum + (one.get('c0 / c1') ?? 0), 0);
    expect(shares[0].share).toBeCloseTo(own / all, 9);
    expect(engineeredByGain(plan, [])).toEqual([]);
  });
});

describe('skewness', () => {
  it('is that of SciPy', () => {
    for (const [values, expected] of fixture.skewness)
      expect(skewness(Float64Array.from(values))).toBeCloseTo(expected, 9);
  });

  it('does without what is missing, infinite or too large, and is 0 for constants', () => {
    const known = [1, 2, 3, 10];
    expect(skewness(Float64Array.of(NaN, Infinity, ...known, 1e200))).toBe(
      skewness(Float64Array.from(known)),
    );
    for (const values of [[], [5], [0.1, 0.1, 0.1], [NaN]])
      expect(skewness(Float64Array.from(values))).toBe(0);
  });
});
