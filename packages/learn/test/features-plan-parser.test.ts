import { describe, expect, it } from 'vitest';
import { columnTypes, InvalidModel } from '@verdict/core';
import {
  applyFeatures,
  fitFeatures,
  linearDesign,
  linearRowEncoder,
  parsePlan,
  rowEncoder,
} from '../src/features/index.ts';
import type { FeaturePlan } from '../src/features/index.ts';
import { engineeredOf, fitWithLabels } from './support/engineered.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { datasetOf, schemaOf } from './support/tables.ts';
import type { Table } from './support/tables.ts';

const types = columnTypes;
const table: Table = {
  types,
  rows: [
    [1, 1, 1, 'a', Date.UTC(2024, 0, 1), 'a', 'a', 'only'],
    [2, 2, 0, 'a', Date.UTC(2024, 5, 3, 7), 'b', 'a', 'only'],
    [null, 3, 0, 'rare', null, 'b', null, 'only'],
  ],
};
const plan = fitFeatures(datasetOf(table), schemaOf(types), { minimumCount: 2 });
const saved = JSON.parse(JSON.stringify(plan)) as FeaturePlan;

// Columns of every type, twice, and of engineered features one of each kind.
const wideTypes = [...types, ...types];
const wideTable: Table = { types: wideTypes, rows: table.rows.map((row) => [...row, ...row]) };
const { plan: widePlan } = fitWithLabels(datasetOf(wideTable), schemaOf(wideTypes), {
  minimumCount: 1,
  engineered: engineeredOf(wideTypes).filter((_, i) => i % 2 === 0),
});
const savedWide = JSON.parse(JSON.stringify(widePlan)) as FeaturePlan;

/** The message with which a damaged plan is refused; undefined if it is taken. */
function refusal(json: unknown): string | undefined {
  try {
    parsePlan(json);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidModel) return error.message;
    throw error;
  }
}

/** Can a plan that was taken be used without harm? */
function works(json: unknown, rows = table): boolean {
  const parsed = parsePlan(json);
  const dataset = datasetOf(rows);
  // A changed name makes the column another one: let every column be there.
  const columns = parsed.inputs.map((input, i) => ({ ...dataset.columns[i], name: input.name }));
  const named = { rowCount: dataset.rowCount, columns };
  const matrix = applyFeatures(parsed, named);
  const design = linearDesign(parsed, named);
  const record = Object.fromEntries(parsed.inputs.map(({ name }) => [name, null]));
  const row = linearRowEncoder(parsed)(rowEncoder(parsed)(record));
  return (
    matrix.columns.length === matrix.featureNames.length &&
    design.numeric.every((column) => column.every(Number.isFinite)) &&
    design.codes.every(({ codes, levels }) => codes.every((code) => code >= 0 && code < levels)) &&
    row.numeric.every(Number.isFinite)
  );
}

