import type { EngineeredFeature } from './engineered-feature.ts';
import type { FeaturePlan } from './feature-plan.ts';
import { stepKinds } from './step-registry.ts';

/**
 * Does a plan, or one fitted to these requests, learn from the label? Then it must be fitted, and binned, inside
 * every fold; otherwise all folds may share one.
 */
export function looksAtLabel(what: FeaturePlan | readonly EngineeredFeature[]): boolean {
  const steps: readonly { readonly kind: keyof typeof stepKinds }[] = 'steps' in what ? what.steps : what;
  return steps.some(({ kind }) => stepKinds[kind].looksAtLabel === true);
}
