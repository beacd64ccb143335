import { describe, expect, it } from 'vitest';
import * as core from '@verdict/core';
import {
  ColumnMissing,
  describePlace,
  InvalidOption,
  InvalidValue,
  nearest,
  VerdictError,
} from '@verdict/core';

describe('the error catalogue', () => {
  it('gives every error its name, a stable code, a message and a hint', () => {
    const errors = [
      new core.InvalidOption({ option: 'folds', got: 1, expected: 'at least 2' }),
      new core.UnreadableFile({
        file: 'a.csv',
        row: 3,
        problem: 'ragged.',
        hint: 'Mend it.',
        cause: new Error('x'),
      }),
      new core.InvalidValue({ file: 'a.csv', row: 3, column: 'age', got: 'old', expected: 'a number' }),
      new core.ColumnMissing({ file: 'a.csv', column: 'age', available: ['name'] }),
      new core.InvalidTarget({ column: 'churn', problem: 'three classes.', hint: 'Choose two.' }),
      new core.InsufficientData({ problem: 'one row.', hint: 'Add rows.' }),
      new core.InvalidModel({ file: 'model.ubj', problem: 'broken.' }),
      new core.OutOfResources({ problem: 'disk full.', hint: 'Make room.' }),
      new core.Interrupted(),
      new core.StoreUnavailable({ reason: 'full', problem: 'disk full.', hint: 'Make room.' }),
      new core.InvalidStore({ problem: 'newer.', hint: 'Update.' }),
      new core.NotFound({ problem: 'no model.', hint: 'See all.' }),
      new core.Conflict({ problem: 'moved.', hint: 'Look again.' }),
      new core.ApprovalNeeded({ problem: 'protected.', hint: 'Ask.' }),
      new core.DamagedArtifact({ problem: 'differs.', hint: 'Restore it.' }),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(VerdictError);
      expect(error.name).toBe(error.constructor.name);
      expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(error.message).toMatch(/\.$/);
      expect(error.hint).toMatch(/[.?]$/);
    }
    expect(new Set(errors.map((error) => error.code)).size).toBe(errors.length);
  });

  it('says where: file, row and column, as far as they are known', () => {
    expect(describePlace({})).toBe('');
    expect(describePlace({ file: 'a.csv', row: 2, column: 'x' })).toBe('a.csv, row 2, column "x"');
    expect(new InvalidValue({ row: 2, column: 'x', got: 'one', expected: 'a number' }).message).toBe(
      'row 2, column "x": expected a number, got "one".',
    );
  });

  it('cuts long values', () => {
    const { message } = new InvalidValue({ column: 'x', got: 'a'.repeat(1_000_000), expected: 'a number' });
    expect(message.length).toBeLessThan(150);
    expect(new InvalidValue({ column: 'x', got: 5, expected: 'text' }).message).toContain('got 5');
  });

  it('suggests the nearest names, and lists columns when none is near', () => {
    expect(new ColumnMissing({ column: 'chrun', available: ['age', 'churn'] }).hint).toBe(
      'Did you mean "churn"?',
    );
    expect(new ColumnMissing({ column: 'zzz', available: ['age', 'churn'] }).hint).toContain('age, churn');
    const many = Array.from({ length: 30 }, (_, i) => `column number ${i}`);
    expect(new ColumnMissing({ column: 'zzz', available: many }).hint).toContain('…');
    expect(new InvalidOption({ option: 'x', got: 'y', expected: 'z' }).message).toContain('"y"');
  });
});

describe('nearest', () => {
  it('finds misspelt, differently cased and contained names, closest first', () => {
    expect(nearest('Churn', ['churned', 'churn', 'age'])[0]).toBe('churn');
    expect(nearest('tenur', ['tenure', 'gender'])).toEqual(['tenure']);
    expect(nearest('total_charges', ['MonthlyCharges', 'TotalCharges'])[0]).toBe('TotalCharges');
    expect(nearest('charges', ['total_charges', 'x'])).toEqual(['total_charges']);
    expect(nearest('x', [])).toEqual([]);
    expect(nearest('größe', ['Größe', 'Gewicht'])).toEqual(['Größe']);
  });
});
