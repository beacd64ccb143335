import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import { importanceChart, rocChart, selectionCurveChart, waterfallChart } from '@verdict/charts';
import type { WaterfallInput } from '@verdict/charts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCharts, renderPng, renderSvg, writePlots } from '../src/render/index.ts';
import type { PlotsInput } from '../src/render/index.ts';
import { plotInput } from '../src/report/index.ts';
import { sampleReport, sampleSearch } from './sample-report.ts';

/** Width, height and the number of different bytes of a PNG file's pixels. */
function decode(png: Uint8Array): { width: number; height: number; shades: number } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.subarray(at + 4, at + 8).toString('latin1') === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  const pixels = inflateSync(Buffer.concat(parts));
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), shades: new Set(pixels).size };
}

/** A picture of one word. */
function text(word: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="25" style="font-size:20px;font-family:system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">${word}</text></svg>`;
}

const input = plotInput(sampleReport());
const names = [
  'calibration',
  'confusion_matrix',
  ...[1, 2, 3, 4].map((number) => `dependence_${number}`),
  'importance',
  'interactions',
  'learning_curve',
  'lift',
  'missing',
  ...[1, 2, 3, 4].map((number) => `partial_dependence_${number}`),
  'pr',
  'roc',
  'scores',
  'shap_beeswarm',
  'threshold',
];

describe('renderSvg', () => {
  it('rounds coordinates, but not the figures that are read', async () => {
    const { selectionCurve } = plotInput({ ...sampleReport(), search: sampleSearch() });
    const svg = await renderSvg(selectionCurveChart(selectionCurve!));
    expect(svg).not.toMatch(/<[^>]*\d\.\d{4}/u);
    const words = [...svg.matchAll(/<text[^>]*>([^<]*)</gu)].map(([, word]) => word).join(' ');
    expect(words).toContain('with 16: 0.3125');
  });

  it('gives a standalone document without script, style sheet or live parts', async () => {
    for (const chart of makeCharts(input)) {
      const svg = await renderSvg(chart);
      expect(svg).toMatch(/^<svg width="\d+" height="\d+" xmlns="http:\/\/www\.w3\.org\/2000\/svg"/u);
      expect(svg).toContain(`<title id="${chart.name}-title">`);
      expect(svg).not.toMatch(/<script|<style|class=|ecmeta|pointer-events|\bon\w+=|NaN|undefined|zr\d/u);
      expect(svg.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|url\((?!#)/u);
      expect(svg).toContain('DejaVu Sans');
    }
  });

  it('gives the same text whatever was drawn before', async () => {
    const [first] = makeCharts(input);
    const before = await renderSvg(first);
    for (const chart of makeCharts(input, { theme: 'dark' })) await renderSvg(chart);
    expect(await renderSvg(first)).toBe(before);
  });

  it('draws a swarm as strokes, not as thousands of elements', async () => {
    const swarm = makeCharts(input).find(({ name }) => name === 'shap_beeswarm');
    const svg = await renderSvg(swarm!);
    expect(svg.length).toBeLessThan(120_000);
    expect(svg.match(/h0/gu)?.length).toBeGreaterThan(2000);
  });
});

describe('renderPng', () => {
  it('gives pixels of the size asked for', async () => {
    for (const chart of makeCharts(input)) {
      const svg = await renderSvg(chart);
      const png = await renderPng(svg);
      const { width, height, shades } = decode(png);
      expect([width, height]).toEqual([chart.width * 2, chart.height * 2]);
      expect(shades).toBeGreaterThan(20);
    }
  });

  it('gives the same bytes every time', async () => {
    const svg = await renderSvg(rocChart(input.roc!));
    const [one, two] = await Promise.all([renderPng(svg), renderPng(svg)]);
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
  });

  it('has letters without any font of the system', async () => {
    const blank = await renderPng(text(''));
    const latin = await renderPng(text('Verdict'));
    expect(decode(latin).shades).toBeGreaterThan(decode(blank).shades);
    for (const word of ['Ελληνικά', 'Русский', 'עברית', 'العربية', 'Ağrı − “é” 95 %']) {
      expect(Buffer.from(await renderPng(text(word))).equals(Buffer.from(blank))).toBe(false);
    }
  });

  it('scales', async () => {
    const svg = await renderSvg(rocChart(input.roc!));
    expect(decode(await renderPng(svg, { scale: 1 })).width).toBe(640);
  });
});

const anyNumber = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, 1, -1, 1e300, -1e300, 5e-324),
);
const list = (maxLength = 8) => fc.array(anyNumber, { maxLength });
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '</script><img src=x onerror=alert(1)>',
    'x'.repeat(5000),
    '\ud800',
    '\u0000',
    '',
    '漢字かな',
    'مرحبا',
    '{a|b}{c}',
  ),
);
const ascending = () =>
  fc
    .uniqueArray(
      fc.oneof(
        fc.integer(),
        fc.double({ noNaN: true }),
        fc.constantFrom(0, 1e300, -1e300, 8.64e15, 1e12, NaN),
      ),
      { maxLength: 8 },
    )
    .map((values) => values.toSorted((a, b) => a - b));
const histogram = fc.record({ positive: list(), negative: list() });
const places = fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 8 });
const counts = fc.array(fc.nat(99), { maxLength: 8 });
const scale = fc.oneof(
  fc.record({ kind: fc.constantFrom('number' as const, 'datetime' as const), values: ascending(), counts }),
  fc.record({
    kind: fc.constant('level' as const),
    levels: fc.array(fc.oneof(anyName, fc.constant(null)), { maxLength: 8 }),
    counts,
  }),
);
const anyInput: fc.Arbitrary<PlotsInput> = fc.record({
  confusion: fc.record({
    tp: fc.nat(),
    fp: fc.nat(),
    tn: fc.nat(),
    fn: fc.nat(),
    positive: anyName,
    negative: anyName,
    threshold: anyNumber,
  }),
  roc: fc.record({
    curve: fc.record({ falsePositiveRate: list(), truePositiveRate: list() }),
    auc: anyNumber,
    operating: fc.record({ falsePositiveRate: anyNumber, truePositiveRate: anyNumber }),
  }),
  pr: fc.record({
    curve: fc.record({ recall: list(), precision: list() }),
    averagePrecision: anyNumber,
    prevalence: anyNumber,
  }),
  calibration: fc.record({
    bins: fc.array(fc.record({ predicted: anyNumber, observed: anyNumber, count: fc.nat(99) }), {
      maxLength: 6,
    }),
    ece: anyNumber,
    histogram,
  }),
  threshold: fc.record({
    curve: fc.record({
      threshold: list(),
      precision: list(),
      recall: list(),
      f1: list(),
      mcc: list(),
      cost: list(),
    }),
    chosen: anyNumber,
    rule: anyName,
  }),
  lift: fc.record({ curve: fc.record({ share: list(), gain: list() }), prevalence: anyNumber }),
  scores: fc.record({ histogram, positive: anyName, negative: anyName, threshold: anyNumber }),
  importance: fc.record({
    items: fc.array(
      fc.record({
        column: anyName,
        shap: anyNumber,
        totalGain: anyNumber,
        permutation: fc.record({ mean: anyNumber, low: anyNumber, high: anyNumber }),
      }),
      { maxLength: 5 },
    ),
  }),
  beeswarm: fc.record({
    columns: fc.array(fc.record({ name: anyName, contributions: list(), ranks: list() }), { maxLength: 4 }),
  }),
  interactions: fc.record({
    columns: fc.array(anyName, { maxLength: 5 }),
    values: fc.array(list(), { maxLength: 5 }),
    rows: fc.nat(99),
  }),
  dependence: fc.array(
    fc.record({
      column: anyName,
      scale,
      places,
      contributions: list(),
      by: fc.record({ column: anyName, scale, places }),
    }),
    { maxLength: 1 },
  ),
  partialDependence: fc.array(
    fc.record({
      column: anyName,
      scale,
      mean: list(),
      curves: fc.array(list(), { maxLength: 4 }),
      missing: anyNumber,
      positive: anyName,
      centred: fc.boolean(),
    }),
    { maxLength: 1 },
  ),
  learningCurve: fc.record({
    training: fc.array(list(), { maxLength: 3 }),
    validation: fc.array(list(), { maxLength: 3 }),
    rounds: fc.array(fc.nat(9), { maxLength: 3 }),
  }),
  missing: fc.record({
    rows: fc.nat(100),
    columns: fc.array(fc.record({ name: anyName, missing: fc.nat(100) }), { maxLength: 4 }),
  }),
});

const anyWaterfall: fc.Arbitrary<WaterfallInput> = fc.record({
  row: fc.nat(),
  prediction: anyName,
  bias: anyNumber,
  biasProbability: anyNumber,
  steps: fc.array(
    fc.record({
      column: anyName,
      columns: fc.nat(9),
      value: anyName,
      contribution: anyNumber,
      from: anyNumber,
      to: anyNumber,
    }),
    { maxLength: 4 },
  ),
  margin: anyNumber,
  probability: anyNumber,
});

describe('whatever the input', () => {
  it('a waterfall is drawn too', async () => {
    await fc.assert(
      fc.asyncProperty(anyWaterfall, fc.boolean(), async (input, compact) => {
        const svg = await renderSvg(waterfallChart(input, { compact }));
        expect(svg).not.toMatch(/NaN|<img|<script/u);
        decode(await renderPng(svg, { scale: 0.2 }));
      }),
      { numRuns: 40, seed: 8 },
    );
  });

  it('every chart is drawn, as well-formed SVG that turns into pixels', async () => {
    await fc.assert(
      fc.asyncProperty(anyInput, fc.boolean(), fc.nat(13), async (plots, compact, pixels) => {
        for (const [i, chart] of makeCharts(plots, { compact }).entries()) {
          const svg = await renderSvg(chart);
          expect(svg).not.toMatch(/NaN|<img|<script/u);
          // resvg parses strictly: a document that is not well-formed is refused here.
          if (i !== pixels) continue;
          decode(await renderPng(svg, { scale: 0.2 }));
        }
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it('500 columns with long Unicode names are drawn, the first 20 of them', async () => {
    const items = Array.from({ length: 500 }, (_, i) => ({
      column: `${'очень длинное имя '.repeat(9)}漢字 مرحبا ${i}`,
      shap: 1 / (i + 1),
    }));
    const svg = await renderSvg(importanceChart({ items }));
    expect(svg.match(/…/gu)?.length).toBeGreaterThanOrEqual(20);
    decode(await renderPng(svg, { scale: 0.5 }));
  });
});

describe('writePlots', () => {
  it('writes every chart in both formats and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plots-'));
    try {
      const target = join(folder, 'plots');
      const files = await writePlots(target, input, { scale: 1 });
      const expected = names.flatMap((name) => [`${name}.png`, `${name}.svg`]);
      expect((await readdir(target)).sort()).toEqual(expected.sort());
      expect(files).toEqual(expected.map((name) => join(target, name)));
      expect(decode(await readFile(join(target, 'roc.png'))).width).toBe(640);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('draws only what is given, and stops when told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plots-'));
    try {
      const files = await writePlots(folder, { roc: input.roc! }, { fontFiles: [] });
      expect(files).toHaveLength(2);
      await expect(writePlots(folder, input, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'INTERRUPTED',
      });
      expect((await readdir(folder)).sort()).toEqual(['roc.png', 'roc.svg']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says so when the folder cannot be written', async () => {
    await expect(writePlots('/dev/null/plots', input)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
