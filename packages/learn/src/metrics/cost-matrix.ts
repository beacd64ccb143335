import { InvalidOption } from '@verdict/core';
import type { Confusion } from './decision-metrics.ts';

/** What the four outcomes of a decision cost, in any unit; negative numbers are gains. */
export interface CostMatrix {
  /** A negative row that is called positive: a false alarm. */
  readonly costFp: number;
  /** A positive row that is called negative: a miss. */
  readonly costFn: number;
  /** A positive row that is called positive; default 0. */
  readonly costTp?: number;
  /** A negative row that is called negative; default 0. */
  readonly costTn?: number;
}

/** What decisions cost per row. */
export function meanCost({ tp, fp, tn, fn }: Confusion, costs: CostMatrix): number {
  const { costFp, costFn, costTp = 0, costTn = 0 } = costs;
  return (costFp * fp + costFn * fn + costTp * tp + costTn * tn) / (tp + fp + tn + fn);
}

/** Larger costs would overflow when they are summed up over many rows. */
const LARGEST_COST = 1e12;

/**
 * Refuses costs by which no decision makes sense. Elkan's conditions (2001): an error costs more than the right
 * answer for the same row; here one of the two may cost as much, since the other then decides.
 *
 * @throws InvalidOption
 */
export function requireCosts({ costFp, costFn, costTp = 0, costTn = 0 }: CostMatrix): void {
  for (const [option, cost] of [
    ['costFp', costFp],
    ['costFn', costFn],
  ] as const) {
    if (!(cost >= 0 && cost <= LARGEST_COST)) {
      throw new InvalidOption({ option, got: cost, expected: `a cost from 0 to ${LARGEST_COST}` });
    }
  }
  for (const [option, cost] of [
    ['costTp', costTp],
    ['costTn', costTn],
  ] as const) {
    if (!(Math.abs(cost) <= LARGEST_COST)) {
      throw new InvalidOption({
        option,
        got: cost,
        expected: `a cost from -${LARGEST_COST} to ${LARGEST_COST}`,
      });
    }
  }
  for (const [option, got, error, bound] of [
    ['costTn', costTn, 'costFp', costFp],
    ['costTp', costTp, 'costFn', costFn],
  ] as const) {
    if (got > bound) {
      throw new InvalidOption({
        option,
        got,
        expected: `at most ${error} (${bound}): a right answer must not cost more than the error, or the error would be wanted`,
      });
    }
  }
  if (costFp === costTn && costFn === costTp) {
    throw new InvalidOption({
      option: 'costFp and costFn',
      got: [costFp, costFn],
      expected:
        costTp === 0 && costTn === 0
          ? 'not both zero'
          : 'at least one error that costs more than the right answer',
    });
  }
}
