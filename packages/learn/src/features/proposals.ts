import type { Booster } from '@verdict/boost';
import { findColumn } from '@verdict/core';
import type { CodeColumn, ColumnType, Dataset } from '@verdict/core';
import { coSplits } from './co-splits.ts';
import { levelTypes } from './level-dictionary.ts';
import { medianOf } from './median.ts';
import { skewness } from './skewness.ts';
import { twinFinder, valueCount } from './twin-columns.ts';
import type { CoSplit } from './co-splits.ts';
import type { EngineeredFeature } from './engineered-feature.ts';
import type { FeaturePlan } from './feature-plan.ts';

/** What proposals are made from. */
export interface ProposalInput {
  /** The plan whose features the boosters read. */
  readonly plan: FeaturePlan;
  /** Training rows. */
  readonly dataset: Dataset;
  /** Fold models; without any there are no pairs and crosses. Only their training rows' labels are looked at. */
  readonly boosters: readonly Booster[];
}

/** How many proposals there may be, whatever the number of columns. */
export interface ProposalLimits {
  /** Pairs of numbers, each of which gives a ratio, a product and a difference; default 20. */
  readonly pairs?: number;
  /** Crosses of categories; default 10. */
  readonly crosses?: number;
  /** Columns of each family of single columns, and pairs of date-times; default 20. */
  readonly columns?: number;
  /** Texts, each of which gives 32 columns; default 4. */
  readonly texts?: number;
}

/** Families of features that may pay; each is to be tried out of fold. All may be empty. */
export interface FeatureProposals {
  /** Ratios, products and differences of numbers that trees split on together. */
  readonly pairs: readonly EngineeredFeature[];
  /** Frequencies and rates of categories with many levels. */
  readonly encodings: readonly EngineeredFeature[];
  /** Crosses of categories that trees split on together. */
  readonly crosses: readonly EngineeredFeature[];
  /** Hashed words of texts. */
  readonly text: readonly EngineeredFeature[];
  /** Days between date-times. */
  readonly dates: readonly EngineeredFeature[];
  /** Logarithms and ranks of skewed numbers: news to the regression only. */
  readonly shape: readonly EngineeredFeature[];
}

/** A category with more levels than this is encoded as numbers too. */
const MANY_LEVELS = 8;
/** Beyond this skewness a number is proposed as logarithm and rank: that of an exponential distribution is 2. */
const SKEWED = 1;
/** So many times the pairs that are wanted are looked at, to find those that do not say the same. */
const PAIRS_LOOKED_AT = 10;

/**
 * Proposes features that a model might gain from, in the order in which they promise most. The same input gives the
 * same proposals.
 */
export function proposeFeatures(input: ProposalInput, limits: ProposalLimits = {}): FeatureProposals {
  const { pairs = 20, crosses = 10, columns = 20, texts = 4 } = limits;
  const { plan, dataset, boosters } = input;
  const named = (types: readonly ColumnType[]): string[] =>
    plan.inputs.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  return {
    pairs: withoutTwins(dataset, splitTogether(plan, boosters, 'number'), pairs).flatMap(
      ([first, second]): EngineeredFeature[] => [
        { kind: 'ratio', inputs: betterRatio(dataset, first, second) },
        { kind: 'product', inputs: [first, second] },
        { kind: 'difference', inputs: [first, second] },
      ],
    ),
    encodings: named(levelTypes)
      .filter((name) => levelCount(dataset, name) > MANY_LEVELS)
      .slice(0, columns)
      .flatMap((name): EngineeredFeature[] => [
        { kind: 'target', inputs: [name] },
        { kind: 'frequency', inputs: [name] },
      ]),
    crosses: splitTogether(plan, boosters, 'category')
      .slice(0, crosses)
      .map((inputs) => ({ kind: 'cross', inputs })),
    text: named(['text'])
      .slice(0, texts)
      .map((name) => ({ kind: 'text', inputs: [name] })),
    dates: pairsOf(named(['datetime']), columns).map((inputs) => ({
      kind: 'elapsed',
      inputs: byTime(dataset, inputs),
    })),
    shape: mostSkewed(dataset, named(['numeric', 'integer']))
      .slice(0, columns)
      .flatMap((name): EngineeredFeature[] => [
        { kind: 'log', inputs: [name] },
        { kind: 'rank', inputs: [name] },
      ]),
  };
}

