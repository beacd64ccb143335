import type { Dataset, Schema } from '@verdict/core';
import { Random } from '@verdict/core';
import { trainModel } from '@verdict/learn';
import type { TrainedModel } from '@verdict/learn';
import { describe, expect, it } from 'vitest';

const schema: Schema = {
  target: { name: 'late', positive: 'yes', negative: 'no' },
  columns: [
    { name: 'hours', type: 'numeric', role: 'feature', optional: true },
    { name: 'night', type: 'boolean', role: 'feature', optional: false },
    { name: 'depot', type: 'category', role: 'feature', optional: true },
    { name: 'noise', type: 'numeric', role: 'feature', optional: false },
    { name: 'late', type: 'category', role: 'target', optional: false },
  ],
};

/** Long trips are late by day and early by night; the depot adds to it; the first depot is a rare one. */
function trips(rows: number): Dataset {
  const random = new Random(11, 'trips');
  const hours = new Float64Array(rows);
  const night = new Float64Array(rows);
  const depot = new Int32Array(rows);
  const noise = new Float64Array(rows);
  const late = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    hours[row] = random.float() < 0.1 ? NaN : random.normal();
    night[row] = random.integer(2);
    depot[row] = row < 3 ? 0 : 1 + random.integer(3);
    noise[row] = random.normal();
    const long = Number.isNaN(hours[row]) ? 0 : hours[row];
    const margin = 2.5 * long * (night[row] === 1 ? -1 : 1) + (depot[row] === 1 ? 1 : -0.5);
    late[row] = random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  return {
    rowCount: rows,
    columns: [
      { kind: 'number', name: 'hours', values: hours },
      { kind: 'number', name: 'night', values: night },
      { kind: 'code', name: 'depot', codes: depot, levels: ['Zwiesel', 'Ulm', 'Bern', 'Graz'] },
      { kind: 'number', name: 'noise', values: noise },
      { kind: 'code', name: 'late', codes: late, levels: ['no', 'yes'] },
    ],
  };
}

const dataset = trips(1200);
const options = { seed: 5, folds: 2, threads: 2 };
const trained: Promise<TrainedModel> = trainModel({ dataset, schema }, options);

describe('effects of a trained model', () => {
  it('find which columns act together', async () => {
    const { effects, importance } = await trained;
    const matrix = effects.interactions!;
    const bySize = importance.toSorted((a, b) => b.shap - a.shap).map(({ column }) => column);
    expect(matrix.columns).toEqual(bySize);
    const at = (a: string, b: string): number =>
      matrix.values[matrix.columns.indexOf(a)][matrix.columns.indexOf(b)];
    expect(at('hours', 'night')).toBe(at('night', 'hours'));
    for (const other of ['depot', 'noise'])
      expect(at('hours', 'night')).toBeGreaterThan(5 * at('hours', other));
    expect(matrix.rows).toBeGreaterThanOrEqual(50);
  });

  it('show contributions by value, coloured by the partner', async () => {
    const { effects, contributions } = await trained;
    expect(effects.dependence).toHaveLength(4);
    const hours = effects.dependence.find(({ column }) => column === 'hours')!;
    expect(hours.by).toMatchObject({ column: 'night', foundBy: 'interactions' });
    expect(hours.contributions).toEqual(
      contributions.columns.find(({ name }) => name === 'hours')!.contributions,
    );
    expect(hours.places).toHaveLength(contributions.rows);
    // By day the contribution rises with the hours, by night it falls.
    const slope = (level: string): number => {
      const { scale, places } = hours.by!;
      const wanted = scale.kind === 'level' ? scale.levels.indexOf(level) : -1;
      const rows = [...places.keys()].filter((row) => places[row] === wanted && hours.places[row] >= 0);
      const middle = (hours.scale.counts.length - 1) / 2;
      return rows.reduce((sum, row) => sum + (hours.places[row] - middle) * hours.contributions[row], 0);
    };
    expect(slope('false')).toBeGreaterThan(0);
    expect(slope('true')).toBeLessThan(0);
  });

  it('show the probability over values that may be shown, and without a value', async () => {
    const { effects } = await trained;
    const depot = effects.partialDependence.find(({ column }) => column === 'depot')!;
    const levels = depot.scale.kind === 'level' ? depot.scale.levels : [];
    expect([...levels].sort()).toEqual(['Bern', 'Graz', 'Ulm']);
    expect(depot.mean[levels.indexOf('Ulm')]).toBeGreaterThan(depot.mean[levels.indexOf('Graz')] + 0.1);
    expect(depot.missing).toBeUndefined();
    const hours = effects.partialDependence.find(({ column }) => column === 'hours')!;
    expect(hours.missing).toBeGreaterThan(0);
    expect(hours.curves.length).toBeGreaterThanOrEqual(50);
    const raw = new Set((dataset.columns[0] as { values: Float64Array }).values);
    const shown = hours.scale.kind === 'level' ? [] : hours.scale.values;
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((value) => raw.has(value))).toEqual([]);
    const pooled = effects.dependence.find(({ column }) => column === 'depot')!;
    expect(pooled.scale).toMatchObject({
      levels: [expect.any(String), expect.any(String), expect.any(String), null],
    });
  });

  it('are the same whatever the number of threads', async () => {
    const again = await trainModel({ dataset, schema }, { ...options, threads: 1 });
    expect(again.effects).toEqual((await trained).effects);
  });

  it('show rare levels on request', async () => {
    const revealed = await trainModel({ dataset, schema }, { ...options, revealRare: true });
    const depot = revealed.effects.partialDependence.find(({ column }) => column === 'depot')!;
    expect(depot.scale.kind === 'level' && depot.scale.levels).toContain('Zwiesel');
  });
});

describe('effects of a wide model', () => {
  it('have no interaction matrix, and find partners by approximation', async () => {
    const width = 201;
    const random = new Random(2, 'wide trips');
    const narrow = trips(400);
    const wide: Dataset = {
      rowCount: 400,
      columns: [
        ...narrow.columns.filter(({ name }) => name !== 'noise'),
        ...Array.from({ length: width }, (_, i) => ({
          kind: 'number' as const,
          name: `noise ${i}`,
          values: Float64Array.from({ length: 400 }, () => random.normal()),
        })),
      ],
    };
    const wideSchema: Schema = {
      ...schema,
      columns: [
        ...schema.columns.filter(({ name }) => name !== 'noise'),
        ...Array.from({ length: width }, (_, i) => ({
          name: `noise ${i}`,
          type: 'numeric' as const,
          role: 'feature' as const,
          optional: false,
        })),
      ],
    };
    const { effects } = await trainModel({ dataset: wide, schema: wideSchema }, options);
    expect(effects.interactions).toBeUndefined();
    expect(effects.dependence).toHaveLength(4);
    for (const { by } of effects.dependence) expect(by?.foundBy).toBe('approximation');
    expect(effects.partialDependence).toHaveLength(4);
  });
});
