import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatInterval,
  formatMetric,
  formatExact,
  formatNumber,
  formatShare,
  shortenMiddle,
  textWidth,
  themeNames,
  themes,
  wilsonInterval,
} from '../src/index.ts';
import { histogramSteps, totalCount } from '../src/histogram-steps.ts';
import { uniqueNames } from '../src/importance-chart.ts';
import { niceCeiling, niceRange } from '../src/number-format.ts';
import { swarmOffsets } from '../src/swarm-layout.ts';
import { wrapText } from '../src/text-width.ts';
import { rampColour } from '../src/theme.ts';
import { thinPoints } from '../src/thin-points.ts';

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe('themes', () => {
  it.each(themeNames)('%s has distinct colours with contrast', (name) => {
    const theme = themes[name];
    expect(new Set(Object.values(theme)).size).toBe(Object.keys(theme).length);
    expect(contrast(theme.text, theme.surface)).toBeGreaterThan(7);
    expect(contrast(theme.muted, theme.surface)).toBeGreaterThan(4.5);
    for (const mark of ['primary', 'secondary', 'tertiary', 'quaternary', 'chosen'] as const) {
      expect(contrast(theme[mark], theme.surface)).toBeGreaterThan(3);
    }
  });

  it('ramps from blue to red, visible on both surfaces', () => {
    expect(rampColour(0)).toBe('#2f7fd0');
    expect(rampColour(1)).toBe('#e03e52');
    expect(rampColour(-5)).toBe(rampColour(0));
    for (let rank = 0; rank <= 1; rank += 0.1) {
      expect(contrast(rampColour(rank), '#ffffff')).toBeGreaterThan(3);
      expect(contrast(rampColour(rank), themes.dark.surface)).toBeGreaterThan(3);
    }
  });
});

describe('numbers', () => {
  it.each([
    [formatMetric(0.91549), '0.915'],
    [formatMetric(-0.0001), '0.000'],
    [formatMetric(-0.5, 1), '−0.5'],
    [formatMetric(null), 'not defined'],
    [formatMetric(Infinity), 'not defined'],
    [formatShare(0.14133), '14.1\u202f%'],
    [formatShare(undefined), 'not defined'],
    [formatCount(1234567), '1\u202f234\u202f567'],
    [formatCount(999), '999'],
    [formatCount(NaN), 'not defined'],
    [formatInterval({ low: 0.1, high: 0.25 }), '0.100 to 0.250'],
    [formatExact(1234567.89), '1\u202f234\u202f567.89'],
    [formatExact(-1000), '−1\u202f000'],
    [formatExact(0.3 - 0.1), '0.2'],
    [formatExact(0.00012345), '0.00012345'],
    [formatExact(1e-9), '1e-9'],
    [formatNumber(0), '0'],
    [formatNumber(0.00213456), '0.00213'],
    [formatNumber(-12.345), '−12.3'],
    [formatNumber(45678), '45\u202f700'],
    [formatNumber(1e-9), '1.0e-9'],
    [formatNumber(3e12), '3.0e+12'],
    [formatNumber(NaN), 'not defined'],
  ])('prints %s', (printed, expected) => {
    expect(printed).toBe(expected);
  });

  it('finds round ends of axes', () => {
    expect([0.7, 1, 1.1, 2.3, 6, 73].map(niceCeiling)).toEqual([1, 1, 2, 2.5, 10, 100]);
    expect([0, -1, NaN, Infinity].map(niceCeiling)).toEqual([1, 1, 1, 1]);
    expect(niceCeiling(5e-324)).toBeGreaterThan(0);
    expect(niceRange(-2.4, 4.01, 8)).toEqual({ min: -3, max: 5, interval: 1 });
    expect(niceRange(2, 2, 5)).toEqual({ min: -1, max: 1, interval: 0.5 });
  });
});

