import { isMissing } from '@verdict/core';
import { compareCodePoints } from './code-points.ts';
import type { CodeColumn } from '@verdict/core';
import { codesOf } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/** The most levels that fitting gives a code of their own; the rare level comes on top. */
export const maximumCategoryLevels = 254;

/** The most levels that a plan may hold: those of models from elsewhere can be many. */
const mostStoredLevels = 1_000_000;

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
  columnTypes: ['category', 'text', 'identifier', 'constant'],

  fitTransform({ input, column, minimumCount, maximumLevels, uniqueName }) {
    const counts = [...levelCounts(codesOf(column))].sort(
      ([a, m], [b, n]) => n - m || compareCodePoints(a, b),
    );
    const levels = counts
      .filter(([, count]) => count >= minimumCount)
      .slice(0, Math.min(maximumLevels, maximumCategoryLevels))
      .map(([level]) => level);
    const step: CategoryStep = {
      kind: 'category',
      input: input.name,
      output: uniqueName(input.name),
      levels,
      rare: levels.length < counts.length,
    };
    return { step, columns: categoryStep.apply(step, column) };
  },

  outputs: (step) => [{ name: step.output, source: step.input, type: 'c' }],

  linear: (step) => [{ kind: 'one-hot', levels: codeCount(step) }],

  apply(step, column) {
    const { codes, levels } = codesOf(column);
    const lookup = levelLookup(step);
    // The batch's dictionary is translated once per level, not per row.
    const translated = Float32Array.from(levels, lookup);
    const out = new Float32Array(codes.length);
    for (let i = 0; i < codes.length; i++) out[i] = codes[i] < 0 ? NaN : translated[codes[i]];
    return [out];
  },

  rowStep(step, slot, offset) {
    const lookup = levelLookup(step);
    return (row, target) => {
      const text = row.texts[slot];
      target[offset] = text === null ? NaN : lookup(text);
    };
  },

  parse(cursor) {
    const { input, output, levels, rare } = cursor.object(['kind', 'input', 'output', 'levels', 'rare']);
    const parsed = levels.array(mostStoredLevels).map((level) => level.string(2_000_000));
    if (new Set(parsed).size < parsed.length) levels.fail('a level comes twice');
    return {
      kind: 'category',
      input: input.string(),
      output: output.string(),
      levels: parsed,
      rare: rare.boolean(),
    };
  },
};

/**
 * From a level's text to its code. Blanks around a level do not count, as in reading, unless the level was
 * known with them. A word for "missing" that was no level in training stays missing.
 */
function levelLookup(step: CategoryStep): (level: string) => number {
  const codes = new Map(step.levels.map((level, code) => [level, code]));
  const rareCode = step.rare ? step.levels.length : NaN;
  return (level) => codes.get(level) ?? codes.get(level.trim()) ?? (isMissing(level) ? NaN : rareCode);
}

/** How many rows have each level; levels that no row has are left out. */
function levelCounts({ codes, levels }: CodeColumn): Map<string, number> {
  const byCode = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) byCode[code]++;
  const counts = new Map<string, number>();
  levels.forEach((level, code) => {
    if (byCode[code] > 0) counts.set(level, (counts.get(level) ?? 0) + byCode[code]);
  });
  return counts;
}
