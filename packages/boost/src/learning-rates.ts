import { InvalidOption } from '@verdict/core';

/** Learning rates of a training: one for each of its rounds, or a function of the round as `onRound` has it. */
export type LearningRates = readonly number[] | ((round: number) => number);

/**
 * The learning rate of every round.
 *
 * @param first number of the first round
 * @throws InvalidOption for a list that is too short, or a rate that is not positive and finite
 */
export function resolveRates(
  rates: LearningRates | undefined,
  learningRate: number,
  first: number,
  rounds: number,
): Float64Array {
  if (rates === undefined) return new Float64Array(rounds).fill(learningRate);
  const option = 'learningRates';
  if (typeof rates !== 'function' && !Array.isArray(rates)) {
    throw new InvalidOption({
      option,
      got: rates,
      expected: 'a list of numbers, or a function of the round',
    });
  }
  if (typeof rates !== 'function' && rates.length < rounds) {
    throw new InvalidOption({
      option,
      got: rates.length,
      expected: `a rate for each of the ${rounds} rounds`,
    });
  }
  return Float64Array.from({ length: rounds }, (_, i) => {
    const rate: unknown = typeof rates === 'function' ? rates(first + i) : rates[i];
    if (typeof rate === 'number' && rate > 0 && rate < Infinity) return rate;
    throw new InvalidOption({ option, got: rate, expected: `a positive number for round ${first + i}` });
  });
}
