import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { writeMapping } from '../src/bucket-mapping.ts';
import { rowLoss } from '../src/metrics.ts';
import { Workspace } from '../src/workspace.ts';
import { range } from './support/made-data.ts';

const MEGABYTE = 1 << 20;

describe('exponential', () => {
  it('is within 2.5e-7 of Math.exp over the range of margins', () => {
    Workspace.use(MEGABYTE, (workspace) => {
      const at = workspace.reserve(80000);
      const values = workspace.floats(at, 20000);
      for (let i = 0; i < 20000; i++) values[i] = -87 + (i * 174) / 20000;
      const inputs = values.slice();
      workspace.kernels.exponentials(at, 20000);
      let worst = 0;
      inputs.forEach((x, i) => (worst = Math.max(worst, Math.abs(values[i] / Math.exp(x) - 1))));
      expect(worst).toBeLessThan(2.5e-7);
    });
  });

  it('clamps what float32 cannot hold', () => {
    Workspace.use(MEGABYTE, (workspace) => {
      const at = workspace.reserve(16);
      workspace.floats(at, 4).set([-1000, 1000, 0, 1]);
      workspace.kernels.exponentials(at, 4);
      const [low, high, one, e] = workspace.floats(at, 4);
      expect(low).toBeLessThan(2e-38);
      expect(high).toBeGreaterThan(1e38);
      expect(one).toBe(1);
      expect(e).toBeCloseTo(Math.E, 6);
    });
  });
});

describe('logistic loss', () => {
  it('is the sum of the rows to single precision, over several blocks and at extreme margins', () => {
    Workspace.use(MEGABYTE, (workspace) => {
      const n = 10_000;
      const random = new Random(5);
      const [margins, labels, weights] = [n, n, n].map((count) => workspace.reserve(count * 4));
      const m = workspace.floats(margins, n);
      const y = workspace.floats(labels, n);
      const w = workspace.floats(weights, n);
      let expected = 0;
      for (let i = 0; i < n; i++) {
        m[i] = [0, 1e-30, -80, 500, random.normal(), 10 * random.normal()][i % 6];
        y[i] = random.integer(2);
        w[i] = 10 ** (random.integer(7) - 3);
        expected += w[i] * rowLoss(m[i], y[i]);
      }
      const sum = workspace.kernels.logisticLoss(margins, labels, weights, n);
      expect(Math.abs(sum / expected - 1)).toBeLessThan(3e-7);
      expect(workspace.kernels.logisticLoss(margins, labels, weights, 0)).toBe(0);
      w.fill(0);
      w[4] = 1;
      for (const [margin, label] of [
        [0, 1],
        [3, 0],
        [-3, 1],
        [1e-3, 0],
        [12, 1],
        [-12, 0],
        [200, 0],
      ]) {
        m[4] = margin;
        y[4] = label;
        const loss = workspace.kernels.logisticLoss(margins, labels, weights, 8);
        expect(Math.abs(loss / rowLoss(Math.fround(margin), label) - 1)).toBeLessThan(1e-6);
      }
    });
  });
});

describe('logistic gradients', () => {
  it('keep their relative accuracy where the probability is near 0 or 1', () => {
    Workspace.use(MEGABYTE, (workspace) => {
      const n = 8;
      const [margins, labels, weights, gradients, sums] = [32, 32, 32, 64, 16].map((b) =>
        workspace.reserve(b),
      );
      const m = [-30, -12, -1, 0, 0.5, 5, 17, 30];
      const y = [0, 1, 0, 1, 0.25, 1, 1, 0];
      workspace.floats(margins, n).set(m);
      workspace.floats(labels, n).set(y);
      workspace.floats(weights, n).fill(2);
      workspace.kernels.logisticGradients(margins, labels, weights, n, gradients, sums);
      const result = workspace.floats(gradients, 2 * n);
      let total = 0;
      m.forEach((x, i) => {
        const p = 1 / (1 + Math.exp(-x));
        const q = 1 / (1 + Math.exp(x));
        const g = 2 * ((1 - y[i]) * p - y[i] * q);
        total += Math.abs(g);
        expect(Math.abs(result[2 * i] / g - 1)).toBeLessThan(1e-6);
        expect(Math.abs(result[2 * i + 1] / (2 * p * q) - 1)).toBeLessThan(1e-6);
      });
      expect(workspace.doubles(sums, 2)[0]).toBeCloseTo(total, 5);
    });
  });
});

describe('quantised gradients', () => {
  it('leave whole numbers alone and round others without bias', () => {
    Workspace.use(4 * MEGABYTE, (workspace) => {
      const n = 40000;
      const gradients = workspace.reserve(n * 8);
      const packed = workspace.reserve(n * 8);
      const values = workspace.floats(gradients, 2 * n);
      for (let i = 0; i < n; i++) {
        values[2 * i] = i % 2 === 0 ? -3 : -2.3;
        values[2 * i + 1] = i % 2 === 0 ? 4194305 : 0.01;
      }
      workspace.kernels.quantiseGradients(gradients, n, 1, 1, 12345, 0, packed);
      const words = workspace.ints(packed, 2 * n);
      let g = 0;
      let h = 0;
      let changed = 0;
      for (let i = 0; i < n; i += 2) {
        if (words[2 * i + 1] !== -3 || words[2 * i] !== 4194305) changed++;
        g += words[2 * i + 3];
        h += words[2 * i + 2];
      }
      expect(changed).toBe(0);
      expect(g / (n / 2)).toBeCloseTo(-2.3, 1);
      expect(Math.abs(h / (n / 2) - 0.01)).toBeLessThan(0.003);
    });
  });
});

