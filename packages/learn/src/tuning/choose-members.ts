import { chooseEnsemble, kindOf } from '../ensemble/index.ts';
import type { EnsembleChoice } from '../ensemble/index.ts';
import type { SearchResult, Trial } from '../search/index.ts';
import type { FitSettings, Rows, TreeMember } from '../training/index.ts';
import type { Growing } from './finishing.ts';
import type { CheckedTuning } from './tune-options.ts';

/** The most members that trees are blended of; each is served with the model. */
const MOST_MEMBERS = 8;
/** Trees that are deeper, or without a bound have more leaves, count as deep. */
const MOST_DEPTH = 8;
const MOST_LEAVES = 100;
/**
 * Trials that an ensemble is chosen from, the best ones by their scores on all rows. That choice is not repeated for each
 * part that judges an ensemble, so that its candidates have seen the part; but so has the single trial, which is one of
 * them. Within them every choice is made without the part.
 */
const MOST_CANDIDATES = 30;

/** What a choice of members is made for. */
export interface MembersInput {
  readonly rows: Pick<Rows, 'labels' | 'weights' | 'groups'>;
  readonly settings: { readonly options: Pick<FitSettings['options'], 'folds' | 'seed'> };
  readonly tuning: Pick<CheckedTuning, 'ensemble'>;
}

/**
 * The trials that ship and their shares, of those that can still be fitted in time; none if no trial is complete.
 * Where the best trial cannot, the next one takes its place, or the quickest if none can.
 *
 * @param isAffordable must answer the same each time
 */
export function chooseMembers(
  input: MembersInput,
  { trials, ranking }: SearchResult,
  linear: Float64Array,
  folds: Uint8Array,
  isAffordable: (members: readonly Growing[]) => boolean,
): { readonly members: EnsembleChoice['members']; readonly ensemble?: EnsembleChoice } {
  const { rows, settings, tuning } = input;
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const growingByNumber = (number: number): Growing => growingOf(byNumber.get(number)!);
  const complete = ranking
    .map((number) => byNumber.get(number)!)
    .filter(({ status }) => status === 'complete');
  const affordable = complete.filter((trial) => isAffordable([growingOf(trial)]));
  const lone = affordable.at(0) ?? complete.toSorted((a, b) => a.seconds - b.seconds).at(0);
  const single = lone === undefined ? [] : [{ trial: lone.number, weight: 1 }];
  if (!tuning.ensemble || complete.length < 2 || affordable.length === 0) return { members: single };
  const { labels, weights, groups } = rows;
  const candidates = affordable.slice(0, MOST_CANDIDATES);
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
    allows: (some) => some.length <= MOST_MEMBERS && isAffordable(some.map(growingByNumber)),
    seed: settings.options.seed,
  });
  return {
    members: ensemble.kept ? ensemble.members : single,
    ensemble: { ...ensemble, limited: ensemble.limited || affordable.length < complete.length },
  };
}

/** Trees that a row walks in the bag of a trial. */
function treesOf({ configuration, rounds }: Trial, folds: number): number {
  return rounds * folds * (configuration.params.num_parallel_tree ?? 1);
}

/** What growing the trees that a trial keeps takes: it went on until it was sure that no more of them help. */
export function growingOf({ seconds, rounds, curve, configuration }: Trial): Growing {
  const { max_depth: depth = 6, max_leaves: leaves = 0 } = configuration.params;
  return {
    seconds: (seconds * rounds) / Math.max(1, curve.length),
    isDeep: depth > MOST_DEPTH || (depth === 0 && leaves > MOST_LEAVES),
  };
}

/** The rounds of a trial were chosen by the mean over its folds, and are kept. */
export function memberOf({ configuration, rounds }: Trial, weight: number): TreeMember {
  return { params: configuration.params, rounds, weight };
}
