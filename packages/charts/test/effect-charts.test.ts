import { describe, expect, it } from 'vitest';
import {
  dependenceChart,
  interactionChart,
  partialDependenceChart,
  textWidth,
  waterfallChart,
} from '../src/index.ts';
import type { DependenceInput } from '../src/index.ts';
import { colourGroups } from '../src/colour-groups.ts';
import { dateTicks, formatMoment } from '../src/date-ticks.ts';
import { themes } from '../src/theme.ts';
import { sampleInputs, seriesOf } from './sample.ts';

const inputs = sampleInputs(1);
const [byMinutes, byPlan, bySince]: readonly DependenceInput[] = inputs.dependence;

/** The dots of a chart, by the name of their colour. */
function dots(chart: ReturnType<typeof dependenceChart>): Map<string, number[][]> {
  return new Map(
    seriesOf(chart)
      .filter(({ type, name }) => type === 'scatter' && name !== 'dates')
      .map(({ name, data }) => [name, data as number[][]]),
  );
}

describe('dependence', () => {
  it('draws each row at its value and contribution, coloured by levels', () => {
    const chart = dependenceChart(byMinutes);
    expect(chart.name).toBe('dependence_1');
    expect(chart.title).toBe('What minutes contributes, by its value');
    expect(chart.subtitle).toContain('Coloured by plan');
    expect(chart.subtitle).toContain('8 rows without a value are not drawn.');
    const drawn = dots(chart);
    expect([...drawn.keys()].sort()).toEqual(['basic', 'missing', 'other values', 'plus']);
    const all = [...drawn.values()].flat();
    expect(all).toHaveLength(72);
    const { places, scale, contributions } = byMinutes;
    const expected = [...places.keys()]
      .filter((row) => places[row] >= 0)
      .map((row) => [scale.kind === 'level' ? NaN : scale.values[places[row]], contributions[row] ?? NaN]);
    for (const [x, y] of all) expect(expected.some(([a, b]) => a === x && Math.abs(b - y) < 1e-5)).toBe(true);
  });

  it('spreads dots at one value, and never as far as the next', () => {
    const chart = dependenceChart({
      column: 'calls',
      scale: { kind: 'number', values: [0, 1, 2], counts: [90, 90, 90] },
      places: Array.from({ length: 270 }, (_, i) => i % 3),
      contributions: Array.from({ length: 270 }, (_, i) => (i % 3) + 0.001 * i),
    });
    const [points] = dots(chart).values();
    expect(new Set(points.map(([x]) => x)).size).toBeGreaterThan(20);
    for (const [x] of points) expect(Math.abs(x - Math.round(x))).toBeLessThanOrEqual(0.3);
    expect(chart.option['legend']).toBeUndefined();
  });

  it('gives each level a lane, and missing values one of their own', () => {
    const chart = dependenceChart({ ...byPlan, number: 3 });
    expect(chart.name).toBe('dependence_3');
    const [names] = chart.option['yAxis'] as unknown as { data: string[] }[];
    expect(names.data).toEqual(['basic', 'plus', 'other values', 'missing']);
    for (const points of dots(chart).values())
      for (const [, lane] of points) expect(Math.abs((lane % 1) - 0.5)).toBeLessThanOrEqual(0.4);
    expect(chart.subtitle).toContain('to the right the value raises the probability');
  });

  it('colours numbers from low to high', () => {
    const names = [...dots(dependenceChart(bySince)).keys()];
    expect(names).toContain('low');
    expect(names).toContain('high');
    const near = { ...bySince, by: { ...bySince.by!, places: bySince.places.map((_, i) => 10 + (i % 2)) } };
    expect([...dots(dependenceChart(near)).keys()]).toEqual(['low', 'high']);
    const one = { ...bySince, by: { ...bySince.by!, places: bySince.places.map(() => 10) } };
    expect(dots(dependenceChart(one)).size).toBe(1);
  });

  it('thins more rows than can be told apart', () => {
    const chart = dependenceChart({
      ...byMinutes,
      places: Array.from({ length: 5000 }, (_, i) => i % 60),
      contributions: Float64Array.from({ length: 5000 }, (_, i) => i),
    });
    expect([...dots(chart).values()].flat()).toHaveLength(500);
  });
});

