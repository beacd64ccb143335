import type { Booster } from '@verdict/boost';
import type { Schema } from '@verdict/core';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import type { Decision } from './decision.ts';
import type { Profile } from './profile.ts';

/** The members that a bundle can hold: gradient-boosted trees and a logistic regression. */
export const memberNames = ['trees', 'logistic'] as const;
export type MemberName = (typeof memberNames)[number];

/** The part of the bundle that holds each member. */
export const memberParts = { trees: 'model.ubj', logistic: 'logistic.json' } as const;

/**
 * The part of a bundle that scores. At least one of `booster` and `logistic` is there, and the decision
 * blends exactly those.
 */
export interface ScoringModel {
  readonly plan: FeaturePlan;
  /** Gradient-boosted trees over the plan's features. */
  readonly booster?: Booster;
  /** A logistic regression over the plan's linear design. */
  readonly logistic?: LogisticModel;
  readonly decision: Decision;
}

/**
 * A trained model with everything that is needed to score with it, judge it and watch it. It is data, never
 * code, and depends on nothing but the training data, the options and the seed: no time, duration, path,
 * host or thread count.
 */
export interface Bundle extends ScoringModel {
  /** The version of Verdict that trained it. */
  readonly verdictVersion: string;
  readonly seed: number;
  /** Identifies the training data, for example the SHA-256 of its file. */
  readonly dataFingerprint: string;
  readonly schema: Schema;
  /** Figures of the evaluation: any JSON. Figures that are not defined (NaN, infinite) are written as null. */
  readonly metrics: unknown;
  readonly profile: Profile;
  /** The model card, Markdown. */
  readonly card: string;
}
