import { InsufficientData, InvalidOption } from '@verdict/core';
import type { Column, Dataset, Schema } from '@verdict/core';
import type { Matrix } from '@verdict/boost';
import { maximumCategoryLevels } from './category-step.ts';
import { featurePlanVersion, maximumFeatures } from './feature-plan.ts';
import { innerFolds } from './inner-folds.ts';
import { inputColumns } from './input-column.ts';
import { keepFeatures } from './plan-selection.ts';
import { fitRequests } from './fit-request.ts';
import type { StepRequest } from './fit-request.ts';
import { isLabelLooking, looksAtLabel, outputNames } from './label-looking.ts';
import { linearKinds, stepKind } from './step-registry.ts';
import type { FeatureInput, FeatureOptions, FeaturePlan, LinearStep } from './feature-plan.ts';
import type { MadeStep } from './plan-selection.ts';
import type { LabelAccess } from './step-kind.ts';

/** A fitted plan and what it makes of the rows that it was fitted on. */
export interface FittedFeatures {
  readonly plan: FeaturePlan;
  /**
   * The features of the training rows. Those that look at the label are cross-fitted: a row is given what the rows of
   * other inner folds say, so that its own label never reaches it.
   */
  readonly matrix: Matrix;
}

/**
 * Fits a feature plan on training rows.
 *
 * @param dataset training rows only
 * @param schema says which columns are features, and of what type
 * @param labels 1 for positive rows, 0 for others; for features that look at the label
 * @param weights of the rows; default 1 each
 * @throws ColumnMissing, InvalidValue if the dataset is not what the schema says; InsufficientData without
 * any feature; InvalidOption
 */
export function fitFeatures(
  dataset: Dataset,
  schema: Schema,
  options: FeatureOptions = {},
  labels?: Uint8Array,
  weights?: Float64Array,
): FeaturePlan {
  return fitTransformFeatures(dataset, schema, options, labels, weights).plan;
}

/** Like `fitFeatures`, and keeps the matrix of the training rows that fitting makes anyway. */
export function fitTransformFeatures(
  dataset: Dataset,
  schema: Schema,
  options: FeatureOptions = {},
  labels?: Uint8Array,
  weights?: Float64Array,
): FittedFeatures {
  const inputs = featureInputs(schema);
  const requests = fitRequests(inputs, options.engineered ?? []);
  const rows = { dataset, schema, labels, weights };
  const all = fitSteps(rows, inputs, requests, options, nameMaker());
  const made = options.keep === undefined ? all : keepFeatures(all, new Set(options.keep));
  return planOf(made, inputs, dataset.rowCount);
}

/**
 * Fits anew, on other rows, what of a plan looks at the label.
 *
 * @param plan fitted with the same options, and without `keep`
 * @param dataset, labels, weights of the rows to fit it on
 * @returns the steps and features that look at the label alone, by their names in `plan`
 */
export function refitLabelLooking(
  plan: FeaturePlan,
  dataset: Dataset,
  schema: Schema,
  options: Omit<FeatureOptions, 'keep'>,
  labels: Uint8Array,
  weights?: Float64Array,
): FittedFeatures {
  const inputs = featureInputs(schema);
  const requests = fitRequests(inputs, options.engineered ?? []).filter(
    ({ kind }) => kind.looksAtLabel === true,
  );
  // The others' names are taken, as they were when the plan was fitted.
  const uniqueName = nameMaker(outputNames(plan.steps.filter((step) => !isLabelLooking(step))));
  const made = fitSteps({ dataset, schema, labels, weights }, inputs, requests, options, uniqueName);
  return planOf(made, inputs, dataset.rowCount);
}

/** A plan with the steps that look at the label, and what linear learners do with them, as another one has them. */
export function withLabelLooking(plan: FeaturePlan, other: FeaturePlan): FeaturePlan {
  const steps = other.steps[Symbol.iterator]();
  const linear = new Map(other.linear.map((step) => [step.feature, step]));
  return {
    ...plan,
    steps: plan.steps.map((step) => (isLabelLooking(step) ? steps.next().value! : step)),
    linear: plan.linear.map((step) => linear.get(step.feature) ?? step),
  };
}

/** Training rows, and what is known of them beside their columns. */
interface FittedRows {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly labels: Uint8Array | undefined;
  readonly weights: Float64Array | undefined;
}

function fitSteps(
  { dataset, schema, labels, weights }: FittedRows,
  inputs: readonly FeatureInput[],
  requests: readonly StepRequest[],
  options: FeatureOptions,
  uniqueName: (wanted: string) => string,
): MadeStep[] {
  const { minimumCount, maximumLevels } = checkLimits(options);
  const label = looksAtLabel(options.engineered ?? [])
    ? labelAccess(dataset.rowCount, schema, options, labels, weights)
    : undefined;
  const columns = new Map<string, Column>();
  inputColumns(dataset, inputs).forEach((column, slot) => columns.set(inputs[slot].name, column));
  return requests.map(({ kind, inputs: own, options: wanted }): MadeStep =>
    kind.fitTransform({
      inputs: own,
      columns: own.map(({ name }) => columns.get(name)!),
      options: wanted,
      label,
      minimumCount,
      maximumLevels,
      uniqueName,
    }),
  );
}

/** Puts steps and what they made of the training rows together, with the linear steps on top. */
function planOf(
  made: readonly MadeStep[],
  inputs: readonly FeatureInput[],
  rowCount: number,
): FittedFeatures {
  const linear: LinearStep[] = [];
  for (const { step, columns } of made) {
    const kind = stepKind(step);
    const outputs = kind.outputs(step);
    kind.linear(step).forEach((recipe, k) => {
      if (recipe.kind !== 'none')
        linear.push(linearKinds[recipe.kind].fit(outputs[k].name, columns[k], recipe));
    });
  }
  const steps = made.map(({ step }) => step);
  const outputs = steps.flatMap((step) => stepKind(step).outputs(step));
  if (outputs.length > maximumFeatures)
    throw new InvalidOption({
      option: 'columns',
      got: outputs.length,
      expected: `at most ${maximumFeatures} features`,
    });
  const read = new Set(outputs.flatMap(({ sources }) => sources));
  return {
    plan: {
      version: featurePlanVersion,
      inputs: inputs.filter(({ name }) => read.has(name)),
      steps,
      outputs,
      linear,
    },
    matrix: {
      rowCount,
      columns: made.flatMap(({ columns }) => columns),
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

function labelAccess(
  rowCount: number,
  schema: Schema,
  { seed = 0, groups }: FeatureOptions,
  labels: Uint8Array | undefined,
  weights: Float64Array | undefined,
): LabelAccess {
  const lengths = { labels: labels?.length, weights: weights?.length, groups: groups?.length };
  for (const [option, got] of Object.entries(lengths)) {
    if (option === 'labels' ? got !== rowCount : got !== undefined && got !== rowCount)
      throw new InvalidOption({
        option,
        got: got ?? 'nothing',
        expected: `one for each of ${rowCount} rows`,
      });
  }
  return {
    target: schema.target.name,
    labels: labels ?? new Uint8Array(0),
    weights,
    folds: innerFolds(rowCount, seed, groups),
  };
}

function checkLimits(
  options: FeatureOptions,
): Required<Pick<FeatureOptions, 'minimumCount' | 'maximumLevels'>> {
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

/** Gives every name once: a second `x` becomes `x~2`. @param taken names that are not to be given */
function nameMaker(taken: Iterable<string> = []): (wanted: string) => string {
  const used = new Set(taken);
  return (wanted) => {
    let name = wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted}~${n}`;
    used.add(name);
    return name;
  };
}
