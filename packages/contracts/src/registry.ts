import { Type } from 'typebox';
import type { Static } from 'typebox';
import { AliasName, FreeObject, ModelName, Moment } from './names.ts';

const Version = Type.Integer({ minimum: 1 });
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
const Name = Type.String();

export const ModelParams = Type.Object({ model: ModelName });
export const VersionParams = Type.Object({ model: ModelName, version: Version });
export const AliasParams = Type.Object({ model: ModelName, alias: AliasName });
export const RunParams = Type.Object({ run: Type.String({ minLength: 1, maxLength: 64 }) });
export const RequestParams = Type.Object({ request: Type.Integer({ minimum: 1 }) });

export const AliasReply = Type.Object(
  { model: Name, alias: Name, version: Version, sequence: Type.Integer() },
  { title: 'AliasReply', additionalProperties: false },
);

export const ModelReply = Type.Object(
  { model: Name, at: orNull(Moment), latest: Version, aliases: Type.Array(AliasReply) },
  { title: 'ModelReply', additionalProperties: false },
);
export const ModelsReply = Type.Object(
  { models: Type.Array(ModelReply) },
  { title: 'ModelsReply', additionalProperties: false },
);

export const VersionReply = Type.Object(
  {
    model: Name,
    version: Version,
    at: Moment,
    by: Type.String(),
    artifact: Type.String({ description: "SHA-256 of the bundle's manifest." }),
    runId: orNull(Type.String()),
    description: Type.String(),
    metrics: FreeObject,
    signature: FreeObject,
    decision: FreeObject,
    origin: FreeObject,
    archivedAt: orNull(Moment),
    archivedBy: orNull(Type.String()),
    collectedAt: orNull(Moment),
  },
  { title: 'VersionReply', additionalProperties: false },
);
export const VersionsReply = Type.Object(
  { versions: Type.Array(VersionReply, { description: 'Newest first.' }) },
  { title: 'VersionsReply', additionalProperties: false },
);

export const MoveReply = Type.Object(
  {
    sequence: Type.Integer(),
    model: Name,
    alias: Name,
    version: orNull(Version),
    previous: orNull(Version),
    kind: Type.String({ description: '`move` or `rollback`.' }),
    at: Moment,
    by: Type.String(),
    reason: Type.String(),
    approvedBy: orNull(Type.String()),
    request: orNull(Type.Integer()),
  },
  { title: 'MoveReply', additionalProperties: false },
);
export type MoveReply = Static<typeof MoveReply>;
export const HistoryReply = Type.Object(
  { moves: Type.Array(MoveReply, { description: 'Oldest first.' }) },
  { title: 'HistoryReply', additionalProperties: false },
);

const Reason = Type.String({ minLength: 1, maxLength: 1000, description: 'Why; it stays in the history.' });

export const MoveBody = Type.Object(
  {
    version: orNull(Version),
    reason: Reason,
    expected: Type.Optional(orNull(Version)),
  },
  {
    title: 'MoveBody',
    additionalProperties: false,
    description:
      '`version` null retires the alias. With `expected` the alias moves only if it points there now (null: nowhere).',
  },
);
export const ReasonBody = Type.Object(
  { reason: Reason },
  { title: 'ReasonBody', additionalProperties: false },
);

/** A move, and whether every live server answers by it. */
export const PromoteReply = Type.Object(
  {
    move: MoveReply,
    served: Type.Boolean({ description: 'True if every live server answers by this move.' }),
    waiting: Type.Array(
      Type.Object(
        { server: Type.String(), address: Type.String(), problem: Type.String() },
        { additionalProperties: false },
      ),
      { description: 'Servers that do not, and why.' },
    ),
  },
  { title: 'PromoteReply', additionalProperties: false },
);
export type PromoteReply = Static<typeof PromoteReply>;

export const RequestReply = Type.Object(
  {
    id: Type.Integer(),
    model: Name,
    alias: Name,
    version: orNull(Version),
    by: Type.String(),
    reason: Type.String(),
    at: Moment,
    state: Type.String({ description: '`pending`, `approved` or `rejected`.' }),
    decidedBy: orNull(Type.String()),
    decidedAt: orNull(Moment),
    decision: orNull(Type.String()),
  },
  { title: 'RequestReply', additionalProperties: false },
);
export const RequestsReply = Type.Object(
  { requests: Type.Array(RequestReply, { description: 'Newest first.' }) },
  { title: 'RequestsReply', additionalProperties: false },
);

export const RunReply = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    model: orNull(Name),
    by: Type.String(),
    state: Type.String({ description: '`running`, `finished` or `failed`.' }),
    parameters: FreeObject,
    metrics: FreeObject,
    dataFingerprint: orNull(Type.String()),
    seed: orNull(Type.Integer()),
    codeVersion: Type.String(),
    lockHash: orNull(Type.String()),
    startedAt: Moment,
    finishedAt: orNull(Moment),
    durationSeconds: orNull(Type.Number()),
    cpuSeconds: orNull(Type.Number()),
    artifact: orNull(Type.String()),
    error: orNull(Type.String()),
  },
  { title: 'RunReply', additionalProperties: false },
);

const Next = orNull(Type.String({ description: 'Give it as `cursor` to read on; null at the end.' }));

export const RunsReply = Type.Object(
  { runs: Type.Array(RunReply), next: Next },
  { title: 'RunsReply', additionalProperties: false },
);

const page = {
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default 100.' })),
};
export const RunsQuery = Type.Object(
  { model: Type.Optional(ModelName), ...page },
  { additionalProperties: false },
);
export const HistoryQuery = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'What served at this moment: a date or date-time, ISO 8601.',
        examples: ['2026-03-01T12:00:00Z'],
      }),
    ),
  },
  { additionalProperties: false },
);

export const PredictionReply = Type.Object(
  {
    requestId: Type.String(),
    at: Moment,
    model: Name,
    version: Version,
    alias: orNull(Name),
    features: FreeObject,
    probability: Type.Number(),
    threshold: Type.Number(),
    prediction: Type.Integer(),
    label: Type.String(),
    key: orNull(Type.String()),
    details: orNull(FreeObject),
    feedback: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          outcome: Type.String(),
          at: Moment,
          by: Type.String(),
          note: orNull(Type.String()),
        },
        { additionalProperties: false },
      ),
      { description: 'In the order of arrival: the last one counts.' },
    ),
  },
  { title: 'PredictionReply', additionalProperties: false },
);

export const AuditReply = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          sequence: Type.Integer(),
          at: Moment,
          actor: Type.String(),
          action: Type.String(),
          target: Type.String(),
          details: FreeObject,
          requestId: orNull(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
    next: Next,
  },
  { title: 'AuditReply', additionalProperties: false },
);
export const AuditQuery = Type.Object(
  {
    actor: Type.Optional(Type.String({ maxLength: 200 })),
    action: Type.Optional(Type.String({ maxLength: 200 })),
    target: Type.Optional(Type.String({ maxLength: 500 })),
    ...page,
  },
  { additionalProperties: false },
);
