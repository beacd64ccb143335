import { columnTypes } from '@verdict/core';
import { JsonCursor } from '../json/json-cursor.ts';
import { featurePlanVersion, featureTypes, maximumFeatures } from './feature-plan.ts';
import { stepInputs } from './step-kind.ts';
import { linearKinds, stepKind, stepKinds } from './step-registry.ts';
import type { FeatureInput, FeatureOutput, FeaturePlan, FeatureStep, LinearStep } from './feature-plan.ts';
import type { LinearRecipe } from './step-kind.ts';

/**
 * Reads a feature plan from parsed JSON that is not trusted: types, bounds, sizes, unique names, and the
 * agreement of inputs, steps, outputs and linear steps are all checked.
 *
 * @param file named in errors; default `features.json`
 * @throws InvalidModel saying what is wrong where
 */
export function parsePlan(json: unknown, file = 'features.json'): FeaturePlan {
  const root = new JsonCursor(json, file);
  const version = root.peek('version').integer({ min: 1 });
  if (version > featurePlanVersion)
    root.fail(
      `the plan has version ${version}, this Verdict reads up to ${featurePlanVersion}`,
      'Update Verdict.',
    );
  const keys = root.object(['version', 'inputs', 'steps', 'outputs', 'linear']);
  const inputs = keys.inputs.array(maximumFeatures).map(parseInput);
  const steps = keys.steps.array(maximumFeatures).map(parseStep);
  const outputs = keys.outputs
    .array(maximumFeatures)
    .map(version === 1 ? parseOutputOfVersion1 : parseOutput);
  const linear = keys.linear.array(maximumFeatures).map(parseLinearStep);
  if (inputs.length === 0) keys.inputs.fail('there is no input');
  unique(
    keys.inputs,
    inputs.map(({ name }) => name),
  );
  unique(
    keys.outputs,
    outputs.map(({ name }) => name),
  );
  checkSteps(keys.steps, inputs, steps);
  checkOutputs(keys.outputs, steps, outputs);
  checkLinear(keys.linear, steps, linear);
  return { version: featurePlanVersion, inputs, steps, outputs, linear };
}

function parseInput(cursor: JsonCursor): FeatureInput {
  const { name, type, optional, words } = cursor.object(['name', 'type', 'optional'], ['words']);
  return {
    name: name.string(),
    type: type.oneOf(columnTypes),
    optional: optional.boolean(),
    ...(words === undefined ? {} : { words: parseWords(words) }),
  };
}

/** The two words of a boolean column. */
export function parseWords(cursor: JsonCursor): [falseWord: string, trueWord: string] {
  const [falseWord, trueWord, ...rest] = cursor.array(2);
  if (falseWord === undefined || trueWord === undefined || rest.length > 0)
    return cursor.fail('expected two words');
  return [falseWord.string(), trueWord.string()];
}

function parseStep(cursor: JsonCursor): FeatureStep {
  const kind = cursor.peek('kind').oneOf(Object.keys(stepKinds) as (keyof typeof stepKinds)[]);
  return stepKinds[kind].parse(cursor);
}

function parseOutput(cursor: JsonCursor): FeatureOutput {
  const { name, sources, type } = cursor.object(['name', 'sources', 'type']);
  return {
    name: name.string(),
    sources: sources.array(2).map((source) => source.string()),
    type: type.oneOf(featureTypes),
  };
}

/** Every feature was made of one column. */
function parseOutputOfVersion1(cursor: JsonCursor): FeatureOutput {
  const { name, source, type } = cursor.object(['name', 'source', 'type']);
  return { name: name.string(), sources: [source.string()], type: type.oneOf(featureTypes) };
}

function parseLinearStep(cursor: JsonCursor): LinearStep {
  const kind = cursor.peek('kind').oneOf(Object.keys(linearKinds) as (keyof typeof linearKinds)[]);
  return linearKinds[kind].parse(cursor);
}

function unique(cursor: JsonCursor, names: readonly string[]): void {
  if (new Set(names).size < names.length) cursor.fail('a name comes twice');
}

/** Each step reads inputs of types that its kind reads, and each input is read. */
function checkSteps(
  cursor: JsonCursor,
  inputs: readonly FeatureInput[],
  steps: readonly FeatureStep[],
): void {
  const types = new Map(inputs.map(({ name, type }) => [name, type]));
  for (const step of steps) {
    for (const name of stepInputs(step)) {
      const type = types.get(name);
      if (type === undefined) return cursor.fail(`there is no input ${JSON.stringify(name.slice(0, 60))}`);
      if (!stepKind(step).columnTypes.includes(type))
        return cursor.fail(`a step of kind "${step.kind}" cannot read a column of type "${type}"`);
    }
  }
  const read = new Set(steps.flatMap(stepInputs));
  if (read.size < types.size) cursor.fail('an input is not read by any step');
}

/** The outputs are those of the steps, in order. */
function checkOutputs(
  cursor: JsonCursor,
  steps: readonly FeatureStep[],
  outputs: readonly FeatureOutput[],
): void {
  const made = steps.flatMap((step) => stepKind(step).outputs(step));
  const same =
    made.length === outputs.length &&
    made.every(
      ({ name, sources, type }, i) =>
        outputs[i].name === name &&
        outputs[i].type === type &&
        outputs[i].sources.length === sources.length &&
        outputs[i].sources.every((source, k) => source === sources[k]),
    );
  if (!same) cursor.fail('the outputs are not those of the steps');
}

/** Each linear step reads a feature of which its kind can be made, with the same size, and none twice. */
function checkLinear(cursor: JsonCursor, steps: readonly FeatureStep[], linear: readonly LinearStep[]): void {
  const recipes = new Map<string, LinearRecipe>();
  for (const step of steps) {
    const kind = stepKind(step);
    kind.linear(step).forEach((recipe, k) => recipes.set(kind.outputs(step)[k].name, recipe));
  }
  unique(
    cursor,
    linear.map(({ feature }) => feature),
  );
  for (const step of linear) {
    const recipe = recipes.get(step.feature);
    const fits =
      (step.kind === recipe?.kind || (isNumeric(step) && isNumeric(recipe))) &&
      (step.kind !== 'cyclic' || (recipe?.kind === 'cyclic' && recipe.period === step.period)) &&
      (step.kind !== 'one-hot' || (recipe?.kind === 'one-hot' && recipe.levels + 1 === step.shares.length));
    if (!fits)
      cursor.fail(`the step for ${JSON.stringify(step.feature.slice(0, 60))} does not fit its feature`);
  }
}

/** Steps that read any number. */
function isNumeric(step: { readonly kind: string } | undefined): boolean {
  return step?.kind === 'standard' || step?.kind === 'basis';
}
