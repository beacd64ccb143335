import { InvalidOption } from '@verdict/core';
import type { SplitRows, ValidationScheme } from '../validation/index.ts';

/**
 * Refuses a scheme that contradicts what the table says of folds: a fold column decides alone, and rows with times
 * are not dealt at random, since later rows would then train what earlier ones judge.
 *
 * @throws InvalidOption
 */
export function requireScheme({ times, foldColumn }: SplitRows, scheme: ValidationScheme): void {
  const by =
    foldColumn !== undefined && scheme.kind !== 'column'
      ? 'the fold column, which decides alone'
      : times !== undefined && scheme.kind === 'stratified'
        ? 'time, which has one order'
        : undefined;
  if (by === undefined) return;
  const repeated = scheme.kind === 'stratified';
  throw new InvalidOption({
    option: repeated ? 'repeats' : 'windows',
    got: repeated ? scheme.repeats : scheme.kind,
    expected: `left out: the rows are parted by ${by}`,
  });
}
