import { memberNames } from './bundle.ts';
import { calibrationKinds } from '../decision/index.ts';
import type { Calibration, ThresholdRule } from '../decision/index.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { CostMatrix } from '../metrics/index.ts';
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

/** Far beyond any fitted coefficient and any cost, near enough for products with margins and rows to stay finite. */
const wide = { min: -1e100, max: 1e100 };
/** The same without negative numbers: a coefficient of this kind keeps the order of the rows. */
const rising = { min: 0, max: 1e100 };

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
  const kind = cursor.peek('kind').oneOf(calibrationKinds);
  if (kind === 'none') {
    cursor.object(['kind']);
    return { kind };
  }
  if (kind === 'sigmoid') {
    const { slope, intercept } = cursor.object(['kind', 'slope', 'intercept']);
    return { kind, slope: slope.number(rising), intercept: intercept.number(wide) };
  }
  if (kind === 'beta') {
    const { a, b, c } = cursor.object(['kind', 'a', 'b', 'c']);
    return { kind, a: a.number(rising), b: b.number(rising), c: c.number(wide) };
  }
  const { margins, probabilities } = cursor.object(['kind', 'margins', 'probabilities']);
  const xs = margins.numbers(maximumPoints, wide);
  const ys = probabilities.numbers(maximumPoints, { min: 0, max: 1 });
  if (xs.length === 0 || xs.length !== ys.length)
    cursor.fail('margins and probabilities must be equally many and not none');
  if (xs.some((value, i) => i > 0 && value <= xs[i - 1])) margins.fail('the values do not rise');
  if (ys.some((value, i) => i > 0 && value < ys[i - 1])) probabilities.fail('the values fall');
  return { kind, margins: xs, probabilities: ys };
}

function parseRule(cursor: JsonCursor): DecisionRule {
  const rule = cursor
    .peek('rule')
    .oneOf(['f1', 'balanced', 'mcc', 'fixed', 'cost', 'capacity', 'precision', 'recall']);
  switch (rule) {
    case 'cost': {
      const keys = cursor.object(['rule', 'costFp', 'costFn'], ['costTp', 'costTn']);
      return { rule, ...parseCosts(cursor, keys) };
    }
    case 'capacity': {
      const { capacity, of, costs } = cursor.object(['rule', 'capacity', 'of'], ['costs']);
      const whole = of.number({ min: 0 });
      const part = capacity.number({ min: 0, max: whole });
      if (part === 0) capacity.fail('it is not above 0');
      return { rule, capacity: part, of: whole, ...valued(costs) };
    }
    case 'precision':
    case 'recall': {
      const { target, costs } = cursor.object(['rule', 'target'], ['costs']);
      const share = target.number({ min: 0, max: 1 });
      if (share === 0) target.fail('it is not above 0');
      return { rule, target: share, ...valued(costs) };
    }
    default:
      cursor.object(['rule']);
      return { rule };
  }
}

function valued(cursor: JsonCursor | undefined): { costs: CostMatrix } | undefined {
  if (cursor === undefined) return undefined;
  return { costs: parseCosts(cursor, cursor.object(['costFp', 'costFn'], ['costTp', 'costTn'])) };
}

/** Costs by which decisions can be valued, see `requireCosts`. */
function parseCosts(
  cursor: JsonCursor,
  keys: Readonly<Record<'costFp' | 'costFn', JsonCursor>> & Partial<Record<'costTp' | 'costTn', JsonCursor>>,
): CostMatrix {
  const costFp = keys.costFp.number(rising);
  const costFn = keys.costFn.number(rising);
  const costTp = keys.costTp?.number(wide);
  const costTn = keys.costTn?.number(wide);
  const alarm = costFp - (costTn ?? 0);
  const miss = costFn - (costTp ?? 0);
  if (alarm < 0 || miss < 0 || alarm + miss === 0) cursor.fail('no decision makes sense by these costs');
  return {
    costFp,
    costFn,
    ...(costTp === undefined ? {} : { costTp }),
    ...(costTn === undefined ? {} : { costTn }),
  };
}
