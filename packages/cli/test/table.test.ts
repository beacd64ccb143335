import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, layoutTable, printable, truncate } from '../src/terminal/table.ts';

describe('displayWidth', () => {
  it('counts what a terminal shows', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('größe')).toBe(5);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('顧客')).toBe(4);
    expect(displayWidth('고객')).toBe(4);
    expect(displayWidth('😀')).toBe(2);
    expect(displayWidth('\u001b[31mred\u001b[39m')).toBe(3);
    expect(displayWidth('')).toBe(0);
  });
});

describe('truncate', () => {
  it('keeps what fits and marks what does not', () => {
    expect(truncate('short', 5)).toBe('short');
    expect(truncate('longer', 5)).toBe('long…');
    expect(truncate('顧客番号', 5)).toBe('顧客…');
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(Math.max(width, 1));
      }),
    );
  });
});

describe('printable', () => {
  it('takes control characters out, so that a file cannot steer the terminal', () => {
    expect(printable('a\u001b[2Jb\nc\u0007')).toBe('a·[2Jb·c·');
    expect(printable('\u202eabc\u202c\u2028\u009b31m')).toBe('·abc···31m');
    // Joined emoji and letters with marks are what they are.
    expect(printable('e\u0301 👨\u200d👩 שלום')).toBe('e\u0301 👨\u200d👩 שלום');
  });
});

describe('layoutTable', () => {
  it('aligns left and right', () => {
    expect(
      layoutTable(
        ['name', '>count'],
        [
          ['a', '1'],
          ['long name', '12,345'],
        ],
      ),
    ).toEqual(['name        count', '─────────  ──────', 'a               1', 'long name  12,345']);
  });

  it('cuts the widest column to fit', () => {
    const lines = layoutTable(['name', '>n'], [['x'.repeat(200), '1']], 40);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(lines[2]).toContain('…');
  });

  it('keeps every line within the width, whatever the cells', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { maxLength: 5 }),
        fc.integer({ min: 30, max: 90 }),
        (rows, width) => {
          for (const line of layoutTable(['a', '>b'], rows, width)) {
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });

  it('shows heads alone when there is no row, and blanks for missing cells', () => {
    expect(layoutTable(['a', 'b'], [])).toEqual(['a  b', '─  ─']);
    expect(layoutTable(['a', 'b'], [['x']])[2]).toBe('x');
  });
});
