import { commonLevels, levelLookup, levelTypes, levelValues, parseLevels } from './level-dictionary.ts';
import { codesOf } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/** The most levels that fitting gives a code of their own; the rare level comes on top. */
export const maximumCategoryLevels = 254;

/**
 * A category as the code of its level: the place in `levels`, or `levels.length` for the rare level, which
 * stands for every level too rare to have a code and, at prediction, for every level never seen. Without a
 * rare level (training had none to pool) an unseen level is missing. Missing is NaN.
 */
export interface CategoryStep {
  readonly kind: 'category';
  readonly input: string;
  readonly output: string;
  /** In the order of their codes: fitting puts the most frequent first, ties by code point. */
  readonly levels: readonly string[];
  readonly rare: boolean;
}

/** The number of codes that a category step can give. */
function codeCount(step: CategoryStep): number {
  return step.levels.length + (step.rare ? 1 : 0);
}

/** Categories for trees. */
export const categoryStep: StepKind<CategoryStep> = {
  kind: 'category',
  columnTypes: levelTypes,
  inputCount: 1,

  fitTransform({ inputs: [input], columns, minimumCount, maximumLevels, uniqueName }) {
    const most = Math.min(maximumLevels, maximumCategoryLevels);
    const { levels, rare } = commonLevels(codesOf(columns[0]), minimumCount, most);
    const step: CategoryStep = {
      kind: 'category',
      input: input.name,
      output: uniqueName(input.name),
      levels,
      rare,
    };
    return { step, columns: categoryStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: 'c' }],

  linear: (step) => [{ kind: 'one-hot', levels: codeCount(step) }],

  apply: (step, [column]) => [levelValues(codesOf(column), codeLookup(step))],

  rowStep(step, [slot], offset) {
    const lookup = codeLookup(step);
    return (row, target) => {
      const text = row.texts[slot];
      target[offset] = text === null ? NaN : lookup(text);
    };
  },

  parse(cursor) {
    const { input, output, levels, rare } = cursor.object(['kind', 'input', 'output', 'levels', 'rare']);
    return {
      kind: 'category',
      input: input.string(),
      output: output.string(),
      levels: parseLevels(levels),
      rare: rare.boolean(),
    };
  },
};

/** From a level's text to its code. */
function codeLookup(step: CategoryStep): (level: string) => number {
  return levelLookup(step.levels, step.rare ? step.levels.length : NaN);
}
