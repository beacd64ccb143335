// This package as one side of the benchmark: reads one JSON command a line, answers one a line.
//
// usage: node --expose-gc ours.ts FOLDER    FOLDER holds the table, see table.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binMatrix, Booster, trainSync } from '@verdict/boost';
import type { Matrix, MatrixColumn } from '@verdict/boost';
import type { FitCommand, FitCost, PredictCommand } from './commands.ts';
import { profiled } from './profile.ts';
import { readColumns, readFloats, readShape, readSparseColumns, writeFloats } from './table.ts';

const folder = process.argv[2];
const shape = readShape(folder);
/** Ones and zeros are given as the rows of the ones, as the peers get them. */
const train = matrixOf<MatrixColumn>(
  'train',
  shape.onesPerRow === undefined ? readColumns(folder, 'train') : readSparseColumns(folder, 'train'),
);
const test = matrixOf('test', readColumns(folder, 'test'));
const labels = readFloats(join(folder, 'train-labels.f32'));

function matrixOf<Column extends MatrixColumn>(part: 'train' | 'test', columns: Column[]): Matrix<Column> {
  return {
    rowCount: part === 'train' ? shape.rows : shape.testRows,
    columns,
    featureNames: shape.names,
    featureTypes: shape.types,
  };
}

/** Kilobytes of this process, now (VmRSS) or at most since the last reset (VmHWM); 0 where the system keeps none. */
function resident(name: string): number {
  if (process.platform !== 'linux') return 0;
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

function fit(command: FitCommand): FitCost {
  globalThis.gc?.();
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
  const before = resident('VmRSS');
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const binned = binMatrix(train, { maxBin: 256, ...threadsOf(command) });
  const middle = performance.now();
  const { booster } = trainSync(
    { binned, labels },
    {
      learning_rate: command.learningRate,
      max_depth: command.depth,
      max_leaves: command.leaves,
      grow_policy: command.lossGuided ? 'lossguide' : 'depthwise',
      subsample: command.subsample,
      seed: command.seed,
    },
    { rounds: command.rounds, ...threadsOf(command) },
  );
  const end = performance.now();
  const cpu = process.cpuUsage(cpuBefore);
  const peak = resident('VmHWM');
  writeFloats(command.predictions, booster.predictProbability(test));
  return {
    seconds: (end - start) / 1000,
    binning: (middle - start) / 1000,
    cpu: (cpu.user + cpu.system) / 1e6,
    megabytes: (peak - before) / 1024,
  };
}

async function fitOrProfile(command: FitCommand): Promise<FitCost> {
  if (command.profile !== true) return fit(command);
  const { result, shares } = await profiled(() => fit(command));
  return { ...result, shares };
}

function threadsOf(command: { readonly threads: number }): { readonly threads: number } {
  return { threads: command.threads };
}

/** The least time of repeats that fill about so many seconds. */
function least<T>(seconds: number, job: () => T): { readonly seconds: number; readonly result: T } {
  const end = performance.now() + seconds * 1000;
  let best = Infinity;
  for (;;) {
    const start = performance.now();
    const result = job();
    best = Math.min(best, performance.now() - start);
    if (performance.now() > end) return { seconds: best / 1000, result };
  }
}

function predict(command: PredictCommand): Record<string, number> {
  const booster = Booster.fromUbj(readFileSync(command.model));
  const rows: Matrix = {
    ...test,
    rowCount: command.rows,
    columns: test.columns.map((column) => column.subarray(0, command.rows)),
  };
  if (command.what === 'row') {
    const row = Float32Array.from(test.columns, (column) => column[0]);
    const { seconds, result } = least(command.fill, () => {
      let margin = 0;
      for (let i = 0; i < 1000; i++) margin = booster.predictRow(row);
      return Float32Array.of(margin);
    });
    writeFloats(command.predictions, result);
    return { seconds: seconds / 1000 };
  }
  const { seconds, result } = least<Float32Array | Float64Array>(command.fill, () =>
    command.what === 'margins'
      ? booster.predictMargin(rows, threadsOf(command))
      : booster.contributions(rows, threadsOf(command)),
  );
  writeFloats(command.predictions, result);
  return { seconds };
}

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const command: FitCommand | PredictCommand = JSON.parse(line);
  console.log(JSON.stringify(command.do === 'fit' ? await fitOrProfile(command) : predict(command)));
}
