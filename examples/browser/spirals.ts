import type { Matrix, ParamsInput } from '@verdict/boost';
import { Random } from '@verdict/core';

/** Points in a square and the class of each. */
export interface Points {
  readonly matrix: Matrix;
  readonly labels: Uint8Array;
}

/** What the page trains with, wherever it runs. */
export const params: ParamsInput = { learning_rate: 0.2, max_depth: 6, min_child_weight: 5 };

/** Two spirals, one wound into the other, blurred by noise. The same seed gives the same points. */
export function makeSpirals(rowCount: number, seed: number): Points {
  const random = new Random(seed, 'spirals');
  const x = new Float32Array(rowCount);
  const y = new Float32Array(rowCount);
  const labels = new Uint8Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    labels[i] = random.integer(2);
    const turn = Math.sqrt(random.float()) * 3 * Math.PI;
    const radius = turn / (3 * Math.PI);
    const angle = turn + labels[i] * Math.PI;
    x[i] = radius * Math.cos(angle) + 0.05 * random.normal();
    y[i] = radius * Math.sin(angle) + 0.05 * random.normal();
  }
  return { matrix: matrixOf(x, y), labels };
}

/** Columns as the engine takes them. */
export function matrixOf(x: Float32Array, y: Float32Array): Matrix {
  return { rowCount: x.length, columns: [x, y], featureNames: ['x', 'y'], featureTypes: ['q', 'q'] };
}

/** Every fifth row judges the rounds, the others train. */
export function splitRows(rowCount: number): {
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
} {
  const all = Uint32Array.from({ length: rowCount }, (_, row) => row);
  return { rows: all.filter((row) => row % 5 !== 0), validationRows: all.filter((row) => row % 5 === 0) };
}
