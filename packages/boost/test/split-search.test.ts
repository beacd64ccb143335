import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { Workspace } from '../src/workspace.ts';

/** What the search weighs, in units of the sums; see assembly/split.ts. */
interface Settings {
  readonly lambda: number;
  readonly alpha: number;
  readonly bound: number;
  readonly least: number;
  /** Under monotone constraints: a direction for each column, and bounds of the node's weights. */
  readonly monotone?: {
    readonly directions: readonly number[];
    readonly lower: number;
    readonly upper: number;
  };
}

/** A row's gradient and hessian. */
interface Row {
  readonly g: number;
  readonly h: number;
}

/** Sums of gradients and hessians: of the value bins of one column, and of the rows without a value. */
interface Histogram {
  readonly rows: readonly Row[];
  /** The bin of every row; that of rows without a value is the one behind the last. */
  readonly bins: readonly number[];
  readonly gradients: readonly number[];
  readonly hessians: readonly number[];
  readonly missing: readonly [gradient: number, hessian: number];
  /** True if a cut may leave all values on the left and only missing ones on the right. */
  readonly mayEnd: boolean;
}

interface Cut {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly left: readonly [gradient: number, hessian: number];
  readonly gain: number;
}

const objectiveAt = (g: number, h: number, w: number, { lambda, alpha }: Settings): number =>
  2 * g * w + (h + lambda) * w * w + 2 * alpha * Math.abs(w);

/** The weight at which the objective is least, a parabola with a kink. */
function bestWeight(g: number, h: number, settings: Settings): number {
  const { lambda, alpha, bound, monotone } = settings;
  // The objective is convex: the best weight is where a derivative is 0, at the kink, or at a bound.
  const candidates = h + lambda > 0 ? [0, -(g - alpha) / (h + lambda), -(g + alpha) / (h + lambda)] : [0];
  const clamp = (w: number): number => {
    const short = bound === 0 ? w : Math.max(-bound, Math.min(bound, w));
    return monotone === undefined ? short : Math.max(monotone.lower, Math.min(monotone.upper, short));
  };
  const weights = candidates.map(clamp);
  const values = weights.map((w) => objectiveAt(g, h, w, settings));
  return weights[values.indexOf(Math.min(...values))];
}

/** By how much a leaf of its best weight lowers the objective, doubled. */
const sideScore = (g: number, h: number, settings: Settings): number =>
  -objectiveAt(g, h, bestWeight(g, h, settings), settings);

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Every cut that can be expressed, with its gain. */
function allCuts(columns: readonly Histogram[], settings: Settings): Cut[] {
  const g = total(columns[0].gradients) + columns[0].missing[0];
  const h = total(columns[0].hessians) + columns[0].missing[1];
  const parent = sideScore(g, h, settings);
  const cuts: Cut[] = [];
  for (const [column, { gradients, hessians, missing, mayEnd }] of columns.entries()) {
    for (let bin = 0; bin < gradients.length; bin++) {
      for (const missingLeft of [false, true]) {
        if (bin === gradients.length - 1 && !missingLeft && !mayEnd) continue;
        const gl = total(gradients.slice(0, bin + 1)) + (missingLeft ? missing[0] : 0);
        const hl = total(hessians.slice(0, bin + 1)) + (missingLeft ? missing[1] : 0);
        if (hl < settings.least || h - hl < settings.least) continue;
        const direction = settings.monotone?.directions[column] ?? 0;
        const rise = bestWeight(g - gl, h - hl, settings) - bestWeight(gl, hl, settings);
        if (direction * rise < 0) continue;
        const gain = sideScore(gl, hl, settings) + sideScore(g - gl, h - hl, settings) - parent;
        cuts.push({ column, bin, missingLeft, left: [gl, hl], gain });
      }
    }
  }
  return cuts;
}

/** How large a row's sums are: small, so that cuts are as good as each other; or so large that single precision errs. */
const sizeOf = (random: Random): number => (random.integer(4) === 0 ? 10_000_019 : 1 + random.integer(6));