describe('names', () => {
  it('keeps a name that fits and cuts the middle of one that does not', () => {
    expect(shortenMiddle('age', 100, 12)).toBe('age');
    const cut = shortenMiddle('number_customer_service_calls_2019', 120, 12);
    expect(cut).toMatch(/^numb.*….*2019$/u);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(120);
  });

  it('never exceeds the room, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 70, max: 300 }),
        (name, width) => {
          const cut = shortenMiddle(name, width, 12);
          expect(cut).not.toBe('');
          expect(cut.isWellFormed()).toBe(true);
          expect(textWidth(cut, 12)).toBeLessThanOrEqual(width);
          expect(cut).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });

  it('does with empty, endless, hostile and half characters', () => {
    expect(shortenMiddle(' \n\t ', 100, 12)).toBe('(no name)');
    expect(textWidth(shortenMiddle('あ'.repeat(1_000_000), 100, 12), 12)).toBeLessThanOrEqual(100);
    expect(shortenMiddle('a\u202eb\u0000c', 100, 12)).toBe('a b c');
    expect(shortenMiddle('x\ud83d', 100, 12)).toBe('x\ufffd');
    expect(shortenMiddle('👩‍👩‍👧'.repeat(20), 60, 12)).toMatch(/^(?:👩‍👩‍👧)*…(?:👩‍👩‍👧)*$/u);
  });

  it('measures what it prints', () => {
    expect(textWidth('iiii', 12)).toBeLessThan(textWidth('MMMM', 12));
    expect(textWidth('漢字', 10)).toBe(20);
    expect(textWidth('e\u0301', 10)).toBe(textWidth('e', 10));
    expect(textWidth('ab', 10, true)).toBeGreaterThan(textWidth('ab', 10));
  });

  it('wraps at spaces', () => {
    const lines = wrapText('one two three four five', 60, 12);
    expect(lines.join(' ')).toBe('one two three four five');
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(60);
    expect(wrapText('', 60, 12)).toEqual([]);
    expect(wrapText('unbreakablylongword x', 20, 12)).toEqual(['unbreakablylongword', 'x']);
  });

  it('makes equal names distinct', () => {
    expect(uniqueNames(['a', 'a', 'b', 'a'])).toEqual(['a', 'a ', 'b', 'a  ']);
  });
});

describe('thinning', () => {
  it('keeps ends and order, and stays near the curve', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 200 }), (points) => {
        const thin = thinPoints(points, [1, 1], 0.1);
        expect(thin[0]).toEqual(points[0]);
        expect(thin.at(-1)).toEqual(points.at(-1));
        for (const [x, y] of points) {
          expect(thin.some(([a, b]) => Math.abs(a - x) <= 0.1 && Math.abs(b - y) <= 0.1)).toBe(true);
        }
      }),
    );
  });

  it('drops what is not finite', () => {
    expect(
      thinPoints([
        [NaN, 1],
        [0, Infinity],
      ]),
    ).toEqual([]);
  });
});

describe('Wilson’s interval', () => {
  // From scipy.stats.binomtest(k, n).proportion_ci(method='wilson').
  it.each([
    [8, 10, 0.4901624715366418, 0.9433178485456248],
    [0, 5, 0, 0.43448246478317476],
    [5, 5, 0.5655175352168251, 1],
    [1, 200, 0.0008831687156009762, 0.02777370439789293],
    [37, 120, 0.23272736988916295, 0.3958299772380067],
  ])('of %i in %i equals SciPy’s', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });

  it('is everything where nothing was tried', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('swarm', () => {
  it('stays within its reach and never puts two values of a bin on one place', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { maxLength: 200 }), (values) => {
        const offsets = swarmOffsets(values, -5, 5, 10, 0.4, 0.09);
        const places = new Set<string>();
        for (const [i, value] of values.entries()) {
          expect(Math.abs(offsets[i])).toBeLessThanOrEqual(0.4 + 1e-12);
          places.add(`${Math.min(9, Math.floor(((value + 5) / 10) * 10))} ${offsets[i]}`);
        }
        expect(places.size).toBe(values.length);
      }),
    );
  });

  it('does with a single value', () => {
    expect(Array.from(swarmOffsets([3], 3, 3, 10, 0.4, 0.1))).toEqual([0]);
  });
});

describe('histogram', () => {
  it('steps from edge to edge', () => {
    const histogram = { edges: [0, 0.5, 1], positive: [1, 2], negative: [3, null] };
    expect(histogramSteps(histogram)).toEqual([
      [0, 4],
      [0.5, 2],
      [1, 2],
    ]);
    expect(histogramSteps(histogram, 'negative', 10)).toEqual([
      [0, 30],
      [0.5, 0],
      [1, 0],
    ]);
    expect(totalCount([1, null, NaN, 2])).toBe(3);
  });

  it('has equal bins from 0 to 1 unless edges are given', () => {
    expect(histogramSteps({ positive: [1, 0], negative: [0, 1] }).map(([x]) => x)).toEqual([0, 0.5, 1]);
  });
});
