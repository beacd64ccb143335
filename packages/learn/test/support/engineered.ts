// Engineered features of every kind over a table's columns.
import type { ColumnType, Dataset, Schema } from '@verdict/core';
import { fitTransformFeatures } from '../../src/features/index.ts';
import type { EngineeredFeature, FeatureOptions, FittedFeatures } from '../../src/features/index.ts';
import { engineeredKinds } from '../../src/features/step-registry.ts';

/** Each kind over the first columns that it can read, and over the last; none of a kind that finds too few. */
export function engineeredOf(types: readonly ColumnType[]): EngineeredFeature[] {
  return Object.values(engineeredKinds).flatMap(({ kind, columnTypes, inputCount }): EngineeredFeature[] => {
    const readable = types.flatMap((type, i) => (columnTypes.includes(type) ? [`c${i}`] : []));
    if (readable.length < inputCount) return [];
    const inputs = [readable.slice(0, inputCount), readable.slice(-inputCount)];
    const options = kind === 'text' ? { columns: 3, grams: 'character' as const } : {};
    return [
      { kind, inputs: inputs[0], ...options },
      { kind, inputs: inputs[1] },
    ];
  });
}

/** Labels that follow from nothing but the row. */
function labelsFor(rows: number): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => (Math.imul(row, 0x9e3779b1) >>> 13) & 1);
}

/** Fits a plan with such labels. */
export function fitWithLabels(dataset: Dataset, schema: Schema, options: FeatureOptions): FittedFeatures {
  return fitTransformFeatures(dataset, schema, options, labelsFor(dataset.rowCount));
}
