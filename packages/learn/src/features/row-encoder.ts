import { ColumnMissing, isNumberType } from '@verdict/core';
import { numberReader, textReader } from './cell-reader.ts';
import { stepInputs } from './step-kind.ts';
import { stepKind } from './step-registry.ts';
import type { FeatureInput, FeaturePlan } from './feature-plan.ts';
import type { RowValues } from './step-kind.ts';

/** One row as a program or a JSON body gives it: values by column name. */
export type RowRecord = Readonly<Record<string, unknown>>;

/**
 * Turns one record into one row of the tree matrix: the same features, bit for bit, as `applyFeatures`
 * gives. The returned array is a buffer that the next call overwrites. Fields that the plan does not know
 * are ignored; an optional field may be absent.
 *
 * @throws ColumnMissing for an absent field that is not optional; InvalidValue, naming the column, for a
 * value of another type
 */
export function rowEncoder(plan: FeaturePlan): (record: RowRecord) => Float32Array {
  const row: RowValues = {
    numbers: new Float64Array(plan.inputs.length).fill(NaN),
    texts: plan.inputs.map(() => null),
  };
  const readers = plan.inputs.map((input, slot) => fieldReader(input, slot, row));
  const slots = new Map(plan.inputs.map(({ name }, slot) => [name, slot]));
  let offset = 0;
  const steps = plan.steps.map((step) => {
    const kind = stepKind(step);
    const rowStep = kind.rowStep(
      step,
      stepInputs(step).map((name) => slots.get(name)!),
      offset,
    );
    offset += kind.outputs(step).length;
    return rowStep;
  });
  const target = new Float32Array(offset);
  return (record) => {
    for (const read of readers) read(record);
    for (const step of steps) step(row, target);
    return target;
  };
}

/** Moves one field of a record to its place in the row's values. */
function fieldReader(input: FeatureInput, slot: number, row: RowValues): (record: RowRecord) => void {
  const { name, optional } = input;
  // Every object inherits `constructor`, `toString` and the like: only own fields of such names count.
  const inherited = name in Object.prototype;
  const field = (record: RowRecord): unknown => {
    const value = inherited && !Object.hasOwn(record, name) ? undefined : record[name];
    if (value !== undefined) return value;
    if (optional) return null;
    throw new ColumnMissing({ column: name, available: Object.keys(record) });
  };
  if (isNumberType(input.type)) {
    const read = numberReader(input);
    return (record) => {
      row.numbers[slot] = read(field(record));
    };
  }
  const read = textReader(input);
  return (record) => {
    row.texts[slot] = read(field(record));
  };
}
