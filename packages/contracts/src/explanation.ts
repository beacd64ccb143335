import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Features, ModelChoice, PredictReply } from './prediction.ts';

export const ExplainRequest = Type.Object(
  {
    features: Features,
    ...ModelChoice,
    reasons: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Most reasons of either direction; default 4.' }),
    ),
  },
  { title: 'ExplainRequest', additionalProperties: false },
);
export type ExplainRequest = Static<typeof ExplainRequest>;

/** One column's share of the score. */
export const ContributionReply = Type.Object(
  { column: Type.String(), contribution: Type.Number({ description: 'In log odds.' }) },
  { additionalProperties: false },
);

/** One reason in words and for programs. */
export const Reason = Type.Object(
  {
    column: Type.String(),
    direction: Type.Union([Type.Literal('raises'), Type.Literal('lowers')]),
    contribution: Type.Number(),
    value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
    comparison: Type.String({ description: 'How the value compares with the training rows.' }),
    words: Type.String(),
  },
  { title: 'Reason', additionalProperties: false },
);

export const ExplainReply = Type.Object(
  {
    ...PredictReply.properties,
    margin: Type.Number({
      description: 'Log odds before calibration: the bias and all contributions, added up.',
    }),
    bias: Type.Number({ description: 'The margin before anything is known.' }),
    contributions: Type.Array(ContributionReply, { description: 'Strongest first.' }),
    reasons: Type.Object(
      { raising: Type.Array(Reason), lowering: Type.Array(Reason) },
      { additionalProperties: false, description: 'Strongest first, in either direction.' },
    ),
  },
  { title: 'ExplainReply', additionalProperties: false },
);
export type ExplainReply = Static<typeof ExplainReply>;
