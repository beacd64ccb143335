import type { Problem, Warning } from '@verdict/contracts';
import { nearest } from '@verdict/core';
import type { Bundle } from '@verdict/learn';
import { shown } from '../http/refusal.ts';
import { fieldCheck } from './field-check.ts';
import type { FieldCheck, Finding } from './field-check.ts';
import type { ScoringPolicy } from './policy.ts';

/** One row as a JSON body gives it. */
export type Features = Readonly<Record<string, unknown>>;

/** What is wrong with a row, and what is odd about it. */
export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Warning[];
}

/** Checks one row; undefined if there is nothing to say. `prefix` is where the row lies, such as `features.`. */
export type FeatureCheck = (features: Features, prefix: string) => Findings | undefined;

/** Problems and warnings of one row that are listed. */
const MOST_FINDINGS = 20;

/** Compiles the check of a model's rows from its bundle, once. */
export function compileFeatureCheck(bundle: Bundle, policy: ScoringPolicy): FeatureCheck {
  const checks = bundle.plan.inputs.map((input) => fieldCheck(bundle, input));
  // Columns of the training table that the model does not read are no strangers.
  const known = new Set(bundle.schema.columns.map(({ name }) => name));
  const names = bundle.plan.inputs.map(({ name }) => name);

  return (features, prefix) => {
    let findings: Findings | undefined;
    let met = 0;
    for (let i = 0; i < checks.length; i++) {
      const check = checks[i];
      const value =
        check.inherited && !Object.hasOwn(features, check.name) ? undefined : features[check.name];
      if (value === undefined) {
        if (check.optional) continue;
        findings ??= { problems: [], warnings: [] };
        addProblem(findings, prefix + check.name, 'is missing', check.expected, 'nothing');
        continue;
      }
      met++;
      const found = check.find(value);
      if (found === 'fine' || (found === 'missing' && check.optional)) continue;
      findings ??= { problems: [], warnings: [] };
      note(findings, check, found, value, prefix, policy);
    }
    let fields = 0;
    for (const _ in features) fields++;
    if (fields === met) return findings;
    for (const name in features) {
      if (known.has(name)) continue;
      findings ??= { problems: [], warnings: [] };
      noteStranger(findings, name.slice(0, 200), prefix, names, policy);
    }
    return findings;
  };
}

function note(
  findings: Findings,
  check: FieldCheck,
  found: Finding,
  value: unknown,
  prefix: string,
  policy: ScoringPolicy,
): void {
  const field = prefix + check.name;
  const got = shown(value);
  if (found === 'wrong') {
    addProblem(findings, field, `must be ${check.expected}, got ${got}`, check.expected, got);
  } else if (found === 'missing') {
    const message = 'must not be missing: no training row was without it';
    addProblem(findings, field, message, check.expected, got);
  } else if (found === 'unknown_category') {
    const message = `is no value that the model knows (${check.usual}), got ${got}`;
    if (policy.unknownCategories === 'refuse') addProblem(findings, field, message, check.usual, got);
    else addWarning(findings, 'unknown_category', field, message);
  } else if (found === 'out_of_range') {
    const message = `is far from what the model was trained on (${check.usual}), got ${got}`;
    if (policy.outOfRange === 'refuse') addProblem(findings, field, message, check.usual, got);
    else addWarning(findings, 'out_of_range', field, message);
  }
}

function noteStranger(
  findings: Findings,
  name: string,
  prefix: string,
  names: readonly string[],
  policy: ScoringPolicy,
): void {
  const [near] = nearest(name, names);
  const message = `is no column of the model${near === undefined ? '' : `; did you mean "${near}"?`}`;
  if (policy.unknownFields === 'refuse') {
    addProblem(findings, prefix + name, message, 'a column of the model', shown(name));
  } else {
    addWarning(findings, 'unknown_field', prefix + name, `${message} It was ignored.`);
  }
}

function addProblem(
  { problems }: Findings,
  field: string,
  message: string,
  expected: string,
  got: string,
): void {
  if (problems.length < MOST_FINDINGS)
    problems.push({ field, message: `${field} ${message}.`, expected, got });
}

function addWarning({ warnings }: Findings, code: Warning['code'], field: string, message: string): void {
  if (warnings.length < MOST_FINDINGS) warnings.push({ code, field, message: `${field} ${message}` });
}