describe('colours by levels', () => {
  it('go to the first four; the others share one, whatever they are called', () => {
    const scale = {
      kind: 'level',
      levels: ['a', 'missing', 'other values', 'd', 'e', null],
      counts: [6, 5, 4, 3, 2, 1],
    } as const;
    const { groups, of } = colourGroups(
      { column: 'x', scale, places: [0, 1, 2, 3, 4, 5, -1, 99] },
      themes.light,
      100,
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => of(row))).toEqual([0, 1, 2, 3, 4, 4, 5, 5]);
    expect(new Set(groups.map(({ name }) => name)).size).toBe(6);
    expect(new Set(groups.map(({ color }) => color)).size).toBe(6);
  });
});

describe('titles', () => {
  it('keep names whole where they fit, and one line where they do not', () => {
    const column = 'number_customer_service_calls';
    const title = (compact: boolean): string =>
      partialDependenceChart({ ...inputs.partialDependence[0], column }, { compact }).title;
    expect(title(true)).toContain(`${column}: `);
    expect(title(false)).toContain('…');
    expect(textWidth(title(false), 17, true)).toBeLessThanOrEqual(640 - 36);
  });
});

describe('interactions', () => {
  it('draws every pair once and names the strongest', () => {
    const chart = interactionChart(inputs.interactions);
    expect(chart.title).toBe('Interactions: column_0 and column_1 act together most');
    const [together, alone] = seriesOf(chart).map(({ data }) => data as { value: number[] }[]);
    expect(together).toHaveLength((12 * 11) / 2);
    expect(alone.map(({ value }) => value.slice(0, 2))).toEqual(Array.from({ length: 12 }, (_, i) => [i, i]));
    expect(together[0].value).toEqual([0, 1, 0.3]);
    expect(chart.subtitle).toContain('The first 12 columns are drawn.');
    expect(seriesOf(interactionChart(inputs.interactions, { compact: true }))[1].data).toHaveLength(8);
  });

  it('says when no two columns act together', () => {
    const chart = interactionChart({
      columns: ['a', 'b'],
      values: [
        [1, 0],
        [0, 2],
      ],
      rows: 3,
    });
    expect(chart.title).toBe('Interactions: the columns act each by itself');
  });
});

describe('partial dependence', () => {
  const [overMinutes, overPlans, overTime] = inputs.partialDependence;

  it('draws the mean, 40 single rows and the rows at each value', () => {
    const chart = partialDependenceChart(overMinutes);
    const series = new Map(seriesOf(chart).map(({ name, data }) => [name, data as (number | null)[][]]));
    expect(series.get('mean of the rows')).toHaveLength(60);
    const gaps = series.get('single rows')!.filter(([x]) => x === null);
    expect(gaps).toHaveLength(40);
    expect(series.get('rows')!.slice(0, 2)).toEqual([
      [0, 0],
      [0, 12],
    ]);
    expect(chart.subtitle).toContain('Without a value the mean is 40.0\u202f%.');
  });

  it('draws what curves gain over their first place on request', () => {
    const series = seriesOf(partialDependenceChart({ ...overTime, centred: true }));
    for (const { name, data } of series.slice(0, 2)) {
      expect(name).toMatch(/rows/u);
      expect((data as number[][])[0][1]).toBe(0);
    }
  });

  it('orders levels by their mean, with the middle 80 % of the rows', () => {
    const chart = partialDependenceChart({
      ...overPlans,
      mean: [0.2, 0.6],
      curves: Array.from({ length: 11 }, (_, i) => [i / 64, 0.5 + i / 64]),
    });
    const [names] = chart.option['yAxis'] as unknown as { data: string[] }[];
    expect(names.data).toEqual(['plus', 'basic', 'missing']);
    const [spreads, points] = seriesOf(chart).map(({ data }) => data as (number | null)[][]);
    expect(spreads.slice(0, 2)).toEqual([
      [0.5 + 1 / 64, 0.5],
      [0.5 + 9 / 64, 0.5],
    ]);
    expect(points).toEqual([
      [0.6, 0.5],
      [0.2, 1.5],
      [0.5, 2.5],
    ]);
    expect(chart.title).toBe('Setting plan: mean probability 20.0\u202f% to 60.0\u202f%');
  });
});