/** Pairs of columns of a kind that trees split on together, by falling gain; features of two columns do not count. */
function splitTogether(
  plan: FeaturePlan,
  boosters: readonly Booster[],
  kind: 'number' | 'category',
): [string, string][] {
  const places = new Map(plan.inputs.map(({ name }, place) => [name, place]));
  const groups = new Map<string, number>();
  for (const step of plan.steps) {
    if (step.kind !== kind || (step.kind === 'number' && step.type !== 'q' && step.type !== 'int')) continue;
    groups.set(step.output, places.get(step.input)!);
  }
  const groupOfFeature = plan.outputs.map(({ name }) => groups.get(name) ?? -1);
  return coSplits(boosters, (feature) => groupOfFeature[feature] ?? -1).map(
    ({ first, second }: CoSplit): [string, string] => [plan.inputs[first].name, plan.inputs[second].name],
  );
}

/**
 * The first `most` pairs of columns that are more than a yes or no (whose product with a number is what two splits in
 * a row do), without those of which an earlier pair says the
 * same, since its columns are their twins, or which are twins of one another.
 */
function withoutTwins(
  dataset: Dataset,
  pairs: readonly (readonly [string, string])[],
  most: number,
): (readonly [string, string])[] {
  const firstOf = twinFinder(dataset);
  const seen = new Set<string>();
  const kept: (readonly [string, string])[] = [];
  for (const pair of pairs.slice(0, PAIRS_LOOKED_AT * most)) {
    if (kept.length === most) break;
    if (pair.some((name) => valueCount(dataset, name, 3) < 3)) continue;
    const key = JSON.stringify(pair.map(firstOf).sort());
    if (firstOf(pair[0]) === firstOf(pair[1]) || seen.has(key)) continue;
    seen.add(key);
    kept.push(pair);
  }
  return kept;
}

/** The ratio of two columns that is missing in fewer rows: that with fewer zeros below. */
function betterRatio(dataset: Dataset, first: string, second: string): [string, string] {
  return zeros(dataset, first) < zeros(dataset, second) ? [second, first] : [first, second];
}

function zeros(dataset: Dataset, name: string): number {
  let count = 0;
  for (const value of numbersOf(dataset, name)) if (value === 0) count++;
  return count;
}

/** The two date-times with the one first that mostly comes first. */
function byTime(dataset: Dataset, [first, second]: readonly [string, string]): [string, string] {
  const later = medianOf(numbersOf(dataset, first)) > medianOf(numbersOf(dataset, second));
  return later ? [second, first] : [first, second];
}

/** The first `most` pairs of names: every name with the ones behind it. */
function pairsOf(names: readonly string[], most: number): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < names.length; i++)
    for (let j = i + 1; j < names.length && pairs.length < most; j++) pairs.push([names[i], names[j]]);
  return pairs;
}

/** The columns that are skewed, the most skewed first. */
function mostSkewed(dataset: Dataset, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, skew: Math.abs(skewness(numbersOf(dataset, name))) }))
    .filter(({ skew }) => skew > SKEWED)
    .sort((a, b) => b.skew - a.skew)
    .map(({ name }) => name);
}

/** How many levels rows have. */
function levelCount(dataset: Dataset, name: string): number {
  const column = findColumn(dataset, name);
  return column?.kind === 'code' ? usedLevels(column) : 0;
}

function usedLevels({ codes, levels }: CodeColumn): number {
  const used = new Uint8Array(levels.length);
  for (const code of codes) if (code >= 0) used[code] = 1;
  return used.reduce((sum, one) => sum + one, 0);
}

function numbersOf(dataset: Dataset, name: string): Float64Array {
  const column = findColumn(dataset, name);
  return column?.kind === 'number' ? column.values : new Float64Array(0);
}
