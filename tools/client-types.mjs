// Writes packages/client/src/wire.ts: the types of the wire schemas of packages/contracts that the client names, so
// that the client is typed by them and depends on nothing.
//
//   node tools/client-types.mjs            writes the file
//   node tools/client-types.mjs --print    prints what it would write
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '@verdict/contracts';
import { format, resolveConfig } from 'prettier';
import { root } from './lib.mjs';

/** The schemas that the client needs; those that they name are named in the file too. */
const names = [
  'FeatureValue',
  'Features',
  'Warning',
  'RowReply',
  'PredictReply',
  'BatchReply',
  'Reason',
  'ExplainReply',
  'FeedbackRequest',
  'FeedbackReply',
  'ServedModel',
  'HealthReply',
  'AliasReply',
  'ModelReply',
  'ModelsReply',
  'Problem',
  'ErrorReply',
];

const schemas = new Map(Object.entries(contracts));
const known = new Map(names.map((name) => [schemas.get(name), name]));

function typeOf(schema, depth, own) {
  const name = known.get(schema);
  if (name !== undefined && schema !== own) return name;
  if (schema.const !== undefined) return quoted(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeOf(one, depth)).join(' | ');
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      return arrayOf(typeOf(schema.items, depth), schema);
    case 'object':
      return objectOf(schema, depth);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function arrayOf(item, { minItems, maxItems }) {
  if (minItems !== undefined && minItems === maxItems) {
    return `readonly [${Array.from({ length: minItems }, () => item).join(', ')}]`;
  }
  return `readonly ${/[ |]/.test(item) ? `(${item})` : item}[]`;
}

function objectOf(schema, depth) {
  const { properties, patternProperties, required = [] } = schema;
  if (patternProperties !== undefined) {
    const [value] = Object.values(patternProperties);
    return `{ readonly [name: string]: ${typeOf(value, depth)} }`;
  }
  const indent = '  '.repeat(depth + 1);
  const lines = Object.entries(properties).flatMap(([name, property]) => [
    ...comment(property, indent),
    `${indent}readonly ${name}${required.includes(name) ? '' : '?'}: ${typeOf(property, depth + 1)};`,
  ]);
  return ['{', ...lines, `${'  '.repeat(depth)}}`].join('\n');
}

function comment({ description }, indent) {
  return description === undefined ? [] : [`${indent}/** ${description.replaceAll('*/', '* /')} */`];
}

function quoted(value) {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}

const text = [
  '// Made by tools/client-types.mjs from the schemas of packages/contracts. Do not edit.',
  ...names.flatMap((name) => {
    const schema = schemas.get(name);
    if (schema === undefined) throw new Error(`packages/contracts has no ${name}`);
    return ['', ...comment(schema, ''), `export type ${name} = ${typeOf(schema, 0, schema)};`];
  }),
  '',
].join('\n');
const file = join(root, 'packages', 'client', 'src', 'wire.ts');
const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
if (process.argv.includes('--print')) process.stdout.write(formatted);
else writeFileSync(file, formatted);
