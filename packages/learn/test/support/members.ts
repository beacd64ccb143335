import { Random } from '@verdict/core';

/** Labels, and out-of-fold margins of members as a search could have made them. */
export interface MadeMembers {
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly members: readonly Float64Array[];
}

/** Members that each know a part of their own of what the labels depend on, with some noise. */
export function complementary(seed: number, rows: number, count: number, noise: number): MadeMembers {
  const random = new Random(seed, 'complementary');
  const parts = Array.from({ length: count }, () =>
    Float64Array.from({ length: rows }, () => (1.5 * random.normal()) / Math.sqrt(count / 2)),
  );
  return {
    labels: Uint8Array.from({ length: rows }, (_, row) =>
      draw(
        random,
        parts.reduce((sum, part) => sum + part[row], 0),
      ),
    ),
    weights: Float64Array.from({ length: rows }, () => 0.1 + random.float()),
    members: parts.map((part) => part.map((margin) => margin + noise * random.normal())),
  };
}

/** The best that can be known, and the same with noise: no mean of them is better than the first. */
export function noisyCopies(seed: number, rows: number, count: number): MadeMembers {
  const random = new Random(seed, 'copies');
  const truth = Float64Array.from({ length: rows }, () => 1.5 * random.normal());
  return {
    labels: Uint8Array.from(truth, (margin) => draw(random, margin)),
    weights: undefined,
    members: Array.from({ length: count }, (_, m) =>
      truth.map((margin) => margin + 0.6 * m * random.normal()),
    ),
  };
}

/** The summed log loss of margins, straight from the definition. */
export function summedLossOf(labels: Uint8Array, margins: ArrayLike<number>, weights?: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const probability = 1 / (1 + Math.exp(-margins[row]));
    sum -= (weights?.[row] ?? 1) * Math.log(labels[row] === 1 ? probability : 1 - probability);
  }
  return sum;
}

function draw(random: Random, margin: number): number {
  return random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
}
