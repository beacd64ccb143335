import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Moment } from './names.ts';

export const KeyRole = Type.Union([Type.Literal('predict'), Type.Literal('read'), Type.Literal('admin')], {
  description:
    '`predict`: score, explain, send feedback. `read`: look at registry, log and metrics. `admin`: everything.',
});
export type KeyRole = Static<typeof KeyRole>;

const days = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 36_500, description }));

export const KeyBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Whom it is for.' }),
    role: KeyRole,
    expiresInDays: days('Default: never.'),
  },
  { title: 'KeyBody', additionalProperties: false },
);
export const RotateBody = Type.Object(
  {
    expiresInDays: days('Of the new key. Default: never.'),
    overlapSeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 31_536_000,
        description: 'How long the old key still works. Default: a day.',
      }),
    ),
  },
  { title: 'RotateBody', additionalProperties: false },
);
export const KeyParams = Type.Object({ key: Type.String({ minLength: 1, maxLength: 64 }) });

export const KeyReply = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: KeyRole,
    prefix: Type.String({ description: 'The first characters of the key, to tell keys apart.' }),
    at: Moment,
    by: Type.String(),
    expires: Type.Union([Moment, Type.Null()]),
    revokedAt: Type.Union([Moment, Type.Null()]),
    replaces: Type.Union([Type.String(), Type.Null()]),
  },
  { title: 'KeyReply', additionalProperties: false },
);
export const KeysReply = Type.Object(
  { keys: Type.Array(KeyReply) },
  { title: 'KeysReply', additionalProperties: false },
);
export const NewKeyReply = Type.Object(
  {
    ...KeyReply.properties,
    key: Type.String({ description: 'The key itself, shown this once: only its SHA-256 is kept.' }),
  },
  { title: 'NewKeyReply', additionalProperties: false },
);
