import type { Problem } from '@verdict/contracts';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Refusal, shown } from './refusal.ts';

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

/** TypeBox stops at eight errors: the last choice may lack some of its branches. */
const MOST_ERRORS = 8;

function refusalOf(errors: readonly ValidationError[], value: unknown): Refusal {
  const problems: Problem[] = [];
  for (const own of Map.groupBy(errors, ({ instancePath }) => instancePath).values()) {
    // Each branch of a choice complains. A branch that has the right kind says what else is wrong with the value.
    const kinds = own.filter(({ keyword }) => keyword === 'type' || keyword === 'const');
    const others = own.filter(({ keyword }) => !['type', 'const', 'anyOf'].includes(keyword));
    const isCut = errors.length === MOST_ERRORS && own.at(-1) === errors.at(-1) && kinds.length > 1;
    if (others.length === 0 && (!isCut || problems.length === 0)) problems.push(kindProblem(kinds, value));
    for (const error of others) {
      const problem = problemOf(error, value);
      if (!problems.some(({ field }) => field === problem.field)) problems.push(problem);
    }
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

/** Types of JSON in words. */
const words: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

/** A value of another kind than any that may stand there. */
function kindProblem(errors: readonly ValidationError[], value: unknown): Problem {
  const [{ instancePath }] = errors;
  const kinds = errors.map(({ params }) => {
    if ('allowedValue' in params) return JSON.stringify(params.allowedValue);
    const type = String((params as { type: unknown }).type);
    return words[type] ?? type;
  });
  const place = fieldOf(instancePath);
  const field = place === '' ? 'body' : place;
  const expected = listOf(kinds);
  const got = shown(valueAt(value, instancePath));
  return { field, message: `${field} must be ${expected}, got ${got}.`, expected, got };
}

function listOf(kinds: readonly string[]): string {
  return kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
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
