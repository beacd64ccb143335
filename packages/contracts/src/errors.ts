import { Type } from 'typebox';
import type { Static } from 'typebox';

/** One thing that is wrong with a request. */
export const Problem = Type.Object(
  {
    field: Type.String({ description: 'Where, such as `features.tenure` or `rows[3].plan`.' }),
    message: Type.String(),
    expected: Type.Optional(Type.String({ description: 'What is allowed there.' })),
    got: Type.Optional(Type.String({ description: 'What came, cut to 60 characters.' })),
  },
  { title: 'Problem', additionalProperties: false },
);
export type Problem = Static<typeof Problem>;

/** The body of every refusal. It never holds the text of an exception. */
export const ErrorReply = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String({ description: 'Stable, for programs.', examples: ['INVALID_FEATURES'] }),
        message: Type.String({ description: 'For people; may change.' }),
        field: Type.Optional(Type.String({ description: 'Where the first problem is.' })),
        expected: Type.Optional(Type.String({ description: 'What is allowed there.' })),
        got: Type.Optional(Type.String({ description: 'What came, cut to 60 characters.' })),
        problems: Type.Optional(
          Type.Array(Problem, { description: 'All problems, at most 20, where there are several.' }),
        ),
        requestId: Type.String(),
      },
      { additionalProperties: false },
    ),
  },
  { title: 'ErrorReply', additionalProperties: false, description: 'What was refused, and why.' },
);
export type ErrorReply = Static<typeof ErrorReply>;