/** Bins of which some are empty; the last column takes what is left, so that all columns sum to the same. */
function makeColumns(random: Random, size: number): Histogram[] {
  // Most columns have few bins, so that all cases come up; some have as many as fit.
  const bins = 2 + random.integer(random.integer(16) === 0 ? 253 : 9);
  const rows = Array.from({ length: 1 + random.integer(40) }, () => ({
    g: random.integer(2 * size + 1) - size,
    h: 1 + random.integer(size),
  }));
  return Array.from({ length: 1 + random.integer(3) }, () => {
    const gradients = new Array<number>(bins).fill(0);
    const hessians = new Array<number>(bins).fill(0);
    const missing: [number, number] = [0, 0];
    const open = Array.from({ length: bins }, (_, bin) => bin).filter(() => random.float() < 0.7);
    const places = open.length === 0 ? [0] : open;
    const missingShare = random.integer(2) * 0.3;
    const binOfRow = rows.map(({ g, h }) => {
      if (random.float() < missingShare) {
        missing[0] += g;
        missing[1] += h;
        return bins;
      }
      const bin = places[random.integer(places.length)];
      gradients[bin] += g;
      hessians[bin] += h;
      return bin;
    });
    return { rows, bins: binOfRow, gradients, hessians, missing, mayEnd: random.integer(2) === 1 };
  });
}

/** How a split is searched: in the histograms, or in the rows themselves. */
type Kernel = 'findSplit' | 'findSplitInRows';
const kernels: readonly Kernel[] = ['findSplit', 'findSplitInRows'];

/** What the kernel finds: undefined if no cut is better than none. */
function search(
  workspace: Workspace,
  kernel: Kernel,
  columns: readonly Histogram[],
  settings: Settings,
): Cut | undefined {
  const bytes = 2048;
  const histogram = workspace.reserve(columns.length * bytes);
  const slots = workspace.reserve(columns.length * 64);
  const { rows } = columns[0];
  const binOfRow = workspace.reserve(columns.length * rows.length);
  const index = workspace.reserve(rows.length * 4);
  const packed = workspace.reserve(rows.length * 8);
  const record = workspace.reserve(352);
  const scratch = workspace.reserve(8192);
  const parameters = workspace.reserve(80);
  const { lambda, alpha, bound, least, monotone } = settings;
  workspace
    .doubles(parameters, 10)
    .set([lambda, alpha, bound, least, 4, 64, 10, 10, 1, monotone === undefined ? 0 : 1]);
  workspace.doubles(record + 320, 2).set([monotone?.lower ?? NaN, monotone?.upper ?? NaN]);
  for (const [column, { gradients, hessians, missing, mayEnd }] of columns.entries()) {
    const words = workspace.ints(histogram + column * bytes, 512).fill(0);
    const missingBin = gradients.length;
    for (let bin = 0; bin < missingBin; bin++) words.set([hessians[bin], gradients[bin]], 2 * bin);
    words.set([missing[1], missing[0]], 2 * missingBin);
    const flags = 1 | (mayEnd ? 4 : 0) | [16, 0, 8][(monotone?.directions[column] ?? 0) + 1];
    const place = binOfRow + column * rows.length;
    workspace.bytes(place, rows.length).set(columns[column].bins);
    const slot = [column * bytes, missingBin, flags, column, 0, 0, 0, 0, place, 1];
    workspace.ints(slots + column * 64, 10).set(slot);
  }
  // The order of the rows does not matter.
  const order = rows.map((_, row) => rows.length - 1 - row);
  workspace.words(index, rows.length).set(order);
  for (const [row, { g, h }] of rows.entries()) workspace.ints(packed + row * 8, 2).set([h, g]);
  const first = columns[0];
  workspace
    .ints(record, 2)
    .set([total(first.hessians) + first.missing[1], total(first.gradients) + first.missing[0]]);
  if (kernel === 'findSplit') {
    workspace.kernels.findSplit(histogram, slots, 0, columns.length, parameters, record, scratch);
  } else {
    const own = workspace.reserve(8192);
    const node = [index, rows.length, packed] as const;
    const among = [slots, 0, columns.length] as const;
    workspace.kernels.findSplitInRows(...node, ...among, parameters, record, own, scratch);
  }
  const [h, g] = workspace.ints(record + 8, 2);
  const [slot, bin, , missingLeft] = workspace.ints(record + 32, 4);
  if (slot < 0) return undefined;
  const [rightHessian, rightGradient] = workspace.ints(record + 16, 2);
  expect([h + rightHessian, g + rightGradient]).toEqual([...workspace.ints(record, 2)]);
  const table = [...workspace.bytes(record + 64, columns[slot].gradients.length + 1)];
  expect(table).toEqual(
    table.map((_, at) => (at < columns[slot].gradients.length ? Number(at <= bin) : missingLeft)),
  );
  return {
    column: slot,
    bin,
    missingLeft: missingLeft === 1,
    left: [g, h],
    gain: workspace.doubles(record + 24, 1)[0],
  };
}

