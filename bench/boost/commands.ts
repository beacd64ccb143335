import type { Shares } from './profile.ts';

/** How trees are grown; names as in the table of results. */
export interface Growth {
  readonly name: string;
  /** 0: no limit. */
  readonly depth: number;
  /** 0: no limit. */
  readonly leaves: number;
  readonly lossGuided: boolean;
}

/** Bin the training rows, train, and write the probabilities of the test rows to a file. */
export interface FitCommand extends Growth {
  readonly do: 'fit';
  readonly side: string;
  readonly quantised: boolean;
  readonly rounds: number;
  readonly learningRate: number;
  readonly threads: number;
  readonly seed: number;
  /** Share of the rows that a round sees. */
  readonly subsample: number;
  /** The file for the predictions. */
  readonly predictions: string;
  /** Our side only: say where the time goes. The profiler takes some itself. */
  readonly profile?: boolean;
  /** A file to keep XGBoost's model in. */
  readonly model?: string;
}

/** What a fit costs. */
export interface FitCost {
  readonly seconds: number;
  /** Part of the seconds. */
  readonly binning: number;
  readonly cpu: number;
  /** The peak of resident memory beyond that before the fit. */
  readonly megabytes: number;
  readonly shares?: Shares;
}

/** Load a model that XGBoost has saved and predict the first test rows with it. */
export interface PredictCommand {
  readonly do: 'predict';
  readonly what: 'margins' | 'row' | 'contributions';
  readonly model: string;
  readonly rows: number;
  readonly threads: number;
  /** Seconds to fill with repeats, of which the least counts. */
  readonly fill: number;
  readonly predictions: string;
}
