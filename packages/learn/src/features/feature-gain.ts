import type { Booster } from '@verdict/boost';
import { engineeredKinds, stepKind } from './step-registry.ts';
import type { FeaturePlan } from './feature-plan.ts';

/** An engineered feature and the share of all gain that splits on it made. */
export interface GainShare {
  readonly feature: string;
  readonly share: number;
}

/**
 * The engineered features of a plan by what trees over all of them made of them: the share of the gain of all splits,
 * the greatest first, equal ones in the plan's order. Those that no tree uses are left out. The first few are the ones
 * to try out of fold (`keep` takes their names): many that each help a little harm together.
 *
 * @param boosters fold models over the plan's features
 */
export function engineeredByGain(plan: FeaturePlan, boosters: readonly Booster[]): GainShare[] {
  const gains = new Map<string, number>();
  let total = 0;
  for (const booster of boosters) {
    for (const [name, gain] of booster.importance('total_gain')) {
      gains.set(name, (gains.get(name) ?? 0) + gain);
      total += gain;
    }
  }
  return plan.steps
    .filter(({ kind }) => Object.hasOwn(engineeredKinds, kind))
    .flatMap((step) => stepKind(step).outputs(step))
    .map(({ name }) => ({ feature: name, share: (gains.get(name) ?? 0) / total }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
}
