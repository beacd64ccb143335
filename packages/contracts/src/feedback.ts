import { Type } from 'typebox';
import type { Static } from 'typebox';

export const FeedbackRequest = Type.Object(
  {
    requestId: Type.String({ minLength: 1, maxLength: 200, description: 'The prediction that is meant.' }),
    outcome: Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Integer(), Type.Boolean()], {
      description:
        'What really happened: one of the two labels, or 1 and true for the positive, 0 and false for the negative.',
    }),
    id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Of this message, so that a repeated one is kept once. Default: a new one.',
      }),
    ),
    at: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 8.64e15,
        description: 'When it happened, milliseconds since 1970-01-01 UTC. Default: now.',
      }),
    ),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { title: 'FeedbackRequest', additionalProperties: false },
);
export type FeedbackRequest = Static<typeof FeedbackRequest>;

export const FeedbackReply = Type.Object(
  {
    requestId: Type.String(),
    id: Type.String(),
    outcome: Type.String({ description: 'The label that was noted.' }),
    known: Type.Boolean({ description: 'True if this very message was there already.' }),
  },
  { title: 'FeedbackReply', additionalProperties: false },
);
export type FeedbackReply = Static<typeof FeedbackReply>;
