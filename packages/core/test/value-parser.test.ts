import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMissing, isSlashedDate, parseBoolean, parseDateTime, parseNumber } from '../src/index.ts';

describe('isMissing', () => {
  it.each([
    '',
    ' ',
    '\t',
    'NA',
    'N/A',
    'n/a',
    '#N/A',
    '<NA>',
    'null',
    'NULL',
    'Null',
    'None',
    'NaN',
    'nan',
    '-nan',
    '?',
    '-',
    ' NA ',
  ])('takes %j for missing', (text) => expect(isMissing(text)).toBe(true));
  it.each(['none', 'na', '0', 'no', '--', 'NAN1', 'N A', 'nullable', '.'])('takes %j for a value', (text) =>
    expect(isMissing(text)).toBe(false),
  );
});

describe('parseNumber', () => {
  it.each([
    ['12', 12],
    [' 12 ', 12],
    ['-0.5', -0.5],
    ['+7', 7],
    ['.5', 0.5],
    ['5.', 5],
    ['1e5', 1e5],
    ['1E-3', 1e-3],
    ['01234', 1234],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['1e400', Infinity],
    ['1,234', 1234],
    ['1,234,567.89', 1234567.89],
    ['1 234', 1234],
    ['1 234,5', 1234.5],
    ['1\u00a0234\u00a0567', 1234567],
    ['1’234.50', 1234.5],
    ['12.5%', 12.5],
    ['12.5 %', 12.5],
    ['$5', 5],
    ['-$5', -5],
    ['$-5', -5],
    ['$1,234.50', 1234.5],
    ['€ 3', 3],
    ['5 EUR', 5],
    ['USD 1e3', 1000],
    ['£.5', 0.5],
    ['(5)', -5],
    ['($1,000)', -1000],
  ])('reads %j as %d', (text, value) => expect(parseNumber(text)).toBe(value));

  it.each([
    '',
    'abc',
    '1_000',
    '+-5',
    '--5',
    '0x10',
    '1,23',
    '12,34,567',
    '1,234,5',
    '1.234,5',
    '1 23',
    '1 234\u00a0567',
    '(5',
    '5)',
    '(-5)',
    '-$-5',
    '$',
    '%',
    'e5',
    '1e',
    '1.2.3',
    '12 34',
    'nan',
    '5 apples',
    '2024-01-01',
    '9'.repeat(70) + 'x',
  ])('refuses %j', (text) => expect(parseNumber(text)).toBeUndefined());

  it('reads what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseNumber(String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('reads grouped thousands as the same number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (value) => {
        expect(parseNumber(value.toLocaleString('en-US'))).toBe(value);
      }),
    );
  });
});

describe('parseBoolean', () => {
  it('knows the usual words in any case', () => {
    for (const word of ['true', 'T', 'Yes', 'y', '1', ' TRUE ']) expect(parseBoolean(word)).toBe(true);
    for (const word of ['false', 'F', 'No', 'n', '0']) expect(parseBoolean(word)).toBe(false);
    for (const word of ['', 'maybe', '2', 'on']) expect(parseBoolean(word)).toBeUndefined();
  });
  it('prefers the words of the column', () => {
    expect(parseBoolean('NO', ['no', 'yes'])).toBe(false);
    expect(parseBoolean('true', ['no', 'yes'])).toBe(true);
    expect(parseBoolean('oui', ['non', 'oui'])).toBe(true);
    expect(parseBoolean('y', ['y', 'n'])).toBe(false);
  });
});

describe('parseDateTime', () => {
  it.each([
    ['2024-03-01', '2024-03-01T00:00:00Z'],
    ['2024-03-01T12:30', '2024-03-01T12:30:00Z'],
    ['2024-03-01 12:30:05', '2024-03-01T12:30:05Z'],
    ['2024-03-01T12:30:05.25+02:00', '2024-03-01T10:30:05.250Z'],
    ['2024-03-01T12:30:05.123456Z', '2024-03-01T12:30:05.123Z'],
    ['2024-03-01 12:30:05-0530', '2024-03-01T18:00:05Z'],
    ['2024-03-01 12:30:05 UTC', '2024-03-01T12:30:05Z'],
    ['2024/3/1', '2024-03-01T00:00:00Z'],
    ['1.3.2024', '2024-03-01T00:00:00Z'],
    ['01.03.2024 08:05', '2024-03-01T08:05:00Z'],
    ['1 Mar 2024', '2024-03-01T00:00:00Z'],
    ['01-MAR-2024', '2024-03-01T00:00:00Z'],
    ['March 1, 2024', '2024-03-01T00:00:00Z'],
    ['Sept 9 2024', '2024-09-09T00:00:00Z'],
    ['Fri, 01 Mar 2024 10:00:00 GMT', '2024-03-01T10:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['2000-02-29', '2000-02-29T00:00:00Z'],
  ])('reads %j', (text, iso) => expect(parseDateTime(text)).toBe(Date.parse(iso)));

  it.each([
    '',
    '20240301',
    '2024',
    '01/03/2024',
    '2024-13-01',
    '2024-02-30',
    '1900-02-29',
    '2024-04-31',
    '2024-03-01T24:00',
    '2024-03-01T10:60',
    '2024-03-01T10:00+19:00',
    '2024-3',
    '2024-03/01',
    '1 Foo 2024',
    'March 1',
    '12:30:00',
    'not a date at all',
    '2024-03-01 and then some more text that follows it',
  ])('refuses %j', (text) => expect(parseDateTime(text)).toBeUndefined());

  it('reads what toISOString writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseDateTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});

describe('isSlashedDate', () => {
  it('knows dates whose day and month may be either way round', () => {
    for (const text of ['02/20/2023', '20/02/2023', '2-3-23', ' 1/2/2023 10:15 ', '12/31/2023 11:59:59 PM']) {
      expect([text, isSlashedDate(text)]).toEqual([text, true]);
      expect(parseDateTime(text)).toBeUndefined();
    }
    for (const text of [
      '',
      '1/2',
      '13/13/2023',
      '0/5/2023',
      '1/32/2023',
      '1/2-2023',
      '2023/02/20',
      '1.2.2023',
      'a/b/2023',
    ]) {
      expect([text, isSlashedDate(text)]).toEqual([text, false]);
    }
  });
});
