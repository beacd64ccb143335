/**
 * A feature that is asked for beside those that every column gets: plain JSON, named by its kind and the user's
 * columns that it reads. `docs/features.md` has the formula of each kind.
 *
 * @example
 * const engineered: EngineeredFeature[] = [
 *   { kind: 'ratio', inputs: ['debt', 'income'] },
 *   { kind: 'target', inputs: ['plan'] },
 * ];
 */
export type EngineeredFeature = PairFeature | ColumnFeature | TargetFeature | TextFeature;

/** A feature of two columns: numbers, for `elapsed` date-times, for `cross` categories. */
export interface PairFeature {
  readonly kind: 'ratio' | 'product' | 'difference' | 'elapsed' | 'cross';
  readonly inputs: readonly string[];
}

/** A feature of one column: a number, for `frequency` a category. */
export interface ColumnFeature {
  readonly kind: 'log' | 'rank' | 'frequency';
  readonly inputs: readonly string[];
}

/** The share of positive rows at a category's level, smoothed. */
export interface TargetFeature {
  readonly kind: 'target';
  readonly inputs: readonly string[];
  /** Default `moments`. */
  readonly smoothing?: TargetSmoothing;
}

/** The n-grams of a text, hashed to a few columns. */
export interface TextFeature {
  readonly kind: 'text';
  readonly inputs: readonly string[];
  /** Words and pairs of neighbouring words, or three characters in a row; default `word`. */
  readonly grams?: GramKind;
  /** How many columns, 1 to 256; default 32. */
  readonly columns?: number;
}

/**
 * How strongly the rates of levels are drawn towards the mean: `moments` as a random-effects model of the levels
 * says, `auto` as scikit-learn's `TargetEncoder` does, or as if so many rows of the mean rate came on top.
 */
export type TargetSmoothing = 'moments' | 'auto' | number;

/** What n-grams are made of. */
export const gramKinds = ['word', 'character'] as const;
export type GramKind = (typeof gramKinds)[number];

/** The most columns that a text may be hashed to. */
export const mostTextColumns = 256;

/** Whatever a request may say beside its kind and inputs. */
export interface EngineeredOptions {
  readonly smoothing?: TargetSmoothing;
  readonly grams?: GramKind;
  readonly columns?: number;
}
