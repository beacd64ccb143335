import { inputColumns } from './input-column.ts';
import { stepInputs } from './step-kind.ts';
import { stepKind } from './step-registry.ts';
import type { Matrix } from '@verdict/boost';
import type { Dataset } from '@verdict/core';
import type { FeaturePlan } from './feature-plan.ts';

/**
 * The tree matrix of a batch: columns are found by name, further columns are ignored, optional ones may be
 * absent.
 *
 * @throws ColumnMissing, InvalidValue
 */
export function applyFeatures(plan: FeaturePlan, dataset: Dataset): Matrix {
  const columns = inputColumns(dataset, plan.inputs);
  const inputs = new Map(plan.inputs.map(({ name }, slot) => [name, columns[slot]]));
  return {
    rowCount: dataset.rowCount,
    columns: plan.steps.flatMap((step) =>
      stepKind(step).apply(
        step,
        stepInputs(step).map((name) => inputs.get(name)!),
      ),
    ),
    featureNames: plan.outputs.map(({ name }) => name),
    featureTypes: plan.outputs.map(({ type }) => type),
  };
}
