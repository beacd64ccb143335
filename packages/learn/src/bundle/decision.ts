import { memberNames } from './bundle.ts';
import type { Calibration, ThresholdRule } from '../decision/index.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { MemberName } from './bundle.ts';

/**
 * How margins become a decision, as plain data (`decision.json`):
 * margin = offset + sum of weight x member's margin; probability = calibration of the margin; the decision
 * is positive from the threshold on.
 */
export interface Decision {
  readonly blend: Blend;
  readonly calibration: Calibration;
  /** Probability, 0 to 1, from which on the decision is positive. */
  readonly threshold: number;
  /** The rule that the threshold came from. */
  readonly rule: DecisionRule;
  readonly labels: { readonly positive: string; readonly negative: string };
}

/** A weighted sum of the members' margins (log odds). */
export interface Blend {
  readonly members: readonly { readonly member: MemberName; readonly weight: number }[];
  readonly offset: number;
}

/** What the threshold was chosen by; `fixed` where it was given. */
export type DecisionRule = ThresholdRule | { readonly rule: 'fixed' };

/** Margins, weights and offsets beyond this are refused: no training produces them. */
const furthestMargin = 1e6;

/** The most points of an isotonic calibration. */
const maximumPoints = 1_000_000;

/** Reads a decision from JSON that is not trusted; throws InvalidModel. */
export function parseDecision(cursor: JsonCursor): Decision {
  const keys = cursor.object(['blend', 'calibration', 'threshold', 'rule', 'labels']);
  const { positive, negative } = keys.labels.object(['positive', 'negative']);
  return {
    blend: parseBlend(keys.blend),
    calibration: parseCalibration(keys.calibration),
    threshold: keys.threshold.number({ min: 0, max: 1 }),
    rule: parseRule(keys.rule),
    labels: { positive: positive.string(), negative: negative.string() },
  };
}

function parseBlend(cursor: JsonCursor): Blend {
  const { members, offset } = cursor.object(['members', 'offset']);
  const limits = { min: -furthestMargin, max: furthestMargin };
  const parsed = members.array(memberNames.length).map((item) => {
    const { member, weight } = item.object(['member', 'weight']);
    return { member: member.oneOf(memberNames), weight: weight.number(limits) };
  });
  if (parsed.length === 0) members.fail('there is no member');
  if (new Set(parsed.map(({ member }) => member)).size < parsed.length) members.fail('a member comes twice');
  return { members: parsed, offset: offset.number(limits) };
}

function parseCalibration(cursor: JsonCursor): Calibration {
  const kind = cursor.peek('kind').oneOf(['none', 'sigmoid', 'isotonic']);
  if (kind === 'none') {
    cursor.object(['kind']);
    return { kind };
  }
  if (kind === 'sigmoid') {
    const { slope, intercept } = cursor.object(['kind', 'slope', 'intercept']);
    // Far beyond any fit, near enough for the product with a margin to stay finite.
    const limits = { min: -1e100, max: 1e100 };
    return { kind, slope: slope.number({ ...limits, min: 0 }), intercept: intercept.number(limits) };
  }
  const { margins, probabilities } = cursor.object(['kind', 'margins', 'probabilities']);
  const xs = margins.numbers(maximumPoints, { min: -1e100, max: 1e100 });
  const ys = probabilities.numbers(maximumPoints, { min: 0, max: 1 });
  if (xs.length === 0 || xs.length !== ys.length)
    cursor.fail('margins and probabilities must be equally many and not none');
  if (xs.some((value, i) => i > 0 && value <= xs[i - 1])) margins.fail('the values do not rise');
  if (ys.some((value, i) => i > 0 && value < ys[i - 1])) probabilities.fail('the values fall');
  return { kind, margins: xs, probabilities: ys };
}

function parseRule(cursor: JsonCursor): DecisionRule {
  const rule = cursor.peek('rule').oneOf(['f1', 'balanced', 'mcc', 'fixed', 'cost']);
  if (rule !== 'cost') {
    cursor.object(['rule']);
    return { rule };
  }
  const { costFp, costFn } = cursor.object(['rule', 'costFp', 'costFn']);
  return { rule, costFp: costFp.number({ min: 0 }), costFn: costFn.number({ min: 0 }) };
}
