import type { EngineeredFeature } from './engineered-feature.ts';
import type { FeaturePlan, FeatureStep } from './feature-plan.ts';
import { stepKind, stepKinds } from './step-registry.ts';

/**
 * Does a plan, or one fitted to these requests, learn from the label? Then it must be fitted, and binned, inside
 * every fold; otherwise all folds may share one.
 */
export function looksAtLabel(what: FeaturePlan | readonly EngineeredFeature[]): boolean {
  const steps: readonly Kinded[] = 'steps' in what ? what.steps : what;
  return steps.some(isLabelLooking);
}

type Kinded = { readonly kind: keyof typeof stepKinds };

/** Does a step, or one that is asked for, learn from the label? */
export function isLabelLooking({ kind }: Kinded): boolean {
  return stepKinds[kind].looksAtLabel === true;
}

/** The names of the features that some steps make. */
export function outputNames(steps: readonly FeatureStep[]): string[] {
  return steps.flatMap((step) =>
    stepKind(step)
      .outputs(step)
      .map(({ name }) => name),
  );
}
