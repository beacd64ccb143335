/** What is done with a row that differs from all that the model has seen. */
export const answers = ['flag', 'refuse'] as const;
export type Answer = (typeof answers)[number];

/** `flag`: scored, and the reply says so in `warnings`. `refuse`: not scored, the reply names the field. */
export interface ScoringPolicy {
  /** A level that the model does not know. Default: flag. */
  readonly unknownCategories: Answer;
  /** A number far beyond those of the training rows. Default: flag. */
  readonly outOfRange: Answer;
  /** A field that the training table did not have, such as a misspelt one. Default: flag. */
  readonly unknownFields: Answer;
}

export const defaultPolicy: ScoringPolicy = {
  unknownCategories: 'flag',
  outOfRange: 'flag',
  unknownFields: 'flag',
};
