import { InsufficientData, InvalidOption } from '@verdict/core';
import { maximumCategoryLevels } from './category-step.ts';
import { featurePlanVersion, maximumFeatures } from './feature-plan.ts';
import { inputColumns } from './input-column.ts';
import { linearKinds, stepKind, stepKinds } from './step-registry.ts';
import type { Matrix } from '@verdict/boost';
import type { Dataset, Schema } from '@verdict/core';
import type { FeatureInput, FeatureOptions, FeaturePlan, FeatureStep, LinearStep } from './feature-plan.ts';
import type { FitRequest } from './step-kind.ts';

/** A fitted plan and what it makes of the rows that it was fitted on. */
export interface FittedFeatures {
  readonly plan: FeaturePlan;
  readonly matrix: Matrix;
}

/**
 * Fits a feature plan on training rows.
 *
 * @param dataset training rows only
 * @param schema says which columns are features, and of what type
 * @param label 1 for positive rows, 0 for others; no kind of step looks at it so far
 * @throws ColumnMissing, InvalidValue if the dataset is not what the schema says; InsufficientData without
 * any feature; InvalidOption
 */
export function fitFeatures(
  dataset: Dataset,
  schema: Schema,
  options: FeatureOptions = {},
  label?: Uint8Array,
): FeaturePlan {
  return fitTransformFeatures(dataset, schema, options, label).plan;
}

/** Like `fitFeatures`, and keeps the matrix of the training rows that fitting makes anyway. */
export function fitTransformFeatures(
  dataset: Dataset,
  schema: Schema,
  options: FeatureOptions = {},
  label?: Uint8Array,
): FittedFeatures {
  const { minimumCount, maximumLevels } = checkOptions(options);
  const inputs = featureInputs(schema);
  const uniqueName = nameMaker();
  const steps: FeatureStep[] = [];
  const columns: Float32Array[] = [];
  const linear: LinearStep[] = [];
  for (const [slot, column] of inputColumns(dataset, inputs).entries()) {
    const input = inputs[slot];
    const fitted = kindFor(input).fitTransform({
      input,
      column,
      label,
      minimumCount,
      maximumLevels,
      uniqueName,
    });
    const kind = stepKind(fitted.step);
    const outputs = kind.outputs(fitted.step);
    kind.linear(fitted.step).forEach((recipe, k) => {
      if (recipe.kind !== 'none')
        linear.push(linearKinds[recipe.kind].fit(outputs[k].name, fitted.columns[k], recipe));
    });
    steps.push(fitted.step);
    for (const made of fitted.columns) columns.push(made);
  }
  const outputs = steps.flatMap((step) => stepKind(step).outputs(step));
  if (outputs.length > maximumFeatures)
    throw new InvalidOption({
      option: 'columns',
      got: outputs.length,
      expected: `at most ${maximumFeatures} features`,
    });
  const plan: FeaturePlan = { version: featurePlanVersion, inputs, steps, outputs, linear };
  return {
    plan,
    matrix: {
      rowCount: dataset.rowCount,
      columns,
      featureNames: outputs.map(({ name }) => name),
      featureTypes: outputs.map(({ type }) => type),
    },
  };
}

function featureInputs(schema: Schema): FeatureInput[] {
  const inputs = schema.columns
    .filter(({ role }) => role === 'feature')
    .map(({ name, type, optional, words }) => ({ name, type, optional, ...(words ? { words } : {}) }));
  if (inputs.length === 0)
    throw new InsufficientData({
      problem: 'no column is left that a model could learn from.',
      hint: 'The reasons why columns were left out are in the schema; override them where they are wrong.',
    });
  return inputs;
}

/** The kind of step for a column. */
function kindFor(input: FeatureInput): {
  fitTransform(request: FitRequest): { step: FeatureStep; columns: Float32Array[] };
} {
  const kind = Object.values(stepKinds).find(({ columnTypes }) => columnTypes.includes(input.type));
  if (kind === undefined)
    throw new InvalidOption({
      option: `type of column "${input.name}"`,
      got: input.type,
      expected: 'a known type',
    });
  return kind;
}

function checkOptions(options: FeatureOptions): Required<FeatureOptions> {
  const { minimumCount = 5, maximumLevels = maximumCategoryLevels } = options;
  if (!Number.isSafeInteger(minimumCount) || minimumCount < 1)
    throw new InvalidOption({ option: 'minimumCount', got: minimumCount, expected: 'an integer from 1 on' });
  if (!Number.isSafeInteger(maximumLevels) || maximumLevels < 1 || maximumLevels > maximumCategoryLevels)
    throw new InvalidOption({
      option: 'maximumLevels',
      got: maximumLevels,
      expected: `an integer from 1 to ${maximumCategoryLevels}`,
    });
  return { minimumCount, maximumLevels };
}

/** Gives every name once: a second `x` becomes `x~2`. */
function nameMaker(): (wanted: string) => string {
  const used = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted}~${n}`;
    used.add(name);
    return name;
  };
}
