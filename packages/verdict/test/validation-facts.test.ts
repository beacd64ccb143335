import type { ColumnRole } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { validationFacts, validationSentences } from '../src/validation-facts.ts';
import type { ValidationFacts } from '../src/validation-facts.ts';

type Source = Parameters<typeof validationFacts>[1]['headline']['source'];

/** Facts of a table whose columns have these roles, in the order of their names. */
function factsOf(
  roles: Readonly<Record<string, ColumnRole>>,
  source: Source,
  scheme?: ValidationFacts['trials'],
  leftOut = 0,
): ValidationFacts {
  const columns = Object.entries({ ...roles, age: 'feature' as const }).map(([name, role]) => ({
    name,
    role,
    type: 'numeric' as const,
    optional: false,
  }));
  return validationFacts(
    { columns },
    {
      headline: { source },
      leftOut,
      crossValidation: { folds: 4 },
      ...(scheme === undefined ? {} : { search: { scheme } }),
    },
  );
}

describe('how a model was validated', () => {
  it.each<[string, Readonly<Record<string, ColumnRole>>, Source, ValidationFacts, string]>([
    [
      'nothing special',
      {},
      'hold-out',
      { judging: 'drawn', folds: { kind: 'drawn', count: 4 } },
      'The rows that judge were drawn, both classes in proportion, and set aside. 4 folds were drawn, both classes in proportion.',
    ],
    [
      'groups',
      { shop: 'group' },
      'hold-out',
      { group: 'shop', judging: 'groups', folds: { kind: 'groups', count: 4 } },
      'The rows that judge were drawn as whole groups of "shop", and set aside. 4 folds were drawn, each group of "shop" whole in one.',
    ],
    [
      'times and groups',
      { shop: 'group', day: 'time' },
      'hold-out',
      { time: 'day', group: 'shop', judging: 'latest', folds: { kind: 'time blocks', count: 4 } },
      'The latest rows by "day" judge, and were set aside. 4 folds are blocks of neighbouring rows by "day", each group of "shop" whole in one: each is judged by a model of earlier and later ones.',
    ],
    [
      'folds',
      { part: 'fold' },
      'hold-out',
      { fold: 'part', judging: 'folds', folds: { kind: 'column', count: 4 } },
      'The rows that judge are whole folds of "part", and were set aside. The 4 values of "part" are the folds.',
    ],
    [
      'a test file',
      { part: 'fold' },
      'test file',
      { fold: 'part', judging: 'test file', folds: { kind: 'column', count: 4 } },
      'The rows of a test file judge. The 4 values of "part" are the folds.',
    ],
    [
      'no rows set aside',
      {},
      'outer folds',
      { judging: 'none', folds: { kind: 'drawn', count: 4 } },
      'No rows were set aside to judge. 4 folds were drawn, both classes in proportion.',
    ],
  ])('is said with %s', (_, roles, source, facts, words) => {
    expect(factsOf(roles, source)).toEqual(facts);
    expect(validationSentences(facts).join(' ')).toBe(words);
  });

  it.each<[Readonly<Record<string, ColumnRole>>, ValidationFacts['trials'], number, string]>([
    [
      { day: 'time', shop: 'group' },
      undefined,
      12,
      '12 earlier rows, of groups of "shop" that judge, have no part in the model that is judged.',
    ],
    [
      { day: 'time' },
      { kind: 'expanding', folds: 3, gap: 1 },
      1,
      '1 earlier row, in the gap, has no part in the model that is judged.',
    ],
    [
      { day: 'time', shop: 'group' },
      { kind: 'rolling', folds: 3, gap: 7, window: 9 },
      30,
      '30 earlier rows, of groups of "shop" that judge or in the gap, have no part in the model that is judged.',
    ],
  ])('says which rows were left out: %j, %j', (roles, scheme, leftOut, words) => {
    const facts = factsOf(roles, 'hold-out', scheme, leftOut);
    expect(facts.leftOut).toBe(leftOut);
    expect(validationSentences(facts)[1]).toBe(words);
  });

  it.each<[NonNullable<ValidationFacts['trials']>, string]>([
    [
      { kind: 'expanding', folds: 5, gap: 12 },
      'in 5 windows of time by <day> (expanding), with a gap of 12 rows before each: all earlier rows train.',
    ],
    [
      { kind: 'rolling', folds: 3 },
      'in 3 windows of time by <day> (rolling), without a gap: as many of the latest earlier rows train as for the first window.',
    ],
    [
      { kind: 'rolling', folds: 3, gap: 1, window: 90 },
      'with a gap of 1 row before each: at most the latest 90 earlier rows train.',
    ],
    [{ kind: 'stratified', folds: 4, repeats: 3 }, 'cross-validated 3 times, on 4 other folds each time.'],
    [{ kind: 'stratified', folds: 7 }, 'validated on 7 folds.'],
    [{ kind: 'column' }, 'validated on the same folds.'],
  ])('is said of trials: %j', (scheme, words) => {
    const facts = factsOf({ day: 'time' }, 'hold-out', scheme);
    expect(facts.trials).toEqual(scheme);
    expect(validationSentences(facts, (name) => `<${name}>`)[2]).toContain(words);
  });
});
