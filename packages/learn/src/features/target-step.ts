import { toFloat32 } from './number-step.ts';
import {
  commonLevels,
  levelLookup,
  levelPlaces,
  levelTypes,
  levelValueLookup,
  levelValues,
  mostFittedLevels,
  parseLevels,
} from './level-dictionary.ts';
import { codesOf } from './step-kind.ts';
import { smoothedRates } from './target-smoothing.ts';
import type { TargetSmoothing } from './engineered-feature.ts';
import type { LabelAccess, StepKind } from './step-kind.ts';
import type { LevelTotals } from './target-smoothing.ts';

/**
 * The share of positive rows at a category's level, smoothed (see `smoothedRates`). Levels too rare to be told share
 * one rate, which levels never seen have too. Missing is NaN.
 *
 * The training rows themselves are given the rates that the other inner folds' rows have: a rate that holds a row's
 * own label would tell it. So training rows and later rows differ on purpose, in this kind alone.
 */
export interface TargetStep {
  readonly kind: 'target';
  readonly input: string;
  readonly output: string;
  /** The most frequent first, ties by code point. */
  readonly levels: readonly string[];
  /** The rate of each level; as many. */
  readonly rates: readonly number[];
  /** The rate of all other levels. */
  readonly rare: number;
}

/** Target encoding of categories. */
export const targetStep: StepKind<TargetStep> = {
  kind: 'target',
  columnTypes: levelTypes,
  inputCount: 1,
  looksAtLabel: true,

  fitTransform({ inputs: [input], columns, options, label, minimumCount, uniqueName }) {
    if (label === undefined) throw new TypeError('target encoding was given no labels');
    const column = codesOf(columns[0]);
    const { smoothing = 'moments' } = options;
    const { levels } = commonLevels(column, minimumCount, mostFittedLevels);
    const places = levelPlaces(column, levelLookup(levels, levels.length));
    const totals = totalsOf(places, levels.length + 1, label);
    const fit = (of: LevelTotals): Float64Array => encoder(of, smoothing, minimumCount);
    const rates = [...fit(addUp(totals))];
    const rare = rates.pop()!;
    const step: TargetStep = {
      kind: 'target',
      input: input.name,
      output: uniqueName(`${label.target} rate of ${input.name}`),
      levels,
      rates,
      rare,
    };
    return { step, columns: [crossFitted(places, label, totals, fit)] };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (step, [column]) => [levelValues(codesOf(column), rateLookup(step))],

  rowStep(step, [slot], offset) {
    const lookup = rateLookup(step);
    return (row, target) => {
      const text = row.texts[slot];
      target[offset] = text === null ? NaN : lookup(text);
    };
  },

  parse(cursor) {
    const keys = cursor.object(['kind', 'input', 'output', 'levels', 'rates', 'rare']);
    const levels = parseLevels(keys.levels);
    const rates = keys.rates.numbers(levels.length, { min: 0, max: 1 });
    if (rates.length !== levels.length) keys.rates.fail('levels and rates must be equally many');
    return {
      kind: 'target',
      input: keys.input.string(),
      output: keys.output.string(),
      levels,
      rates,
      rare: keys.rare.number({ min: 0, max: 1 }),
    };
  },
};

function rateLookup({ levels, rates, rare }: TargetStep): (level: string) => number {
  return levelValueLookup(levels, rates, rare);
}

/** The rates of all levels, that of the pooled ones last: the mean if too few rows stand behind it. */
function encoder(totals: LevelTotals, smoothing: TargetSmoothing, minimumCount: number): Float64Array {
  const { rates, mean } = smoothedRates(totals, smoothing);
  const last = rates.length - 1;
  if (totals.rows[last] < minimumCount) rates[last] = mean;
  return rates;
}

/** What the rows of each inner fold add up to, level by level; without folds, those of all rows as one. */
function totalsOf(places: Int32Array, levels: number, label: LabelAccess): LevelTotals[] {
  const { labels, weights, folds } = label;
  const totals = Array.from({ length: Math.max(1, folds.count) }, () => emptyTotals(levels));
  places.forEach((place, row) => {
    if (place < 0) return;
    const own = totals[folds.foldOfRow[row]];
    const weight = weights === undefined ? 1 : weights[row];
    own.rows[place]++;
    own.weights[place] += weight;
    if (labels[row] === 1) own.positives[place] += weight;
  });
  return totals;
}

function emptyTotals(levels: number): LevelTotals {
  return {
    rows: new Float64Array(levels),
    weights: new Float64Array(levels),
    positives: new Float64Array(levels),
  };
}

/** Sums of several totals, but for those of one fold: added up anew, since taking away would round by its labels. */
function addUp(totals: readonly LevelTotals[], without = -1): LevelTotals {
  const all = emptyTotals(totals[0].rows.length);
  totals.forEach((one, fold) => {
    if (fold === without) return;
    for (let level = 0; level < all.rows.length; level++) {
      all.rows[level] += one.rows[level];
      all.weights[level] += one.weights[level];
      all.positives[level] += one.positives[level];
    }
  });
  return all;
}

/** Each training row's rate by the rows of the other folds. */
function crossFitted(
  places: Int32Array,
  { folds }: LabelAccess,
  totals: readonly LevelTotals[],
  fit: (of: LevelTotals) => Float64Array,
): Float32Array {
  const out = new Float32Array(places.length).fill(NaN);
  if (folds.count < 2) return out;
  for (let fold = 0; fold < folds.count; fold++) {
    const rates = fit(addUp(totals, fold));
    places.forEach((place, row) => {
      if (place >= 0 && folds.foldOfRow[row] === fold) out[row] = toFloat32(rates[place]);
    });
  }
  return out;
}
