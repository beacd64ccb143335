import type { ColumnSchema } from '@verdict/core';
import { InvalidOption } from '@verdict/core';
import { readBundle } from '@verdict/learn';
import type { Bundle } from '@verdict/learn';
import { writeWhole } from './whole-file.ts';

/** Which model's features, and how their types are written. */
export interface FeatureTypesJob {
  /** The folder of the bundle. */
  readonly model: string;
  /** The start of the types' names; default: the target column in PascalCase, so that `churn` gives `ChurnFeatures`. */
  readonly name?: string;
  /** Allow only the levels seen in training for categories, instead of proposing them; default false. */
  readonly closed?: boolean;
  /** Also write them to this file. */
  readonly out?: string;
}

/** More levels than this are of no help where they are proposed. */
const MOST_LEVELS = 100;
const LINE = 110;

/**
 * TypeScript types of what a model reads and says, as the text of a module without imports: `NameFeatures` (one row,
 * for `loadScorer` and the client) and `NameLabel` (the two labels). A misspelt field, a missing one and a value of a
 * wrong type do not compile against them.
 *
 * @throws InvalidOption for a name that is no identifier; what reading the bundle and writing the file throw
 */
export async function featureTypes(job: FeatureTypesJob): Promise<string> {
  const { model, out, ...options } = job;
  const text = featureTypesText(await readBundle(model), options);
  if (out !== undefined) await writeWhole(out, text);
  return text;
}

/**
 * The same of a bundle that was read. It depends on the bundle alone, so the same bundle gives the same bytes; levels
 * are those of `profile.json`, which hides the rare ones.
 */
export function featureTypesText(
  bundle: Pick<Bundle, 'schema' | 'plan' | 'profile'>,
  options: Pick<FeatureTypesJob, 'name' | 'closed'> = {},
): string {
  const { schema, plan, profile } = bundle;
  const { target } = schema;
  const name = options.name ?? pascalCase(target.name);
  if (!isIdentifier(name)) {
    throw new InvalidOption({ option: 'name', got: name, expected: 'a name such as Churn' });
  }
  const read = new Set(plan.inputs.map((input) => input.name));
  const levels = new Map(
    profile.columns.map(({ name, distribution }) => [
      name,
      distribution.kind === 'levels' ? distribution.levels : [],
    ]),
  );
  const fields = schema.columns
    .filter(({ role }) => role === 'feature')
    .flatMap((column) =>
      field(column, read.has(column.name), levels.get(column.name) ?? [], options.closed ?? false),
    );
  return [
    `// Made by \`verdict types\` from the model of ${comment(target.name)}. Make it again after training.`,
    '',
    '/** One row, as the model reads it. */',
    `export type ${name}Features = {`,
    ...fields,
    '};',
    '',
    '/** What the model decides between. */',
    `export type ${name}Label = ${literal(target.negative)} | ${literal(target.positive)};`,
    '',
  ].join('\n');
}

function field(column: ColumnSchema, read: boolean, levels: readonly string[], closed: boolean): string[] {
  const optional = column.optional || !read;
  const words = [
    column.type === 'datetime' ? 'date-time, such as 2024-03-01T12:30:00Z; UTC without a zone' : column.type,
    ...(read ? [] : ['not read by the model']),
  ];
  const types = [...valueTypes(column, levels, closed), ...(optional ? ['null'] : [])];
  return [`  /** ${words.join('; ')} */`, ...property(`${key(column.name)}${optional ? '?' : ''}`, types)];
}

/** A property on one line, or with one type a line where that would be long. */
function property(name: string, types: readonly string[]): string[] {
  const line = `  readonly ${name}: ${types.join(' | ')};`;
  if (line.length <= LINE) return [line];
  return [
    `  readonly ${name}:`,
    ...types.map((type, i) => `    | ${type}${i === types.length - 1 ? ';' : ''}`),
  ];
}

function valueTypes({ type, words }: ColumnSchema, levels: readonly string[], closed: boolean): string[] {
  switch (type) {
    case 'numeric':
    case 'integer':
      return ['number'];
    case 'boolean':
      return ['boolean', ...(words ?? []).map(literal)];
    case 'datetime':
      return ['string', 'Date'];
    case 'category':
      if (levels.length === 0 || (levels.length > MOST_LEVELS && !closed)) return ['string'];
      // `string & {}` keeps the levels from being absorbed by `string`, so that editors propose them.
      return [...levels.map(literal), ...(closed ? [] : ['(string & {})'])];
    case 'text':
    case 'identifier':
    case 'constant':
      return ['string'];
  }
}

/** `monthly-charge due` gives `MonthlyChargeDue`; what cannot start a name is led by `Model`. */
function pascalCase(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const joined = words.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
  return isIdentifier(joined) ? joined : `Model${joined}`;
}

function isIdentifier(text: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(text);
}

function key(name: string): string {
  // A name of ASCII letters needs no quotation marks, and is the usual case.
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : literal(name);
}

/** Control characters, line ends, and what turns the direction of text: code must read as what it is. */
const misleading = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text as a literal in single quotation marks, whatever characters it has. */
function literal(text: string): string {
  const inner = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`);
  return `'${inner.replaceAll(misleading, escaped)}'`;
}

/** A text that can neither end a comment nor break its line. */
function comment(text: string): string {
  return text.replaceAll(misleading, ' ').replaceAll('*/', '* /');
}
