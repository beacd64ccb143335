import { Type } from 'typebox';
import type { Static } from 'typebox';

/** Wire schemas of the Open Inference Protocol, version 2 (KServe, Triton, MLServer). */
const Parameters = Type.Optional(Type.Record(Type.String(), Type.Unknown()));

export const TensorMetadata = Type.Object(
  {
    name: Type.String(),
    datatype: Type.String(),
    shape: Type.Array(Type.Integer()),
  },
  { additionalProperties: false },
);

export const InferTensor = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1000 }),
  shape: Type.Array(Type.Integer({ minimum: 0, maximum: 1_000_000 }), { minItems: 1, maxItems: 2 }),
  datatype: Type.String({ examples: ['FP64', 'INT64', 'BOOL', 'BYTES'] }),
  parameters: Parameters,
  data: Type.Array(Type.Unknown()),
});
export type InferTensor = Static<typeof InferTensor>;

export const InferRequest = Type.Object(
  {
    id: Type.Optional(Type.String({ maxLength: 200 })),
    parameters: Parameters,
    inputs: Type.Array(InferTensor, { minItems: 1, maxItems: 10_000 }),
    outputs: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), parameters: Parameters }), { maxItems: 100 }),
    ),
  },
  { title: 'InferRequest' },
);
export type InferRequest = Static<typeof InferRequest>;

export const InferReply = Type.Object(
  {
    model_name: Type.String(),
    model_version: Type.String(),
    id: Type.String(),
    outputs: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          shape: Type.Array(Type.Integer()),
          datatype: Type.String(),
          data: Type.Array(Type.Unknown()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { title: 'InferReply', additionalProperties: false },
);
export type InferReply = Static<typeof InferReply>;

export const ServerMetadata = Type.Object(
  { name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) },
  { title: 'ServerMetadata', additionalProperties: false },
);
export const ServerLive = Type.Object({ live: Type.Boolean() }, { additionalProperties: false });
export const ServerReady = Type.Object({ ready: Type.Boolean() }, { additionalProperties: false });
export const InferenceModelReady = Type.Object(
  { name: Type.String(), ready: Type.Boolean() },
  { additionalProperties: false },
);
export const InferenceModelMetadata = Type.Object(
  {
    name: Type.String(),
    versions: Type.Array(Type.String()),
    platform: Type.String(),
    inputs: Type.Array(TensorMetadata),
    outputs: Type.Array(TensorMetadata),
  },
  { title: 'InferenceModelMetadata', additionalProperties: false },
);
export type InferenceModelMetadata = Static<typeof InferenceModelMetadata>;

export const InferenceError = Type.Object(
  { error: Type.String() },
  { title: 'InferenceError', additionalProperties: false },
);