describe('a saved plan', () => {
  it('is taken as it is', () => {
    expect(parsePlan(saved)).toEqual(plan);
  });

  it('is refused, or harmless, with any value replaced by an odd one', () => {
    const harmful: string[] = [];
    let refused = 0;
    for (const path of pathsOf(saved)) {
      for (const value of oddValues) {
        const damaged = replaceAt(saved, path, value);
        if (refusal(damaged) !== undefined) refused++;
        else if (!works(damaged)) harmful.push(`${path.join('.')} = ${JSON.stringify(value)}`);
      }
    }
    expect(harmful).toEqual([]);
    expect(refused).toBeGreaterThan(3000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is so with engineered features', () => {
    expect(parsePlan(savedWide)).toEqual(widePlan);
    const harmful: string[] = [];
    const steps = savedWide.steps.length - engineeredOf(wideTypes).length / 2;
    const engineered = pathsOf(savedWide).filter(([part, at]) => part === 'steps' && Number(at) >= steps);
    for (const path of engineered) {
      for (const value of oddValues) {
        const damaged = replaceAt(savedWide, path, value);
        if (refusal(damaged) === undefined && !works(damaged, wideTable))
          harmful.push(`${path.join('.')} = ${JSON.stringify(value)}`);
      }
    }
    expect(engineered.length).toBeGreaterThan(80);
    expect(harmful).toEqual([]);
  });

  it('is refused with a key too many anywhere', () => {
    const taken = pathsOf(saved).filter((path) => {
      const value = path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], saved);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const polluted: unknown = JSON.parse(`{"__proto__": 1, ${JSON.stringify(value).slice(1)}`);
      return refusal(replaceAt(saved, path, polluted)) === undefined;
    });
    expect(taken).toEqual([]);
  });

  it.each<[string, RegExp, (copy: Record<string, unknown[]> & Record<string, unknown>) => void]>([
    [
      'a newer version',
      /version 3, this Verdict reads up to 2/,
      (copy) => Object.assign(copy, { version: 3 }),
    ],
    ['an input twice', /a name comes twice/, ({ inputs }) => inputs.push(inputs[0])],
    ['no input', /there is no input/, (copy) => Object.assign(copy, { inputs: [] })],
    ['a step without its input', /there is no input "c0"/, ({ inputs }) => inputs.shift()],
    [
      'an input that no step reads',
      /not read by any step/,
      ({ inputs }) => inputs.push({ name: 'more', type: 'numeric', optional: true }),
    ],
    [
      'an input of another type',
      /cannot read a column of type "text"/,
      ({ inputs }) => Object.assign(inputs[0] as object, { type: 'text' }),
    ],
    [
      'an unknown type',
      /expected one of numeric/,
      ({ inputs }) => Object.assign(inputs[0] as object, { type: 'complex' }),
    ],
    [
      'an unknown kind of step',
      /expected one of number, datetime, category/,
      ({ steps }) => Object.assign(steps[0] as object, { kind: 'script' }),
    ],
    [
      'a feature of three columns',
      /more than 2 items/,
      ({ outputs }) => Object.assign(outputs[0] as object, { sources: ['c0', 'c1', 'c2'] }),
    ],
    [
      'a feature of another column',
      /not those of the steps/,
      ({ outputs }) => Object.assign(outputs[0] as object, { sources: ['c1'] }),
    ],
    [
      'an output as version 1 had it',
      /unknown key "source"/,
      ({ outputs }) => outputs.splice(0, 1, { name: 'c0', source: 'c0', type: 'q' }),
    ],
    ['outputs in another order', /not those of the steps/, ({ outputs }) => outputs.reverse()],
    ['an output too few', /not those of the steps/, ({ outputs }) => outputs.pop()],
    [
      'three words',
      /more than 2 items/,
      ({ inputs }) => Object.assign(inputs[2] as object, { words: ['a', 'b', 'c'] }),
    ],
    ['one word', /expected two words/, ({ inputs }) => Object.assign(inputs[2] as object, { words: ['a'] })],
    [
      'a part twice',
      /a part comes twice/,
      ({ steps }) => {
        const step = steps.find((item) => (item as { kind: string }).kind === 'datetime') as {
          parts: unknown[];
        };
        step.parts = [step.parts[0], step.parts[0]];
      },
    ],
    [
      'a linear step for no feature',
      /does not fit its feature/,
      ({ linear }) => Object.assign(linear[0] as object, { feature: 'nothing' }),
    ],
    ['a linear step twice', /a name comes twice/, ({ linear }) => linear.push(linear[0])],
    [
      'a block of another size',
      /does not fit its feature/,
      ({ linear }) => {
        const block = linear.find((item) => (item as { kind: string }).kind === 'one-hot') as {
          shares: number[];
        };
        block.shares.push(0);
      },
    ],
    [
      'another period',
      /does not fit its feature/,
      ({ linear }) => {
        const cycle = linear.find((item) => (item as { kind: string }).kind === 'cyclic') as {
          period: number;
        };
        cycle.period = 5;
      },
    ],
    [
      'a scale of zero',
      /\$\.linear\[0\]\.scale: 0 is below/,
      ({ linear }) => Object.assign(linear[0] as object, { scale: 0 }),
    ],
    [
      'a level too long',
      /longer than 2000000/,
      ({ steps }) => Object.assign(steps[3] as object, { levels: ['x'.repeat(2_000_001)] }),
    ],
    [
      'too many levels',
      /more than 1000000 items/,
      ({ steps }) => Object.assign(steps[3] as object, { levels: new Array(1_000_001).fill('x') }),
    ],
  ])('is refused with %s', (_, message, damage) => {
    const copy = structuredClone(saved) as unknown as Record<string, unknown[]> & Record<string, unknown>;
    damage(copy);
    expect(refusal(copy)).toMatch(message);
  });

  it.each([
    ['datetime', 'reference', -8.64e15, 8.64e15],
    ['standard', 'missing', 0, 1],
    ['standard', 'scale', 1e-60, 3.4e38],
    ['cyclic', 'meanSine', -1, 1],
    ['cyclic', 'meanCosine', -1, 1],
    ['basis', 'median', -3.4e38, 3.4e38],
    ['basis', 'mean', -3.4e38, 3.4e38],
  ])('has a %s step whose %s is from %d to %d', (kind, key, low, high) => {
    const withValue = (value: number): unknown => {
      const copy = structuredClone(saved) as unknown as Record<'steps' | 'linear', Record<string, unknown>[]>;
      const step = [...copy.steps, ...copy.linear].find((item) => item['kind'] === kind);
      Object.assign(step ?? {}, { [key]: value });
      return copy;
    };
    expect(refusal(withValue(low))).toBeUndefined();
    expect(refusal(withValue(high))).toBeUndefined();
    expect(refusal(withValue(high + Math.max(0.01, Math.abs(high))))).toMatch(
      new RegExp(`${key}: .* is above`),
    );
    expect(refusal(withValue(low === 1e-60 ? 1e-61 : low - Math.max(0.01, Math.abs(low))))).toMatch(
      new RegExp(`${key}: .* is below`),
    );
  });

  it.each<[string, string, RegExp, Record<string, unknown>]>([
    ['ratio', 'one column twice', /the two columns are the same/, { inputs: ['c0', 'c0'] }],
    ['ratio', 'one column', /expected two columns/, { inputs: ['c0'] }],
    ['ratio', 'three columns', /more than 2 items/, { inputs: ['c0', 'c1', 'c2'] }],
    ['ratio', 'a category', /a step of kind "ratio" cannot read a column of type/, { inputs: ['c0', 'c3'] }],
    ['ratio', 'a negative bound', /least: -1 is below 0/, { least: -1 }],
    [
      'elapsed',
      'a number',
      /a step of kind "elapsed" cannot read a column of type/,
      { inputs: ['c4', 'c0'] },
    ],
    ['product', 'an unknown column', /there is no input "zzz"/, { inputs: ['c0', 'zzz'] }],
    ['log', 'no unit', /unit: 0 is below/, { unit: 0 }],
    ['rank', 'edges that fall', /the values do not increase/, { edges: [2, 1], shares: [0, 1] }],
    ['rank', 'an edge alone', /edges and shares must be equally many/, { edges: [1], shares: [1] }],
    ['rank', 'a share too few', /edges and shares must be equally many/, { edges: [1, 2], shares: [1] }],
    ['rank', 'a share above 1', /shares\[1\]: 2 is above 1/, { edges: [1, 2], shares: [0, 2] }],
    ['frequency', 'a share too few', /levels and shares must be equally many/, { shares: [] }],
    ['frequency', 'a level twice', /a level comes twice/, { levels: ['a', 'a'], shares: [0, 0] }],
    ['target', 'a rate too few', /levels and rates must be equally many/, { rates: [] }],
    ['target', 'a rate above 1', /rare: 1.5 is above 1/, { rare: 1.5 }],
    ['cross', 'half a pair', /expected two levels/, { levels: [['a']] }],
    [
      'cross',
      'a pair twice',
      /a pair of levels comes twice/,
      {
        levels: [
          ['a', 'b'],
          ['a', 'b'],
        ],
      },
    ],
    ['text', 'no column', /there is no column/, { columns: [] }],
    [
      'text',
      'columns that fall',
      /do not increase/,
      {
        columns: [
          { column: 1, output: 'x' },
          { column: 0, output: 'y' },
        ],
      },
    ],
    ['text', 'a column beyond its size', /column: 3 is above 2/, { columns: [{ column: 3, output: 'x' }] }],
    ['text', 'other grams', /expected one of word, character/, { grams: 'line' }],
  ])('has a %s step that is refused with %s', (kind, _, message, change) => {
    const copy = structuredClone(savedWide) as unknown as { steps: Record<string, unknown>[] };
    Object.assign(copy.steps.find((step) => step['kind'] === kind) ?? {}, change);
    expect(refusal(copy)).toMatch(message);
  });

  it('names the file and the place in it', () => {
    expect(() => parsePlan({ ...saved, version: 'x' }, 'here/features.json')).toThrow(
      'here/features.json: $.version: expected an integer, got "x".',
    );
    expect(() => parsePlan([])).toThrow('features.json: $: expected an object, got an array.');
    expect(() => parsePlan(null)).toThrow('expected an object, got null');
    expect(() => parsePlan({})).toThrow('the key "version" is missing');
    expect(() => parsePlan({ version: {} })).toThrow('expected an integer, got an object');
    expect(() => parsePlan({ ...saved, more: 1 })).toThrow('unknown key "more"');
  });
});
