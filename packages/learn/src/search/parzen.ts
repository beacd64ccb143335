import type { Random } from '@verdict/core';
import { normalCdf } from '../metrics/normal-distribution.ts';
import { fromInner, innerRange, toInner } from './point.ts';
import type { Point } from './point.ts';
import type { ChoiceDimension, Dimension, NumberDimension } from './space.ts';

/** Observations from which on older ones count less (Optuna's default weights). */
const FULL_WEIGHTS = 25;
/** Ranges of whole numbers up to this have their masses in a table. */
const FEW_VALUES = 64;
/** The bandwidth of one observation in one dimension, as a share of the range. */
const BANDWIDTH = 0.2;

/** A kernel of a number: a normal density cut off at the ends of the range. */
interface NumberKernel {
  readonly mean: number;
  readonly deviation: number;
  /** Logarithm of what the ends of the range leave of it. */
  readonly logInside: number;
  /** Logarithms of the masses of whole numbers from `low` on, where there are few. */
  readonly logMasses?: Float64Array;
}

/**
 * A density over a search space: a mixture of product kernels, one around each observation and one, the prior, over
 * the whole space. The multivariate Parzen estimator of Falkner et al. 2018 (BOHB, section 4.1) with the bandwidths and
 * weights of Optuna's TPESampler(multivariate=True): Scott's exponent, 0.2 n^(-1/(d+4)) of the range, at least
 * 1/(n+2) of it ("magic clip"); whole numbers have the mass of their interval; choices get one over the number of
 * kernels beside their own one. Where an observation lacks a dimension, its kernel is the prior's.
 */
export class ParzenEstimator {
  readonly #dimensions: readonly Dimension[];
  readonly #points: readonly Point[];
  readonly #weights: Float64Array;
  /** For each component and dimension; undefined for choices. */
  readonly #kernels: readonly (readonly (NumberKernel | undefined)[])[];

  /** @param points observations, the oldest first */
  constructor(dimensions: readonly Dimension[], points: readonly Point[]) {
    this.#dimensions = dimensions;
    this.#points = points;
    this.#weights = mixtureWeights(points.length);
    const n = points.length;
    const scott = BANDWIDTH * Math.max(n, 1) ** (-1 / (dimensions.length + 4));
    const share = Math.min(1, Math.max(scott, 1 / Math.min(100, n + 2)));
    this.#kernels = [...points, []].map((point) =>
      dimensions.map((dimension, d) =>
        dimension.kind === 'choice' ? undefined : kernelAt(dimension, point[d], share),
      ),
    );
  }

  /** Draws a point: a component by its weight, then each dimension from it. Conditions are not looked at. */
  sample(random: Random): Point {
    const component = draw(this.#weights, random);
    return this.#dimensions.map((dimension, d) => {
      if (dimension.kind === 'choice') {
        const own = this.#points[component]?.[d];
        return draw(
          dimension.choices.map((_, value) => this.#mass(dimension, own, value)),
          random,
        );
      }
      const { mean, deviation } = this.#kernelOf(component, d);
      const { low, high } = innerRange(dimension);
      // The mean lies within the range and the deviation is at most its width: one draw in three is inside.
      let inner = mean + deviation * random.normal();
      while (!(inner >= low && inner <= high)) inner = mean + deviation * random.normal();
      return fromInner(dimension, inner);
    });
  }

  /** Natural logarithm of the density (mass, for whole numbers and choices) in the dimensions that a point has. */
  logDensity(point: Point): number {
    const logs = Array.from(this.#weights, (weight, component) => {
      let sum = Math.log(weight);
      this.#dimensions.forEach((dimension, d) => {
        const value = point[d];
        if (value === undefined) return;
        sum +=
          dimension.kind === 'choice'
            ? Math.log(this.#mass(dimension, this.#points[component]?.[d], value))
            : logKernel(dimension, this.#kernelOf(component, d), value);
      });
      return sum;
    });
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  }

  #kernelOf(component: number, dimension: number): NumberKernel {
    const kernel = this.#kernels[component][dimension];
    if (kernel === undefined) throw new Error('A choice has no kernel of numbers.');
    return kernel;
  }

  /**
   * The probability of a choice in a component.
   *
   * @param own the choice that was observed; undefined for the prior
   */
  #mass({ choices }: ChoiceDimension, own: number | undefined, value: number): number {
    if (own === undefined) return 1 / choices.length;
    const share = 1 / this.#weights.length;
    return ((value === own ? 1 : 0) + share) / (1 + share * choices.length);
  }
}

/**
 * The kernel around an observation; the prior's if there is none.
 *
 * @param share of the range that is its deviation
 */
function kernelAt(dimension: NumberDimension, own: number | undefined, share: number): NumberKernel {
  const { low, high } = innerRange(dimension);
  const width = high - low;
  const mean = own === undefined ? 0.5 * (low + high) : toInner(dimension, own);
  const deviation = own === undefined ? width : share * width;
  const below = (x: number): number => normalCdf((x - mean) / deviation);
  const logInside = Math.log(below(high) - below(low));
  if (!isWhole(dimension) || width > FEW_VALUES) return { mean, deviation, logInside };
  const borders = Float64Array.from({ length: width + 1 }, (_, i) => below(low + i));
  const logMasses = Float64Array.from({ length: width }, (_, i) => {
    return Math.log(borders[i + 1] - borders[i]) - logInside;
  });
  return { mean, deviation, logInside, logMasses };
}

/** True for numbers whose density is the mass of the interval that is rounded to them. */
function isWhole({ integer, log }: NumberDimension): boolean {
  return integer && !log;
}

function logKernel(
  dimension: NumberDimension,
  { mean, deviation, logInside, logMasses }: NumberKernel,
  value: number,
): number {
  if (logMasses !== undefined) return logMasses[value - dimension.low];
  if (isWhole(dimension)) {
    const below = (x: number): number => normalCdf((x - mean) / deviation);
    return Math.log(below(value + 0.5) - below(value - 0.5)) - logInside;
  }
  const z = (toInner(dimension, value) - mean) / deviation;
  return -0.5 * z * z - Math.log(deviation * Math.sqrt(2 * Math.PI)) - logInside;
}

/** A position, drawn by probabilities that add up to 1. */
function draw(probabilities: ArrayLike<number>, random: Random): number {
  let left = random.float();
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i];
    if (left < 0) return i;
  }
  return probabilities.length - 1;
}

/** Weights of the observations, the oldest first, and of the prior: the newest 25 alike, older ones on a ramp. */
function mixtureWeights(observations: number): Float64Array {
  const older = Math.max(0, observations - FULL_WEIGHTS);
  const weights = Float64Array.from({ length: observations + 1 }, (_, i) => {
    if (i >= older) return 1;
    const first = 1 / observations;
    return older === 1 ? first : first + ((1 - first) * i) / (older - 1);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
