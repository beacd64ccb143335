import { Type } from 'typebox';
import type { Static } from 'typebox';

/** A model that is served. */
export const ServedModel = Type.Object(
  {
    model: Type.String(),
    alias: Type.Union([Type.String(), Type.Null()]),
    version: Type.String(),
  },
  { additionalProperties: false },
);

export const HealthReply = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('unavailable')], {
      description:
        'Degraded: it serves, but something needs a look, such as a new version that does not load.',
    }),
    version: Type.String({ description: 'Of Verdict.' }),
    uptimeSeconds: Type.Number({ minimum: 0 }),
    models: Type.Array(ServedModel),
    log: Type.String({ description: 'How predictions are logged: off, async or durable.' }),
    problems: Type.Array(Type.String()),
  },
  { title: 'HealthReply', additionalProperties: false },
);
export type HealthReply = Static<typeof HealthReply>;

export const LiveReply = Type.Object(
  { status: Type.Literal('ok') },
  { title: 'LiveReply', additionalProperties: false },
);

export const ReadyReply = Type.Object(
  {
    status: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]),
    problems: Type.Array(Type.String()),
  },
  { title: 'ReadyReply', additionalProperties: false },
);
export type ReadyReply = Static<typeof ReadyReply>;
