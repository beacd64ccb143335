import { Type } from 'typebox';
import type { Static } from 'typebox';

const Cells = Type.Array(Type.Unknown());

/** Wire schemas of MLflow's scoring server. The body has exactly one of the first four. */
export const InvocationsRequest = Type.Object(
  {
    dataframe_split: Type.Optional(
      Type.Object({
        columns: Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 }),
        data: Type.Array(Cells),
        index: Type.Optional(Cells),
      }),
    ),
    dataframe_records: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
    instances: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Unknown()))),
    inputs: Type.Optional(
      Type.Union([Type.Record(Type.String(), Cells), Type.Array(Type.Record(Type.String(), Type.Unknown()))]),
    ),
    params: Type.Optional(
      Type.Union([
        Type.Object({
          output: Type.Optional(
            Type.Union([Type.Literal('label'), Type.Literal('probability'), Type.Literal('all')]),
          ),
        }),
        Type.Null(),
      ]),
    ),
  },
  { title: 'InvocationsRequest', additionalProperties: false },
);
export type InvocationsRequest = Static<typeof InvocationsRequest>;

export const InvocationsReply = Type.Object(
  { predictions: Type.Array(Type.Unknown()) },
  { title: 'InvocationsReply', additionalProperties: false },
);

export const InvocationsError = Type.Object(
  { error_code: Type.String(), message: Type.String() },
  { title: 'InvocationsError', additionalProperties: false },
);
