import { OutOfResources } from '@verdict/core';
import type { Cells } from './cells.ts';
import { ImageWriter } from './image-writer.ts';
import type { ShapImage } from './shap-image.ts';
import { roundUp } from './workspace.ts';

/** Most features that may part two rows on one path. */
const MOST_PARTINGS = 4096;

/** An image with background rows, and what the kernel needs beside it (see assembly/against.ts). */
export interface BackgroundImage {
  readonly bytes: Uint8Array;
  readonly scratchBytes: number;
}

/**
 * Adds background rows to an image.
 *
 * @throws OutOfResources for paths of more than 4096 different features
 */
export function addBackground(
  { bytes, features, depth, largestTree }: ShapImage,
  background: Cells,
  blockRows: number,
  width: number,
): BackgroundImage {
  const rows = background.rowCount;
  const blocks = Math.ceil(rows / blockRows);
  const partings = Math.min(depth, features.length);
  if (partings > MOST_PARTINGS) {
    throw new OutOfResources({
      problem: `Paths of ${partings} different features take too much memory to be compared with a background.`,
      hint: 'Ask for contributions without a background.',
    });
  }
  const line = partings + 1;
  const image = new ImageWriter(
    bytes.length + 64 + blocks * blockRows * features.length * 4 + line * line * 8,
  );
  const head = image.add(bytes) / 4;
  const rowsAt = image.reserve(blocks * blockRows * features.length * 4);
  for (let block = 0; block < blocks; block++) {
    const begin = block * blockRows;
    const count = Math.min(blockRows, rows - begin);
    const first = rowsAt / 4 + begin * features.length;
    features.forEach((feature, place) => {
      background.read(feature, begin, count, image.floats, first + place * blockRows, 1);
    });
  }
  const weightsAt = image.reserve(line * line * 8);
  image.bytes.set(new Uint8Array(partingWeights(line, rows).buffer), weightsAt);
  image.ints.set([rowsAt, rows, blockRows, features.length, weightsAt, line], head + 6);
  const sizes = [width, largestTree, rows * largestTree, (partings + 1) * 32];
  return { bytes: image.finish(), scratchBytes: sizes.reduce((sum, size) => sum + roundUp(size, 8), 0) };
}

/** (a - 1)! b! / (a + b)! / rows at line a, place b; line 0 is not used. */
function partingWeights(line: number, rows: number): Float64Array {
  const weights = new Float64Array(line * line);
  for (let a = 1; a < line; a++) {
    weights[a * line] = 1 / (a * rows);
    for (let b = 1; b < line; b++) {
      weights[a * line + b] = (weights[a * line + b - 1] * b) / (a + b);
    }
  }
  return weights;
}
