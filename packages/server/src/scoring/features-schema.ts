import type { Bundle } from '@verdict/learn';
import { fieldCheck } from './field-check.ts';
import { knownLevels } from './known-levels.ts';
import { rangeOf } from './value-range.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const types = {
  numeric: ['number'],
  integer: ['number'],
  boolean: ['boolean', 'string', 'number'],
  datetime: ['string'],
} as const;

/**
 * The features of a model as JSON Schema (2020-12). What is unusual and scored all the same is in `examples` and
 * `x-usual`, not in the rules.
 */
export function featuresSchema(bundle: Bundle): JsonSchema {
  const { inputs } = bundle.plan;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Features of ${bundle.schema.target.name}`,
    type: 'object',
    properties: Object.fromEntries(inputs.map((input) => [input.name, property(bundle, input)])),
    required: inputs.filter(({ optional }) => !optional).map(({ name }) => name),
  };
}

function property(bundle: Bundle, input: Bundle['plan']['inputs'][number]): JsonSchema {
  const { expected, usual, type, name, optional } = fieldCheck(bundle, input);
  const allowed = type in types ? types[type as keyof typeof types] : ['string', 'number', 'boolean'];
  const levels = type === 'text' ? undefined : knownLevels(bundle, name);
  const range = rangeOf(bundle.profile.columns.find((column) => column.name === name));
  return {
    type: optional ? [...allowed, 'null'] : [...allowed],
    description: expected,
    'x-column-type': type,
    ...(usual === expected ? {} : { 'x-usual': usual }),
    ...(levels === undefined ? {} : { examples: [...levels].slice(0, 100) }),
    ...(range === undefined || type === 'datetime' ? {} : { 'x-range': [range.low, range.high] }),
    ...(type === 'datetime' ? { format: 'date-time' } : {}),
  };
}
