// Trains one of npm's packages on a table and prints what it took as JSON.
//
// usage: node npm-package.ts PACKAGE FOLDER-OF-PACKAGES FOLDER-OF-TABLE PREDICTIONS
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readColumns, readFloats, readShape, writeFloats } from './table.ts';

const [name, packages, folder, predictions] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const shape = readShape(folder);
const [train, test] = [readColumns(folder, 'train'), readColumns(folder, 'test')];
const labels = Array.from(readFloats(join(folder, 'train-labels.f32')));

/** Trains and predicts. The packages have no types of their own, so each is described by what is used of it. */
type Run = () => Promise<{ readonly seconds: number; readonly probabilities: ArrayLike<number> }>;

function rowsOf(columns: readonly Float32Array[]): number[][] {
  return Array.from(columns[0], (_, i) => columns.map((column) => column[i]));
}

/** Objects with a property for each column, as `decision-tree` takes them. */
function recordsOf(columns: readonly Float32Array[]): Record<string, number>[] {
  return Array.from(columns[0], (_, i) => Object.fromEntries(shape.names.map((f, c) => [f, columns[c][i]])));
}

/** CSV with letters for categories, as `ydf-training` takes it. */
function csvOf(columns: readonly Float32Array[], answers?: readonly number[]): string {
  const lines = [[...shape.names, ...(answers === undefined ? [] : ['label'])].join(',')];
  for (let i = 0; i < columns[0].length; i++) {
    const cells = columns.map((column, f) =>
      Number.isNaN(column[i]) ? '' : shape.types[f] === 'c' ? `k${column[i]}` : String(column[i]),
    );
    if (answers !== undefined) cells.push(answers[i] === 1 ? 'yes' : 'no');
    lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}

async function timed<T>(job: () => T | Promise<T>): Promise<{ readonly seconds: number; readonly value: T }> {
  const start = performance.now();
  const value = await job();
  return { seconds: (performance.now() - start) / 1000, value };
}

interface Ydf {
  readonly GradientBoostedTreesLearner: new (
    label: string,
    task: string,
    options?: object,
  ) => { train(csv: string): { predict(csv: string): ArrayLike<number> } };
}

interface MlXgboost {
  new (options: object): {
    train(rows: number[][], labels: number[]): void;
    predict(rows: number[][]): number[];
  };
}

interface DecisionTreeXgboost {
  new (
    target: string,
    features: readonly string[],
    options: object,
  ): {
    train(rows: object[]): void;
    predict(row: object): unknown;
  };
}

const runs: Record<string, Run> = {
  async 'ydf-training'() {
    const load: () => Promise<Ydf> = require(name);
    const ydf = await load();
    const learner = new ydf.GradientBoostedTreesLearner('label', 'CLASSIFICATION');
    const csv = csvOf(train, labels);
    // It wants the column of answers in the test table too, whatever it holds.
    const unseen = Array.from(test[0], () => 0);
    const { seconds, value } = await timed(() => learner.train(csv));
    return { seconds, probabilities: value.predict(csvOf(test, unseen)) };
  },
  async 'ml-xgboost'() {
    const XGBoost: MlXgboost = await require(name);
    const booster = new XGBoost({
      objective: 'binary:logistic',
      max_depth: 6,
      eta: 0.1,
      subsample: 1,
      iterations: 100,
    });
    const rows = rowsOf(train);
    const { seconds } = await timed(() => booster.train(rows, labels));
    return { seconds, probabilities: booster.predict(rowsOf(test)) };
  },
  async 'decision-tree'() {
    const file = join(packages, 'node_modules', 'decision-tree', 'lib', 'xgboost.js');
    const { default: XGBoost }: { default: DecisionTreeXgboost } = await import(pathToFileURL(file).href);
    const rows = recordsOf(train).map((row, i) => ({ ...row, label: labels[i] }));
    const booster = new XGBoost('label', shape.names, {
      nEstimators: 100,
      maxDepth: 6,
      learningRate: 0.1,
      objective: 'binary',
    });
    const { seconds } = await timed(() => booster.train(rows));
    return { seconds, probabilities: recordsOf(test).map((row) => Number(booster.predict(row))) };
  },
};

const { seconds, probabilities } = await runs[name]();
writeFloats(predictions, Float32Array.from(probabilities));
console.log(JSON.stringify({ seconds }));
