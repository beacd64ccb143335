import {
  commonLevels,
  levelTypes,
  levelValueLookup,
  levelValues,
  mostFittedLevels,
  parseLevels,
} from './level-dictionary.ts';
import { codesOf } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/**
 * How often a category's level came in training: the share of all training rows. Levels that fewer rows have than may
 * be told, and levels never seen, have the share 0. Missing is NaN.
 */
export interface FrequencyStep {
  readonly kind: 'frequency';
  readonly input: string;
  readonly output: string;
  /** The most frequent first, ties by code point. */
  readonly levels: readonly string[];
  /** The share of each level; as many. */
  readonly shares: readonly number[];
}

/** Frequencies of categories. */
export const frequencyStep: StepKind<FrequencyStep> = {
  kind: 'frequency',
  columnTypes: levelTypes,
  inputCount: 1,

  fitTransform({ inputs: [input], columns, minimumCount, uniqueName }) {
    const column = codesOf(columns[0]);
    const { levels, counts } = commonLevels(column, minimumCount, mostFittedLevels);
    const step: FrequencyStep = {
      kind: 'frequency',
      input: input.name,
      output: uniqueName(`how often ${input.name}`),
      levels,
      shares: counts.map((count) => count / column.codes.length),
    };
    return { step, columns: frequencyStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (step, [column]) => [levelValues(codesOf(column), shareLookup(step))],

  rowStep(step, [slot], offset) {
    const lookup = shareLookup(step);
    return (row, target) => {
      const text = row.texts[slot];
      target[offset] = text === null ? NaN : lookup(text);
    };
  },

  parse(cursor) {
    const keys = cursor.object(['kind', 'input', 'output', 'levels', 'shares']);
    const levels = parseLevels(keys.levels);
    const shares = keys.shares.numbers(levels.length, { min: 0, max: 1 });
    if (shares.length !== levels.length) keys.shares.fail('levels and shares must be equally many');
    return { kind: 'frequency', input: keys.input.string(), output: keys.output.string(), levels, shares };
  },
};

function shareLookup({ levels, shares }: FrequencyStep): (level: string) => number {
  return levelValueLookup(levels, shares, 0);
}
