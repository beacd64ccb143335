import type { CountChoice, SelectionMethod } from '../selection/index.ts';
import type { EnsembleChoice } from '../ensemble/index.ts';
import type { SearchMetric, Strategy, Trial } from '../search/index.ts';
import type { ValidationScheme } from '../validation/index.ts';
import type { FamilyOutcome } from './feature-stage.ts';
import type { NestedOutcome } from './nested.ts';

/** A trial without its predictions and its way there; its scores are of the trees alone. */
export type TrialSummary = Omit<Trial, 'oof' | 'curve'>;

/** What a search has tried and chosen; figures in here chose something, and are a little too good. */
export interface SearchSummary {
  readonly strategy: Strategy;
  readonly metric: SearchMetric;
  /** How trials were validated, where otherwise than on the folds of the model. */
  readonly scheme?: ValidationScheme;
  /** In the order in which they began. */
  readonly trials: readonly TrialSummary[];
  /** Numbers of trials, best first; incomplete ones come last. */
  readonly ranking: readonly number[];
  /** Engineered features that were tried; empty if none were. */
  readonly families: readonly FamilyOutcome[];
  /** Names of the engineered features that the model uses. */
  readonly engineered: readonly string[];
  readonly selection?: CountChoice;
  /** The method that was to select features, where there was no time for it. */
  readonly selectionSkipped?: SelectionMethod;
  readonly ensemble?: EnsembleChoice;
  /** The members that ship. */
  readonly members: readonly MemberSummary[];
  /**
   * What whole models (trees, regression, calibration) reach out of fold on the rows of the search: the mean of the
   * metric over the folds.
   */
  readonly outOfFold: {
    /** The model that was searched for. These rows chose it. */
    readonly chosen: number;
    /** What training without a search makes of the same rows and folds. */
    readonly plain: number;
  };
  /** What all choices reach on rows that chose nothing, in outer folds. */
  readonly nested?: NestedOutcome;
  /** Why the search ended. */
  readonly ended: 'trials' | 'budget' | 'grid';
}

/** One kind of trees of the model that ships. */
export interface MemberSummary {
  /** Number of its trial; without one it is what plain training does, since no trial was complete. */
  readonly trial?: number;
  /** Such as `boosted trees, depth 6`. */
  readonly kind: string;
  /** Its share of the margin of the trees. */
  readonly weight: number;
  /** Of each fold; the most rounds where folds stop early. */
  readonly rounds: number;
  readonly params: Readonly<Record<string, unknown>>;
}
