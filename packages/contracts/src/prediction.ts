import { Type } from 'typebox';
import type { Static } from 'typebox';
import { AliasName, ModelName, RequestId, VersionName } from './names.ts';

/** One value of a feature: what the model's schema allows of these. */
export const FeatureValue = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()], {
  description: 'A number, a text, true or false, a date as ISO 8601 text, or null where it is not known.',
});

/** The features of one row by the names of their columns. */
export const Features = Type.Record(Type.String(), FeatureValue, {
  description: 'Values by column. `GET /models/{model}/schema` says which.',
  examples: [{ tenure: 4, plan: 'basic' }],
});
export type Features = Static<typeof Features>;

/** Which model is asked; without any of these the default one. */
export const ModelChoice = {
  model: Type.Optional(ModelName),
  alias: Type.Optional(AliasName),
  version: Type.Optional(VersionName),
};

/** The same in the query of a stream. */
export const ModelQuery = Type.Object(ModelChoice, { additionalProperties: false });
export type ModelQuery = Static<typeof ModelQuery>;

export const PredictRequest = Type.Object(
  { features: Features, ...ModelChoice },
  { title: 'PredictRequest', additionalProperties: false },
);
export type PredictRequest = Static<typeof PredictRequest>;

/** Something about a row that was scored all the same. */
export const Warning = Type.Object(
  {
    code: Type.Union([
      Type.Literal('unknown_category'),
      Type.Literal('out_of_range'),
      Type.Literal('unknown_field'),
    ]),
    field: Type.String(),
    message: Type.String(),
  },
  { title: 'Warning', additionalProperties: false },
);
export type Warning = Static<typeof Warning>;

const Share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

/** What is said of one row. */
const decisionFields = {
  prediction: Type.Integer({
    minimum: 0,
    maximum: 1,
    description: '1 when `probability[1]` reaches the threshold.',
  }),
  label: Type.String({ description: 'The label of the prediction, as the training data spells it.' }),
  probability: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), {
    minItems: 2,
    maxItems: 2,
    description: 'Of the negative class, then of the positive class.',
  }),
  confidence: Share('The larger of the two probabilities.'),
};

const warningsField = {
  warnings: Type.Optional(Type.Array(Warning, { description: 'Left out where there is nothing to say.' })),
};

export const PredictReply = Type.Object(
  {
    ...decisionFields,
    threshold: Share('Probability from which on the prediction is 1.'),
    model: Type.String(),
    version: Type.String(),
    requestId: RequestId,
    ...warningsField,
  },
  { title: 'PredictReply', additionalProperties: false },
);
export type PredictReply = Static<typeof PredictReply>;

/** Rows of one JSON batch at most. */
export const mostBatchRows = 10_000;

export const BatchRequest = Type.Object(
  { rows: Type.Array(Features, { minItems: 1, maxItems: mostBatchRows }), ...ModelChoice },
  { title: 'BatchRequest', additionalProperties: false },
);
export type BatchRequest = Static<typeof BatchRequest>;

export const RowReply = Type.Object(
  {
    ...decisionFields,
    requestId: Type.String({
      description: 'Of this row: the id of the request, `:` and the place of the row.',
    }),
    ...warningsField,
  },
  { title: 'RowReply', additionalProperties: false },
);
export type RowReply = Static<typeof RowReply>;

export const BatchReply = Type.Object(
  {
    predictions: Type.Array(RowReply, { description: 'In the order of the rows.' }),
    threshold: Share('Probability from which on the prediction is 1.'),
    model: Type.String(),
    version: Type.String(),
    requestId: RequestId,
  },
  { title: 'BatchReply', additionalProperties: false },
);
export type BatchReply = Static<typeof BatchReply>;
