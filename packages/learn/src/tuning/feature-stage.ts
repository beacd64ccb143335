import { testGain } from '../ensemble/gain-test.ts';
import type { GainTest } from '../ensemble/gain-test.ts';
import { engineeredByGain, proposeFeatures } from '../features/index.ts';
import type { EngineeredFeature } from '../features/index.ts';
import { rowLogLoss } from '../metrics/probability-metrics.ts';
import type { CrossFit, Recipe, Rows } from '../training/index.ts';
import { defaultRecipe } from '../training/index.ts';
import { remaining, timed } from './budget.ts';
import type { Budget } from './budget.ts';

/** What some engineered features did out of fold. */
export interface FamilyOutcome {
  /** Which they were, in words. */
  readonly family: string;
  readonly count: number;
  /** Mean fall of the log loss of a row, out of fold, and its standard error; NaN where there was no time to try. */
  readonly gain: number;
  readonly standardError: number;
  readonly kept: boolean;
}

/** The engineered features that paid. */
export interface FeatureChoice {
  readonly engineered: readonly EngineeredFeature[];
  readonly families: readonly FamilyOutcome[];
  /** The fit with those features, by the default recipe. */
  readonly fit: CrossFit;
}

export interface FeatureStageInput {
  readonly rows: Rows;
  /** The fit without engineered features, and the seconds that it took. */
  readonly base: CrossFit;
  readonly baseSeconds: number;
  readonly fit: (rows: Rows, recipe: Recipe) => Promise<CrossFit>;
  /** Trees alone, with engineered features: what they make of them ranks these. */
  readonly grow: (engineered: readonly EngineeredFeature[]) => Promise<Pick<CrossFit, 'plan' | 'trees'>>;
  readonly budget: Budget;
}

/** Some features that are tried together. */
interface Candidate {
  readonly family: string;
  readonly features: readonly EngineeredFeature[];
}

/** A candidate that was tried, or for which there was no time. */
interface Attempt extends Candidate {
  readonly gain: number;
  readonly standardError: number;
  readonly fit?: CrossFit;
}

/** Whole families of proposals mostly harm: many features that each help a little are many ways to overfit. */
const STRONGEST = [4, 8, 16];
/** With engineered features a fit takes longer than without, by up to about this factor. */
const SLOWER = 1.5;
const EPSILON = 1e-15;

/**
 * Tries engineered features with the whole model and keeps those whose out-of-fold log loss falls by more than one
 * standard error of the paired difference. Trees are grown once with all proposals for them, to rank these by what trees
 * make of them; then the strongest few are tried. Logarithms and ranks, which are news to the regression alone, are tried by
 * themselves. If both pay and together do worse than the better of them, that one remains.
 */
export async function chooseFeatures(input: FeatureStageInput): Promise<FeatureChoice> {
  const { rows, base } = input;
  const { shape, ...forTrees } = proposeFeatures({
    boosters: [base.trees],
    plan: base.plan,
    dataset: rows.dataset,
  });
  const tries = new Tries(input);
  const strongest = await bestOf(tries, await strongestOf(input, Object.values(forTrees).flat()));
  const shaped = await bestOf(tries, [{ family: 'logarithms and ranks', features: shape }]);
  const paid = [strongest, shaped]
    .filter((attempt) => attempt !== undefined)
    .toSorted((a, b) => b.gain - a.gain);
  const [best, other] = paid;
  if (best === undefined) return { engineered: [], families: tries.outcomes([]), fit: base };
  if (other !== undefined) {
    const features = [...best.features, ...other.features];
    const both = await tries.try({ family: 'both', features }, false);
    if (both.fit !== undefined && both.gain > best.gain)
      return { engineered: features, families: tries.outcomes([best, other]), fit: both.fit };
  }
  return { engineered: best.features, families: tries.outcomes([best]), fit: best.fit! };
}

/** The few features of which trees make most, in several numbers. */
async function strongestOf(
  { grow, budget, baseSeconds }: FeatureStageInput,
  features: readonly EngineeredFeature[],
): Promise<Candidate[]> {
  if (features.length === 0 || remaining(budget) < SLOWER * baseSeconds) return [];
  const { plan, trees } = await grow(features);
  const sources = new Map(plan.outputs.map((output) => [output.name, output.sources.join('\n')]));
  const kinds = new Map(plan.steps.map((step) => ['output' in step ? step.output : '', step.kind]));
  const ranked = engineeredByGain(plan, [trees]).map(({ feature }) =>
    features.find(
      ({ kind, inputs }) =>
        inputs.join('\n') === sources.get(feature) && (kinds.get(feature) ?? 'text') === kind,
    ),
  );
  const distinct = [...new Set(ranked.filter((feature) => feature !== undefined))];
  return STRONGEST.filter((_, i) => i === 0 || distinct.length > STRONGEST[i - 1]).map((count) => {
    const strongest = distinct.slice(0, count);
    return { family: `the strongest ${strongest.length}`, features: strongest };
  });
}

/** The candidate that gains most, if that pays. */
async function bestOf(tries: Tries, candidates: readonly Candidate[]): Promise<Attempt | undefined> {
  let best: Attempt | undefined;
  for (const candidate of candidates) {
    if (candidate.features.length === 0) continue;
    const attempt = await tries.try(candidate);
    if (attempt.gain > attempt.standardError && attempt.gain > (best?.gain ?? 0)) best = attempt;
  }
  return best;
}

/** Fits candidates as long as there is time, and remembers what came out. */
class Tries {
  readonly #input: FeatureStageInput;
  readonly #attempts: Attempt[] = [];
  #seconds: number;

  constructor(input: FeatureStageInput) {
    this.#input = input;
    this.#seconds = SLOWER * input.baseSeconds;
  }

  /** @param listed whether it is one of the outcomes */
  async try(candidate: Candidate, listed = true): Promise<Attempt> {
    const { rows, base, fit, budget } = this.#input;
    let attempt: Attempt = { ...candidate, gain: NaN, standardError: NaN };
    if (remaining(budget) >= this.#seconds) {
      const recipe = { ...defaultRecipe(rows.dataset.rowCount), engineered: candidate.features };
      const { result, seconds } = await timed(budget, () => fit(rows, recipe));
      this.#seconds = Math.max(this.#seconds, seconds);
      const { gain, standardError } = gainOf(rows, base, result);
      attempt = { ...candidate, gain, standardError, fit: result };
    }
    if (listed) this.#attempts.push(attempt);
    return attempt;
  }

  outcomes(kept: readonly Attempt[]): FamilyOutcome[] {
    return this.#attempts.map((attempt) => {
      const { family, features, gain, standardError } = attempt;
      return { family, count: features.length, gain, standardError, kept: kept.includes(attempt) };
    });
  }
}

/** Mean fall of the log loss from one fit to another, out of fold; rows of a group count as one. */
function gainOf(
  { labels, weights, groups }: Pick<Rows, 'labels' | 'weights' | 'groups'>,
  from: CrossFit,
  to: CrossFit,
): GainTest {
  const [before, after] = [from, to].map(({ decided }) => decided.probabilities);
  const falls = Float64Array.from(
    labels,
    (label, row) => rowLogLoss(label, before[row], EPSILON) - rowLogLoss(label, after[row], EPSILON),
  );
  return testGain(falls, weights, groups);
}