/** The cut found is worth as much as the best of all, and is the cut that it says it is. */
function checkSearch(columns: readonly Histogram[], settings: Settings): void {
  for (const kernel of kernels) checkKernel(kernel, columns, settings);
}

function checkKernel(kernel: Kernel, columns: readonly Histogram[], settings: Settings): void {
  Workspace.use(1 << 20, (workspace) => {
    const found = search(workspace, kernel, columns, settings);
    const cuts = allCuts(columns, settings);
    const best = Math.max(0, ...cuts.map(({ gain }) => gain));
    const noise = 1e-9 * Math.max(1, best);
    expect(Math.abs((found?.gain ?? 0) - best)).toBeLessThan(noise);
    if (found === undefined) return;
    const same = cuts.find(
      ({ column, left }) => column === found.column && left.every((sum, i) => sum === found.left[i]),
    );
    expect(Math.abs((same?.gain ?? NaN) - best)).toBeLessThan(noise);
    const { gradients, hessians, missing } = columns[found.column];
    // With nothing missing, the side of the missing rows changes nothing.
    const side = found.missingLeft ? missing : [0, 0];
    expect(found.left).toEqual([
      total(gradients.slice(0, found.bin + 1)) + side[0],
      total(hessians.slice(0, found.bin + 1)) + side[1],
    ]);
  });
}

describe('the search for a numeric split', () => {
  it.each([
    ['without L1 and bounds', [0], [0]],
    ['with L1', [0.5, 2, 10], [0]],
    ['with bounded weights', [0], [0.05, 0.5, 3]],
    ['with both', [0.5, 2, 10], [0.05, 0.5, 3]],
  ])('finds the best of all cuts %s', (_, alphas, bounds) => {
    const random = new Random(11);
    for (let trial = 0; trial < 400; trial++) {
      const columns = makeColumns(random, sizeOf(random));
      checkSearch(columns, {
        lambda: [0, 1, 7.5][random.integer(3)],
        alpha: alphas[random.integer(alphas.length)],
        bound: bounds[random.integer(bounds.length)],
        least: [1, 3, 12][random.integer(3)],
      });
    }
  });

  it('finds the best of the cuts that monotone constraints and bounds allow', () => {
    const random = new Random(12);
    for (let trial = 0; trial < 800; trial++) {
      const columns = makeColumns(random, sizeOf(random));
      const middle = random.normal();
      checkSearch(columns, {
        lambda: [0, 1, 7.5][random.integer(3)],
        alpha: [0, 0.5, 2][random.integer(3)],
        bound: [0, 0.5][random.integer(2)],
        least: [1, 3][random.integer(2)],
        monotone: {
          directions: columns.map(() => random.integer(3) - 1),
          lower: [-Infinity, middle - 0.5, -0.2][random.integer(3)],
          upper: [Infinity, middle + 0.5, 0.3][random.integer(3)],
        },
      });
    }
  });

  it.each(kernels)('finds nothing where L1 outweighs every gradient (%s)', (kernel) => {
    const column: Histogram = {
      rows: [
        { g: 1, h: 2 },
        { g: -1, h: 2 },
        { g: 0, h: 1 },
        { g: 1, h: 3 },
      ],
      bins: [0, 1, 2, 3],
      gradients: [1, -1, 0, 1],
      hessians: [2, 2, 1, 3],
      missing: [0, 0],
      mayEnd: false,
    };
    Workspace.use(1 << 20, (workspace) => {
      const settings = { lambda: 1, alpha: 3, bound: 0, least: 1 };
      expect(search(workspace, kernel, [column], settings)).toBeUndefined();
    });
  });
});
