import type { CodeColumn } from '@verdict/core';
import { maximumCategoryLevels } from './category-step.ts';
import { compareCodePoints } from './code-points.ts';
import { commonLevels, levelLookup, levelPlaces, levelTypes, mostFittedLevels } from './level-dictionary.ts';
import { parsePair } from './number-pair.ts';
import { codesOf } from './step-kind.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { InputPair } from './number-pair.ts';
import type { StepKind } from './step-kind.ts';

/**
 * Two categories as one: the code of the pair of their levels, or `levels.length` for the rare level, which stands for
 * every pair too rare to have a code and, at prediction, for every pair never seen. Without a rare level (training
 * had none to pool) a pair never seen is missing. A row that misses one of the two is missing.
 */
export interface CrossStep {
  readonly kind: 'cross';
  readonly inputs: InputPair;
  readonly output: string;
  /** In the order of their codes: fitting puts the most frequent first, ties by code points of the first, then the second. */
  readonly levels: readonly (readonly [first: string, second: string])[];
  readonly rare: boolean;
}

/** Crosses of two categories. */
export const crossStep: StepKind<CrossStep> = {
  kind: 'cross',
  columnTypes: levelTypes,
  inputCount: 2,

  fitTransform({ inputs: [first, second], columns, minimumCount, maximumLevels, uniqueName }) {
    const most = Math.min(maximumLevels, maximumCategoryLevels);
    const step: CrossStep = {
      kind: 'cross',
      inputs: [first.name, second.name],
      output: uniqueName(`${first.name} × ${second.name}`),
      ...commonPairs(codesOf(columns[0]), codesOf(columns[1]), minimumCount, most),
    };
    return { step, columns: crossStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: step.inputs, type: 'c' }],

  linear: (step) => [{ kind: 'one-hot', levels: step.levels.length + (step.rare ? 1 : 0) }],

  apply(step, columns) {
    const { placeOfFirst, placeOfSecond, codeOf } = pairLookup(step);
    const first = levelPlaces(codesOf(columns[0]), placeOfFirst);
    const second = levelPlaces(codesOf(columns[1]), placeOfSecond);
    const out = new Float32Array(first.length);
    for (let row = 0; row < out.length; row++)
      out[row] = first[row] < 0 || second[row] < 0 ? NaN : codeOf(first[row], second[row]);
    return [out];
  },

  rowStep(step, [slotOfFirst, slotOfSecond], offset) {
    const { placeOfFirst, placeOfSecond, codeOf } = pairLookup(step);
    return (row, target) => {
      const first = row.texts[slotOfFirst];
      const second = row.texts[slotOfSecond];
      // A word for "missing" has the place NaN, and no code.
      target[offset] =
        first === null || second === null ? NaN : codeOf(placeOfFirst(first), placeOfSecond(second));
    };
  },

  parse(cursor) {
    const { inputs, output, levels, rare } = cursor.object(['kind', 'inputs', 'output', 'levels', 'rare']);
    return {
      kind: 'cross',
      inputs: parsePair(inputs),
      output: output.string(),
      levels: parsePairs(levels),
      rare: rare.boolean(),
    };
  },
};

interface PairLookup {
  readonly placeOfFirst: (level: string) => number;
  readonly placeOfSecond: (level: string) => number;
  readonly codeOf: (first: number, second: number) => number;
}

/** From two levels to the code of their pair, by the places of the levels among those that pairs have. */
function pairLookup({ levels, rare }: CrossStep): PairLookup {
  const firsts = [...new Set(levels.map(([first]) => first))];
  const seconds = [...new Set(levels.map(([, second]) => second))];
  const firstPlaces = new Map(firsts.map((level, place) => [level, place]));
  const secondPlaces = new Map(seconds.map((level, place) => [level, place]));
  // One more of each for levels that no pair has.
  const width = seconds.length + 1;
  const codes = new Map(
    levels.map(([first, second], code) => [
      firstPlaces.get(first)! * width + secondPlaces.get(second)!,
      code,
    ]),
  );
  const rareCode = rare ? levels.length : NaN;
  return {
    placeOfFirst: levelLookup(firsts, firsts.length),
    placeOfSecond: levelLookup(seconds, seconds.length),
    codeOf: (first, second) =>
      Number.isNaN(first) || Number.isNaN(second) ? NaN : (codes.get(first * width + second) ?? rareCode),
  };
}

/** The pairs of levels that at least `minimumCount` rows have, and at most `most` of them. */
function commonPairs(
  first: CodeColumn,
  second: CodeColumn,
  minimumCount: number,
  most: number,
): Pick<CrossStep, 'levels' | 'rare'> {
  // A pair cannot be more common than its levels: only common levels need to be counted in pairs.
  const firsts = commonLevels(first, minimumCount, mostFittedLevels).levels;
  const seconds = commonLevels(second, minimumCount, mostFittedLevels).levels;
  const firstPlaces = levelPlaces(first, levelLookup(firsts, firsts.length));
  const secondPlaces = levelPlaces(second, levelLookup(seconds, seconds.length));
  const width = seconds.length + 1;
  const counts = new Map<number, number>();
  let known = 0;
  for (let row = 0; row < firstPlaces.length; row++) {
    if (firstPlaces[row] < 0 || secondPlaces[row] < 0) continue;
    known++;
    if (firstPlaces[row] === firsts.length || secondPlaces[row] === seconds.length) continue;
    const pair = firstPlaces[row] * width + secondPlaces[row];
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const common = [...counts]
    .filter(([, count]) => count >= minimumCount)
    .map(([pair, count]) => ({
      levels: [firsts[Math.floor(pair / width)], seconds[pair % width]] as const,
      count,
    }))
    .sort(
      (a, b) =>
        b.count - a.count ||
        compareCodePoints(a.levels[0], b.levels[0]) ||
        compareCodePoints(a.levels[1], b.levels[1]),
    )
    .slice(0, most);
  const pooled = known - common.reduce((sum, { count }) => sum + count, 0);
  return { levels: common.map(({ levels }) => levels), rare: pooled > 0 };
}

/** Reads pairs of levels, each once, from JSON that is not trusted. */
function parsePairs(cursor: JsonCursor): [string, string][] {
  const pairs = cursor.array(maximumCategoryLevels).map((item): [string, string] => {
    const [first, second] = item.array(2).map((level) => level.string(2_000_000));
    return second === undefined ? item.fail('expected two levels') : [first, second];
  });
  const seen = new Set(pairs.map((pair) => JSON.stringify(pair)));
  return seen.size < pairs.length ? cursor.fail('a pair of levels comes twice') : pairs;
}
