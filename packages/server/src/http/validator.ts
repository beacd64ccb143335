import type { Problem } from '@verdict/contracts';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Refusal, shown } from './refusal.ts';

const MOST_PROBLEMS = 20;

/**
 * Compiles a route's schema once, by TypeBox. Bodies are taken as they are; what comes in a URL is text, and becomes
 * a number where the schema asks for one.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  const fromText = httpPart !== 'body';
  return (input: unknown) => {
    const value = fromText ? Value.Convert(schema, { ...(input as object) }) : input;
    if (compiled.Check(value)) return { value };
    return { error: refusalOf(compiled.Errors(value), value) };
  };
};

interface ValidationError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function refusalOf(errors: readonly ValidationError[], value: unknown): Refusal {
  const problems: Problem[] = [];
  for (const error of errors) {
    const problem = problemOf(error, value);
    // Of a choice each branch complains: the first says enough.
    if (problems.some(({ field }) => field === problem.field)) continue;
    problems.push(problem);
    if (problems.length === MOST_PROBLEMS) break;
  }
  const [first] = problems;
  return new Refusal(400, 'INVALID_REQUEST', first.message, { problems });
}

/** `/rows/3/plan` as `rows[3].plan`. */
function fieldOf(path: string): string {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, place) => (/^\d+$/.test(part) ? `[${part}]` : place === 0 ? part : `.${part}`))
    .join('');
}

function problemOf({ keyword, instancePath, params, message }: ValidationError, value: unknown): Problem {
  const place = fieldOf(instancePath);
  const names = 'requiredProperties' in params ? params.requiredProperties : undefined;
  if (keyword === 'required' && Array.isArray(names)) {
    const field = join(place, String(names[0]));
    return { field, message: `${field} is missing.`, got: 'nothing' };
  }
  const extra = 'additionalProperties' in params ? params.additionalProperties : undefined;
  if (keyword === 'additionalProperties' && Array.isArray(extra)) {
    const field = join(place, String(extra[0]).slice(0, 100));
    return { field, message: `${field} is not a field of this request.` };
  }
  // What a closed object does not have: its schema there is `false`.
  if (keyword === 'boolean') return { field: place, message: `${place} is not a field of this request.` };
  const field = place === '' ? 'body' : place;
  const got = shown(valueAt(value, instancePath));
  return { field, message: `${field} ${message}, got ${got}.`, expected: message, got };
}

/** The value that a JSON pointer names. */
function valueAt(value: unknown, path: string): unknown {
  let at = value;
  for (const part of path.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function join(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}
