import { InsufficientData } from '@verdict/core';
import { stepKind } from './step-registry.ts';
import type { FeaturePlan, FeatureStep } from './feature-plan.ts';

/** A step and what it made of the training rows. */
export interface MadeStep {
  readonly step: FeatureStep;
  readonly columns: readonly Float32Array[];
}

/**
 * Leaves out the features that are not to be kept, and the steps that then make none.
 *
 * @throws InsufficientData if none is left
 */
export function keepFeatures(made: readonly MadeStep[], keep: ReadonlySet<string>): MadeStep[] {
  const kept = made.flatMap(({ step, columns }): MadeStep[] => {
    const names = stepKind(step)
      .outputs(step)
      .map(({ name }) => name);
    const rest = keepOutputs(step, keep);
    return rest === undefined ? [] : [{ step: rest, columns: columns.filter((_, k) => keep.has(names[k])) }];
  });
  requireAny(kept.length);
  return kept;
}

/**
 * A fitted plan with some of its features only: what the others alone needed is gone. Nothing is fitted anew.
 *
 * @param keep names of features; those that the plan does not have are passed over
 * @throws InsufficientData if none is left
 */
export function selectFeatures(plan: FeaturePlan, keep: Iterable<string>): FeaturePlan {
  const names = new Set(keep);
  const steps = plan.steps.flatMap((step) => keepOutputs(step, names) ?? []);
  requireAny(steps.length);
  const outputs = plan.outputs.filter(({ name }) => names.has(name));
  const read = new Set(outputs.flatMap(({ sources }) => sources));
  return {
    ...plan,
    inputs: plan.inputs.filter(({ name }) => read.has(name)),
    steps,
    outputs,
    linear: plan.linear.filter(({ feature }) => names.has(feature)),
  };
}

/** The step with the outputs that are kept; undefined if it has none of them. */
function keepOutputs(step: FeatureStep, keep: ReadonlySet<string>): FeatureStep | undefined {
  const kind = stepKind(step);
  const outputs = kind.outputs(step);
  const count = outputs.filter(({ name }) => keep.has(name)).length;
  if (count === 0) return undefined;
  return count === outputs.length || kind.select === undefined ? step : kind.select(step, keep);
}

function requireAny(steps: number): void {
  if (steps > 0) return;
  throw new InsufficientData({
    problem: 'none of the features that are to be kept is there.',
    hint: 'Name features as the plan does: under `outputs` in features.json.',
  });
}
