import { InvalidOption } from '@verdict/core';
import { marginOf } from './intercept.ts';

/** What a model minimises, under XGBoost's names. */
export type ObjectiveName = 'binary:logistic' | 'binary:logitraw' | 'reg:logistic' | 'reg:squarederror';

/** How margins, which trees add up to, and what the model says belong together. */
export interface Link {
  /** True if labels are 0, 1 or between, and the loss is that of probabilities. */
  readonly logistic: boolean;
  /** What the model says at a margin. */
  readonly predictionOf: (margin: number) => number;
  /** True if a start is stored as a probability. */
  readonly startsAtProbability: boolean;
  /** The float32 margin of a stored start (XGBoost's `base_score`). */
  readonly startOf: (base: number) => number;
}

/** 1 / (1 + e^-margin). */
export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

const identity = (margin: number): number => margin;

const atProbability = { startsAtProbability: true, startOf: marginOf };
const atMargin = { startsAtProbability: false, startOf: Math.fround };

const links: Readonly<Record<ObjectiveName, Link>> = {
  'binary:logistic': { logistic: true, predictionOf: sigmoid, ...atProbability },
  'binary:logitraw': { logistic: true, predictionOf: identity, ...atMargin },
  'reg:logistic': { logistic: true, predictionOf: sigmoid, ...atProbability },
  'reg:squarederror': { logistic: false, predictionOf: identity, ...atMargin },
};

/** All objectives, in the order of the documentation. */
export const objectiveNames: readonly string[] = Object.keys(links);

/** True if a text names an objective. */
export function isObjective(name: string): name is ObjectiveName {
  return Object.hasOwn(links, name);
}

/** The link of an objective. */
export function linkOf(objective: ObjectiveName): Link {
  return links[objective];
}

/** @throws InvalidOption if margins of the objective are not log-odds */
export function requireLogistic(objective: ObjectiveName, option: string): void {
  if (links[objective].logistic) return;
  throw new InvalidOption({
    option,
    got: objective,
    expected: 'used with a model of an objective that has probabilities',
  });
}
