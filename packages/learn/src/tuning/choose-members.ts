import { chooseEnsemble, kindOf } from '../ensemble/index.ts';
import type { EnsembleChoice } from '../ensemble/index.ts';
import type { SearchResult, Trial } from '../search/index.ts';
import type { TreeMember } from '../training/index.ts';
import { remaining } from './budget.ts';
import type { ChoiceInput } from './choice-input.ts';
import { finishingSeconds } from './finishing.ts';
import type { Pace } from './finishing.ts';

/** The most members that trees are blended of; each is served with the model. */
const MOST_MEMBERS = 8;
/** Share of the budget by which an estimate may exceed what is left of it: no estimate is better than that. */
const TOLERANCE = 0.02;
/** Trials that an ensemble is chosen from, the best ones. */
const MOST_CANDIDATES = 30;

/**
 * The trials that ship and their shares, of those that can still be fitted in time; none if no trial is complete.
 * Where the best trial cannot, the next one takes its place, or the quickest if none can.
 */
export function chooseMembers(
  input: ChoiceInput,
  { trials, ranking }: SearchResult,
  linear: Float64Array,
  folds: Uint8Array,
  pace: Pace,
): { readonly members: EnsembleChoice['members']; readonly ensemble?: EnsembleChoice } {
  const { rows, settings, tuning, budget } = input;
  const after = { ...input, fits: input.fits() };
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const complete = ranking
    .map((number) => byNumber.get(number)!)
    .filter(({ status }) => status === 'complete');
  const affordable = (some: readonly Trial[]): boolean =>
    finishingSeconds(after, pace, some.map(growingSeconds)) <
    remaining(budget) + TOLERANCE * (budget.seconds ?? 0);
  const lone =
    complete.find((trial) => affordable([trial])) ?? complete.toSorted((a, b) => a.seconds - b.seconds).at(0);
  const single = lone === undefined ? [] : [{ trial: lone.number, weight: 1 }];
  if (!tuning.ensemble || complete.length < 2) return { members: single };
  const { labels, weights, groups } = rows;
  const candidates = complete.slice(0, MOST_CANDIDATES);
  const ensemble = chooseEnsemble({
    labels,
    weights,
    groups,
    folds,
    members: candidates.map((trial) => ({
      trial: trial.number,
      kind: kindOf(trial.configuration),
      margins: trial.oof,
      trees: treesOf(trial, settings.options.folds),
    })),
    linear,
    seed: settings.options.seed,
  });
  const members = heaviest(ensemble.members, (some) =>
    affordable(some.map(({ trial }) => byNumber.get(trial)!)),
  );
  return { members: members.length < 2 ? single : members, ensemble };
}

/** The heaviest members, as many as may be, with shares that add up to 1 again. */
function heaviest(
  members: EnsembleChoice['members'],
  allows: (some: EnsembleChoice['members']) => boolean,
): EnsembleChoice['members'] {
  let kept = members.slice(0, MOST_MEMBERS);
  while (kept.length > 1 && !allows(kept)) kept = kept.slice(0, -1);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ trial, weight }) => ({ trial, weight: weight / total }));
}

/** Trees that a row walks in the bag of a trial. */
function treesOf({ configuration, rounds }: Trial, folds: number): number {
  return rounds * folds * (configuration.params.num_parallel_tree ?? 1);
}

/** Seconds of growing the trees that a trial keeps: it went on until it was sure that no more of them help. */
export function growingSeconds({ seconds, rounds, curve }: Trial): number {
  return (seconds * rounds) / Math.max(1, curve.length);
}

/** The rounds of a trial were chosen by the mean over its folds, and are kept. */
export function memberOf({ configuration, rounds }: Trial, weight: number): TreeMember {
  return { params: configuration.params, rounds, weight };
}
