import { memberNames } from './member.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { MemberName } from './member.ts';

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

/**
 * From the blended margin to the probability. `none` is the logistic function; `sigmoid` is the logistic
 * function of slope x margin + intercept; `isotonic` interpolates linearly between the points (margin, y),
 * and is constant beyond the first and the last.
 */
export type Calibration =
  | { readonly kind: 'none' }
  | { readonly kind: 'sigmoid'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] };

/** What the threshold was chosen by; `cost` with the costs of one false positive and one false negative. */
export type DecisionRule =
  | { readonly rule: 'f1' | 'balanced' | 'mcc' | 'fixed' }
  | { readonly rule: 'cost'; readonly costFp: number; readonly costFn: number };

/** Margins, weights and offsets beyond this are refused: no training produces them. */
const furthestMargin = 1e6;

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
    const limits = { min: -furthestMargin, max: furthestMargin };
    return {
      kind,
      slope: slope.number({ min: 0, max: furthestMargin }),
      intercept: intercept.number(limits),
    };
  }
  const { x, y } = cursor.object(['kind', 'x', 'y']);
  const xs = x.numbers(1_000_000);
  const ys = y.numbers(1_000_000, { min: 0, max: 1 });
  if (xs.length === 0 || xs.length !== ys.length) cursor.fail('x and y must be equally long and not empty');
  if (xs.some((value, i) => i > 0 && value <= xs[i - 1])) x.fail('the values do not increase');
  if (ys.some((value, i) => i > 0 && value < ys[i - 1])) y.fail('the values decrease');
  return { kind, x: xs, y: ys };
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
