// A real bundle over a small random table of every column type: trees and a regression, blended.
import { binMatrix, trainSync } from '@verdict/boost';
import { columnTypes, Random } from '@verdict/core';
import type { ColumnType, Dataset, Schema } from '@verdict/core';
import type { Bundle } from '../../src/bundle/index.ts';
import { profileOf } from '../../src/bundle/profiling.ts';
import type { Calibration } from '../../src/decision/index.ts';
import { fitTransformFeatures, linearDesignOf } from '../../src/features/index.ts';
import type { EngineeredFeature } from '../../src/features/index.ts';
import { fitLogistic } from '../../src/linear/index.ts';
import { datasetOf, schemaOf } from './tables.ts';
import type { Cell, Table } from './tables.ts';

export interface SmallModelOptions {
  readonly types?: readonly ColumnType[];
  readonly rows?: number;
  readonly rounds?: number;
  readonly calibration?: Calibration;
  readonly engineered?: readonly EngineeredFeature[];
}

export interface SmallModel {
  readonly bundle: Bundle & Required<Pick<Bundle, 'booster' | 'logistic'>>;
  readonly table: Table;
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly labels: Uint8Array;
}

/** Rows whose label depends on the first columns, with some missing cells. */
function smallTable(types: readonly ColumnType[], rows: number): { table: Table; labels: Uint8Array } {
  const random = new Random(99, 'small table');
  const labels = new Uint8Array(rows);
  const cells = Array.from({ length: rows }, (_, i): Cell[] => {
    const hidden = random.normal();
    labels[i] = hidden + 0.5 * random.normal() > 0 ? 1 : 0;
    return types.map((type): Cell => {
      if (random.float() < 0.1) return null;
      const value = hidden + random.normal();
      if (type === 'boolean') return value > 0 ? 1 : 0;
      if (type === 'integer') return Math.round(value * 10);
      if (type === 'datetime') return Date.UTC(2024, 0, 1) + Math.round(value * 200) * 86_400_000;
      return type === 'numeric' ? value * 3 : `${type} ${Math.round(value)}`;
    });
  });
  return { table: { types, rows: cells }, labels };
}

export function smallModel(options: SmallModelOptions = {}): SmallModel {
  const {
    types = columnTypes,
    rows = 300,
    rounds = 12,
    calibration = { kind: 'none' },
    engineered = [],
  } = options;
  const { table, labels } = smallTable(types, rows);
  const dataset = datasetOf(table);
  const schema = schemaOf(types);
  const { plan, matrix } = fitTransformFeatures(dataset, schema, { engineered, seed: 1 }, labels);
  const { booster } = trainSync(
    { binned: binMatrix(matrix), labels },
    { learning_rate: 0.3, max_depth: 4, seed: 1 },
    { rounds },
  );
  const logistic = fitLogistic(linearDesignOf(plan, matrix), labels, { c: 0.1 });
  const bundle = {
    verdictVersion: '0.1.0',
    seed: 42,
    dataFingerprint: 'a'.repeat(64),
    schema,
    plan,
    booster,
    logistic,
    decision: {
      blend: {
        members: [
          { member: 'trees', weight: 0.75 },
          { member: 'logistic', weight: 0.25 },
        ],
        offset: 0.1,
      },
      calibration,
      threshold: 0.4,
      rule: { rule: 'mcc' },
      labels: { positive: schema.target.positive, negative: schema.target.negative },
    },
    metrics: { rocAuc: 0.9, notDefined: NaN, curve: Float64Array.of(0, 0.5, 1) },
    profile: profileOf(dataset, schema, Float64Array.from(labels)),
    card: '# A model\n\nIt says yes or no – ‘ja’ oder ‘nein’.\n',
  } as const satisfies Bundle;
  return { bundle, table, dataset, schema, labels };
}
