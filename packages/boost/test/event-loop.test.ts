import { afterAll, describe, expect, it } from 'vitest';
import { binMatrix, binMatrixAsync, Booster, closePool, train } from '../src/index.ts';
import type { TrainingData } from '../src/index.ts';
import { numericMatrix, range } from './support/made-data.ts';
import { randomForest } from './support/random-trees.ts';

afterAll(closePool);

const rowCount = 2_000_000;
/** Four columns, each of which stands for ten: what is copied is as much as if they were forty. */
const few = Array.from({ length: 4 }, (_, f) =>
  Float32Array.from({ length: rowCount }, (__, row) => ((row * (7919 + 2 * f)) % 1009) / 7),
);
const wide = numericMatrix(Array.from({ length: 40 }, (_, f) => few[f % few.length]));
const matrix = numericMatrix(few);
const data: TrainingData = {
  binned: binMatrix(matrix),
  labels: few[0].map((value, row) => ((value + few[1][row]) % 3 < 1 ? 1 : 0)),
};
const forest = { trees: 30, features: 40, numeric: 40, splits: 60, thresholds: 100 };
const booster = Booster.fromTrees(randomForest(forest, 3), { ...wide, baseOutput: 0.5 });

/** While coverage is counted, checks of rows take the calling thread about five times as long: 261 ms in place of 49. */
const slowed = process.env['NODE_V8_COVERAGE'] === undefined ? 1 : 3;

/** How a call left the event loop alone, in milliseconds. */
interface Pauses {
  readonly whole: number;
  /** The longest time between two ticks of a timer, and the longest that the calling thread itself was busy between them. */
  readonly longest: number;
  readonly busiest: number;
}

async function pausesOf(call: () => Promise<unknown>): Promise<Pauses> {
  const begin = performance.now();
  let [longest, busiest, last] = [0, 0, begin];
  let used = process.threadCpuUsage();
  const tick = (): void => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(used);
    used = process.threadCpuUsage();
    longest = Math.max(longest, now - last);
    busiest = Math.max(busiest, (user + system) / 1000);
    last = now;
  };
  const timer = setInterval(tick, 10);
  await call();
  tick();
  clearInterval(timer);
  return { whole: performance.now() - begin, longest, busiest };
}

describe('the event loop goes on during', () => {
  const weights = new Float32Array(rowCount).fill(0.5);
  const fold = { ...data, weights, rows: range(1_500_000), validationRows: range(500_000, 1_500_000) };

  // On a machine that others use, the calling thread may have to wait for a processor: its own time is told apart.
  it.each<[string, () => Promise<unknown>]>([
    ['binning', async () => binMatrixAsync(wide, { threads: 2 })],
    ['training', async () => train(data, {}, { rounds: 40, threads: 2 })],
    ['training of a fold with weights', async () => train(fold, {}, { rounds: 40, threads: 2 })],
    ['prediction', async () => booster.predictMarginAsync(wide, { threads: 2 })],
    ['prediction of leaves', async () => booster.predictLeavesAsync(wide, { threads: 2 })],
  ])('%s', async (_, call) => {
    const { whole, longest, busiest } = await pausesOf(call);
    expect(busiest).toBeLessThan(200 * slowed);
    expect(longest).toBeLessThan(Math.max(700, whole / 4));
  });
});