describe('sorting and binning', () => {
  it('orders floats of both signs and all sizes, with their weights', () => {
    Workspace.use(MEGABYTE, (workspace) => {
      const random = new Random(3);
      const n = 3000;
      const [values, keys, sorted, weights, own, order, counts] = [n, n, n, n, n, n, 6144].map((k) =>
        workspace.reserve(k * 4 + 4),
      );
      const [mapping, places] = [16, 8].map((size) => workspace.reserve(size));
      const input = workspace.floats(values, n);
      for (let i = 0; i < n; i++) input[i] = random.normal() * 10 ** (random.integer(60) - 30);
      input.set([-0, 0, Infinity, -Infinity, NaN]);
      workspace.floats(weights, n).set(range(n));
      writeMapping(workspace, mapping, { kind: 'width', count: 1, low: 0, perUnit: 1 });
      const { kernels } = workspace;
      const count = n - 1;
      // All in one bucket, the missing one behind.
      workspace.words(places, 2).set([0, count]);
      kernels.scatterWeighted(values, weights, n, mapping, places, keys, own);
      expect([...workspace.words(places, 2)]).toStrictEqual([count, n]);
      const scattered = workspace.words(keys, count).slice();
      kernels.sortKeysWithWords(keys, sorted, own, order, count, counts);
      const found = Array.from(workspace.floats(order, count), (row) => input[row]);
      expect(found).toStrictEqual([...found].sort((a, b) => a - b));
      workspace.words(places, 2).set([0, count]);
      kernels.scatterBuckets(values, n, mapping, places, keys);
      expect(workspace.words(keys, count)).toStrictEqual(scattered);
      const withWeights = workspace.words(sorted, count).slice();
      kernels.sortKeys(keys, sorted, count, counts);
      expect(workspace.words(sorted, count)).toStrictEqual(withWeights);
    });
  });
});

describe('histograms', () => {
  it('equal sums in plain loops for gathered and for contiguous rows, and after subtraction', () => {
    Workspace.use(4 * MEGABYTE, (workspace) => {
      const random = new Random(5);
      const n = 1300;
      const stride = 48;
      const features = 37;
      const rows = workspace.reserve(n * stride);
      const packed = workspace.reserve(n * 8);
      const index = workspace.reserve(n * 4);
      const groups = workspace.reserve(10 * 32);
      const blocks = workspace.reserve(16);
      const bytes = features * 2048 + 3 * 2048;
      const [whole, part] = [workspace.reserve(bytes), workspace.reserve(bytes)];
      const [rowBuffer, packedBuffer] = [workspace.reserve(512 * 64), workspace.reserve(4096)];
      const bins = workspace.bytes(rows, n * stride);
      for (let i = 0; i < bins.length; i++) bins[i] = i % stride < features ? random.integer(256) : 0;
      const values = workspace.ints(packed, 2 * n);
      for (let i = 0; i < n; i++) values.set([random.integer(1000), random.integer(2000) - 1000], 2 * i);
      const words = workspace.words(groups, 80);
      for (let slot = 0; slot < 40; slot++) {
        const at = (slot >> 2) * 8 + (slot & 3);
        // Every second group lists its features backwards, which takes the path for columns apart.
        const f = (slot >> 2) % 2 === 0 || slot >= 36 ? slot : (slot >> 2) * 4 + 3 - (slot & 3);
        words[at] = f;
        words[at + 4] = f * 2048;
      }
      workspace.words(blocks, 4).set([rows, stride, groups, 10]);
      const chosen = Array.from({ length: n }, (_, i) => i).filter(() => random.float() < 0.6);
      workspace.words(index, chosen.length).set(chosen);
      const { kernels } = workspace;
      kernels.buildHistogram(blocks, 1, 0, 0, n, packed, whole, bytes, rowBuffer, packedBuffer);
      kernels.buildHistogram(
        blocks,
        1,
        index,
        0,
        chosen.length,
        packed,
        part,
        bytes,
        rowBuffer,
        packedBuffer,
      );
      const expected = (list: readonly number[], f: number): Int32Array => {
        const sums = new Int32Array(512);
        for (const row of list) {
          const bin = bins[row * stride + f];
          sums[2 * bin] += values[2 * row];
          sums[2 * bin + 1] += values[2 * row + 1];
        }
        return sums;
      };
      const unpack = (at: number): Int32Array => workspace.ints(at, 512).slice();
      const all = Array.from({ length: n }, (_, i) => i);
      const rest = all.filter((row) => !chosen.includes(row));
      for (let f = 0; f < features; f++) {
        expect(unpack(whole + f * 2048)).toStrictEqual(expected(all, f));
        expect(unpack(part + f * 2048)).toStrictEqual(expected(chosen, f));
      }
      kernels.subtractHistogram(whole, part, bytes);
      for (let f = 0; f < features; f++) {
        expect(unpack(whole + f * 2048)).toStrictEqual(expected(rest, f));
      }
    });
  });
});
