import { InsufficientData, InvalidOption } from '@verdict/core';
import { requireLabels, requireLength } from '../metrics/checks.ts';
import type { Scores } from '../metrics/checks.ts';

/** A trial that may become a member: its predictions for rows that it has not seen. */
export interface EnsembleMember {
  /** The number of the trial, by which ties are broken. */
  readonly trial: number;
  /** What sort of learner it is, for people: `boosting`, `forest`, `dart`, … */
  readonly kind: string;
  /** Out-of-fold margins, one for each row; NaN for rows without a prediction. */
  readonly margins: Scores;
  /** Trees that a row walks when it is served by this member. */
  readonly trees: number;
}

/** What an ensemble is chosen from; arrays are aligned with the rows. */
export interface EnsembleInput {
  /** 1 for the positive class. */
  readonly labels: Uint8Array;
  readonly weights?: Float64Array | undefined;
  /** The fold in which each row was predicted, from 0. */
  readonly folds: Uint8Array;
  /** Rows with the same number of 0 or more are one observation (groups, duplicates); -1 stands alone. */
  readonly groups?: Int32Array | undefined;
  readonly members: readonly EnsembleMember[];
  /** Out-of-fold margins of the logistic regression; undefined if there is none. */
  readonly linear?: Scores | undefined;
  /**
   * Whether a model may be blended of these trials; one alone always may. Trials that may be with no other are no
   * candidates for a blend, greedy selection adds none that may not be added, stacking leaves out the lightest until the
   * others may. Every choice heeds it, also those that judge. All are
   * allowed if it is undefined. Must answer the same each time.
   */
  readonly allows?: ((trials: readonly number[]) => boolean) | undefined;
  /** Of the draws of members in bagged greedy selection. */
  readonly seed: number;
}

/** The rows that every member has predicted, and the members that have predicted most. */
export interface OutOfFoldTable {
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly groups: Int32Array | undefined;
  /** Margins of the regression; 0 if there is none. */
  readonly linear: Scores;
  /** Ascending by trial. */
  readonly members: readonly EnsembleMember[];
  readonly allows: ((trials: readonly number[]) => boolean) | undefined;
  /** The folds that have rows, ascending, and the position of each row's fold among them. */
  readonly folds: readonly number[];
  readonly foldOfRow: Uint8Array;
  /** Folds, put together where there are many, that a selection can leave out. */
  readonly partCount: number;
  readonly partOfRow: Uint8Array;
}

/** Selections are repeated for every pair of parts, so there are no more than these. */
const MOST_PARTS = 5;

/**
 * Leaves out members that have predicted fewer rows than others (trials of fewer folds are not comparable), those that
 * have predicted the same as an earlier one, and rows that are left without a prediction or have no weight.
 *
 * @throws InvalidOption for no members, a trial that is there twice, or arrays of different lengths; InsufficientData
 * if no row has a prediction of all
 */
export function outOfFoldTable(input: EnsembleInput): OutOfFoldTable {
  const { labels, weights, folds, groups, linear } = input;
  const rowCount = labels.length;
  requireLabels(labels, weights);
  requireLength('folds', folds.length, rowCount);
  if (groups !== undefined) requireLength('groups', groups.length, rowCount);
  if (linear !== undefined) requireLength('linear', linear.length, rowCount);
  for (const { margins } of input.members) requireLength('margins', margins.length, rowCount);
  const members = completeMembers(input.members);
  const usable = Uint8Array.from(labels, (_, row) =>
    Number(
      (weights === undefined || weights[row] > 0) &&
        members.every(({ margins }) => Number.isFinite(margins[row])) &&
        (linear === undefined || Number.isFinite(linear[row])),
    ),
  );
  const isUsable = (_: number, row: number): boolean => usable[row] === 1;
  const keptFolds = folds.filter(isUsable);
  if (keptFolds.length === 0) {
    throw new InsufficientData({
      problem: 'no row has an out-of-fold prediction of every trial.',
      hint: 'Let the trials predict the same rows.',
    });
  }
  const names = [...new Set(keptFolds)].sort((a, b) => a - b);
  const position = new Map(names.map((fold, at) => [fold, at]));
  const foldOfRow = keptFolds.map((fold) => position.get(fold) ?? 0);
  const partCount = Math.min(MOST_PARTS, names.length);
  return {
    labels: labels.filter(isUsable),
    weights: weights?.filter(isUsable),
    groups: groups?.filter(isUsable),
    linear: linear?.filter(isUsable) ?? new Float64Array(keptFolds.length),
    members: members.map((member) => ({ ...member, margins: member.margins.filter(isUsable) })),
    allows: input.allows,
    folds: names,
    foldOfRow,
    partCount,
    partOfRow: foldOfRow.map((fold) => fold % partCount),
  };
}

function completeMembers(members: readonly EnsembleMember[]): EnsembleMember[] {
  if (members.length === 0) {
    throw new InvalidOption({ option: 'members', got: [], expected: 'at least one member' });
  }
  const counts = members.map(({ margins }) => {
    let count = 0;
    for (const margin of margins) if (Number.isFinite(margin)) count++;
    return count;
  });
  const most = Math.max(...counts);
  const complete = members.filter((_, m) => counts[m] === most).sort((a, b) => a.trial - b.trial);
  const twice = complete.find(({ trial }, m) => m > 0 && complete[m - 1].trial === trial);
  if (twice !== undefined) {
    throw new InvalidOption({ option: 'members', got: twice.trial, expected: 'trials that are there once' });
  }
  // Configurations that differ in what a table has not, such as how categories are split, make the same trees.
  return complete.filter(
    ({ margins }, m) => !complete.slice(0, m).some((earlier) => areSame(earlier.margins, margins)),
  );
}

function areSame(a: Scores, b: Scores): boolean {
  return a.every((margin, row) => Object.is(margin, b[row]));
}
