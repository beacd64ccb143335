import { Type } from 'typebox';

/** A model's name: never a path. */
export const ModelName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Name of a model: letters, digits, `.`, `_` and `-`, at most 64, the first a letter or digit.',
  examples: ['churn'],
});

/** The name of an alias, such as `champion`. */
export const AliasName = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,63}$',
  description: 'Name of an alias, like a model name but in lower case.',
  examples: ['champion'],
});

/** The number of a version, as text. */
export const VersionName = Type.String({
  pattern: '^(0|[1-9][0-9]{0,8})$',
  description: 'Number of a version; 0 for a bundle that is served from its folder.',
  examples: ['3'],
});

/** What a caller may choose as the id of a request. */
export const requestIdPattern = '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$';

export const RequestId = Type.String({
  minLength: 1,
  maxLength: 200,
  description:
    'Identifies the request: the `x-request-id` that came with it if that was well-formed and new, else a UUID (version 7).',
  examples: ['0192f0c1-7b1e-7c3a-9d52-3f1f6c1f0a11'],
});

/** A moment in the replies: milliseconds since 1970-01-01 UTC. */
export const Moment = Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z.' });

/** Any JSON object whose content is not fixed. */
export const FreeObject = Type.Record(Type.String(), Type.Unknown());
