import type { BoosterParts } from './booster.ts';
import type { ParamsInput } from './params.ts';
import type { TrainingResult } from './trainer.ts';
import type { RoundReport, TrainingData, TrainingOptions } from './training-data.ts';
import type { Tree } from './tree.ts';

/** What a training thread is given. */
export interface WorkerTask {
  readonly data: TrainingData;
  readonly params: ParamsInput;
  readonly options: Omit<TrainingOptions, 'onRound' | 'signal'>;
  /** Word 0: rounds that the caller has answered. Word 1: 1 if it wants no more. */
  readonly flag: Int32Array;
  /** True if the caller wants to hear of every round. */
  readonly reports: boolean;
}

/** What it answers. */
export type WorkerAnswer =
  | { readonly kind: 'round'; readonly report: RoundReport }
  | {
      readonly kind: 'result';
      readonly trees: readonly Tree[];
      readonly parts: BoosterParts;
      readonly rest: Omit<TrainingResult, 'booster'>;
    }
  /** Memory ran out; everything else that can be wrong is found before the thread starts. */
  | { readonly kind: 'out-of-resources'; readonly problem: string; readonly hint: string };
