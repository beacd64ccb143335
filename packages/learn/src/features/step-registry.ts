import { basisStep } from './basis-step.ts';
import { categoryStep } from './category-step.ts';
import { crossStep } from './cross-step.ts';
import { cyclicStep } from './cyclic-step.ts';
import { dateTimeStep } from './datetime-step.ts';
import { differenceStep } from './difference-step.ts';
import { elapsedStep } from './elapsed-step.ts';
import { frequencyStep } from './frequency-step.ts';
import { logStep } from './log-step.ts';
import { numberStep } from './number-step.ts';
import { oneHotStep } from './one-hot-step.ts';
import { productStep } from './product-step.ts';
import { rankStep } from './rank-step.ts';
import { ratioStep } from './ratio-step.ts';
import { standardStep } from './standard-step.ts';
import { targetStep } from './target-step.ts';
import { textStep } from './text-step.ts';
import type { FeatureStep, LinearStep } from './feature-plan.ts';
import type { LinearKind } from './linear-kind.ts';
import type { StepKind } from './step-kind.ts';

/** The steps that every plan begins with: one for each column, by its type. */
export const plainKinds = {
  number: numberStep,
  datetime: dateTimeStep,
  category: categoryStep,
} as const;

/** The steps that are fitted only where they are asked for. */
export const engineeredKinds = {
  ratio: ratioStep,
  product: productStep,
  difference: differenceStep,
  log: logStep,
  rank: rankStep,
  elapsed: elapsedStep,
  frequency: frequencyStep,
  target: targetStep,
  cross: crossStep,
  text: textStep,
} as const;

/** Every kind of step there is. A new kind is added above and in the union types of `feature-plan.ts`. */
export const stepKinds = { ...plainKinds, ...engineeredKinds } as const;

/** Every kind of linear step there is. */
export const linearKinds = {
  standard: standardStep,
  basis: basisStep,
  cyclic: cyclicStep,
  'one-hot': oneHotStep,
} as const;

// The two functions below hide one cast each: a step's `kind` picks the object that handles that step,
// which the type system cannot follow through a union.

/** The kind of a step. */
export function stepKind<Step extends FeatureStep>(step: Step): StepKind<Step> {
  return stepKinds[step.kind] as unknown as StepKind<Step>;
}

/** The kind of a linear step. */
export function linearKind<Step extends LinearStep>(step: Step): LinearKind<Step> {
  return linearKinds[step.kind] as unknown as LinearKind<Step>;
}
