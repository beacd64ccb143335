import { basisStep } from './basis-step.ts';
import { categoryStep } from './category-step.ts';
import { cyclicStep } from './cyclic-step.ts';
import { dateTimeStep } from './datetime-step.ts';
import { numberStep } from './number-step.ts';
import { oneHotStep } from './one-hot-step.ts';
import { standardStep } from './standard-step.ts';
import type { FeatureStep, LinearStep } from './feature-plan.ts';
import type { LinearKind } from './linear-kind.ts';
import type { StepKind } from './step-kind.ts';

/** Every kind of step there is. A new kind is added here and in the union types of `feature-plan.ts`. */
export const stepKinds = {
  number: numberStep,
  datetime: dateTimeStep,
  category: categoryStep,
} as const;

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