describe('the waterfall', () => {
  it('goes from where all rows start to the row', () => {
    const chart = waterfallChart(inputs.waterfall);
    expect(chart.title).toBe('Row 7: yes, probability 52.5\u202f%');
    const series = new Map(seriesOf(chart).map(({ name, data }) => [name, data as (number | null)[][]]));
    expect(series.get('raises')!.slice(0, 2)).toEqual([
      [-1.9, 1.5],
      [0.5, 1.5],
    ]);
    expect(series.get('lowers')!.slice(0, 2)).toEqual([
      [0.5, 2.5],
      [-0.2, 2.5],
    ]);
    expect(series.get('ends')).toEqual([
      [-1.9, 0.5],
      [0.1, 4.5],
    ]);
    const [names] = chart.option['yAxis'] as unknown as { data: string[] }[];
    expect(names.data).toEqual([
      'where all rows start',
      'minutes = 265.1',
      'plan = basic',
      '3 other columns',
      'this row',
    ]);
    const figures = seriesOf(chart).find(({ name }) => name === 'figures')!.data as {
      label: { formatter: string; position: string };
    }[];
    expect(figures.map(({ label }) => label.formatter)).toEqual(['−1.90', '+2.40', '−0.70', '+0.30', '0.10']);
    expect(figures.map(({ label }) => label.position)).toEqual(['right', 'right', 'left', 'right', 'right']);
  });

  it('leaves room for the figures beside the bars', () => {
    const axis = (chart: ReturnType<typeof waterfallChart>): { min: number; max: number } =>
      chart.option['xAxis'] as unknown as { min: number; max: number };
    const { min, max } = axis(waterfallChart(inputs.waterfall));
    expect(min).toBeLessThanOrEqual(-1.9);
    expect(max).toBeGreaterThan(0.5);
    const flat = {
      ...inputs.waterfall,
      margin: 1,
      bias: 1,
      steps: [{ columns: 2, contribution: 0, from: 1, to: 1 }],
    };
    expect(axis(waterfallChart(flat))).toMatchObject({ min: 0, max: 2 });
  });
});

describe('moments', () => {
  const day = (text: string): number => Date.parse(text);

  it.each([
    ['1990-05-03', '2024-02-01', 6, ['2000', '2010', '2020']],
    ['2015-02-10', '2019-12-31', 6, ['2016-01', '2017-01', '2018-01', '2019-01']],
    ['2023-01-15', '2023-12-20', 6, ['2023-03', '2023-05', '2023-07', '2023-09', '2023-11']],
    ['2024-03-01', '2024-03-12', 5, ['2024-03-01', '2024-03-04', '2024-03-07', '2024-03-10']],
    ['2024-03-01T00:00Z', '2024-03-01T12:00Z', 2, ['2024-03-01', '2024-03-01 06:00', '2024-03-01 12:00']],
  ])('from %s to %s', (low, high, count, expected) => {
    const ticks = dateTicks(day(low), day(high), count);
    const texts = ticks.map(({ text }) => text);
    expect(texts).toEqual(expected);
  });

  it('are none for what is no span of dates, and end at the last date', () => {
    expect(dateTicks(5, 5, 4)).toEqual([]);
    expect(dateTicks(NaN, 5, 4)).toEqual([]);
    expect(dateTicks(0, 1e17, 4)).toEqual([]);
    const ticks = dateTicks(-8.64e15, 8.64e15, 4);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThan(8);
    expect(dateTicks(8.6e15, 8.64e15, 4).length).toBeLessThan(8);
    expect(formatMoment(1e16)).toBe('');
    expect(formatMoment(NaN)).toBe('');
  });
});
