import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { VerdictError } from '@verdict/core';
import type { ErrorReply } from '@verdict/contracts';
import { Refusal } from './refusal.ts';

/** Fastify's own refusals that a caller can do something about. */
const ofFramework: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'TOO_LARGE', 'The body is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'The body is of a type that is not taken here.',
  ],
  FST_ERR_CTP_EMPTY_TYPE: [415, 'UNSUPPORTED_MEDIA_TYPE', 'The body has no type.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'MALFORMED_JSON', 'The body is empty; JSON was expected.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'MALFORMED_REQUEST',
    'The body is not as long as its header says.',
  ],
  FST_ERR_BAD_URL: [400, 'MALFORMED_REQUEST', 'The path is not a valid URL.'],
  FST_ERR_HANDLER_TIMEOUT: [503, 'TIMEOUT', 'The request took too long.'],
};

/** What the store refuses, by the codes of its errors. Their texts are made for callers. */
const ofStore: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  CONFLICT: 409,
  APPROVAL_NEEDED: 409,
  INVALID_OPTION: 400,
  INVALID_VALUE: 422,
  COLUMN_MISSING: 422,
};

/** Any error as a refusal. What nobody foresaw is a 500 that says nothing but where to look. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code } = error as Partial<FastifyError>;
  const known = typeof code === 'string' ? ofFramework[code] : undefined;
  if (known !== undefined) return new Refusal(known[0], known[1], known[2]);
  if (error instanceof VerdictError) {
    if (error.code === 'STORE_UNAVAILABLE') {
      return new Refusal(503, error.code, 'The store does not answer.', { retryAfter: 1, cause: error });
    }
    const status = ofStore[error.code];
    if (status !== undefined) return new Refusal(status, error.code, error.message);
  }
  const { statusCode, message } = error as Partial<FastifyError>;
  // Thrown with a status by whoever means it for the caller, such as a hook of the program around.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && typeof message === 'string') {
    return new Refusal(statusCode, 'REFUSED', message);
  }
  return new Refusal(
    500,
    'INTERNAL',
    'Something failed in the server; its log has more under this request id.',
    {
      cause: error,
    },
  );
}

/** The body of a refusal. */
export function errorBody(refusal: Refusal, requestId: string): ErrorReply {
  const [first] = refusal.problems;
  return {
    error: {
      code: refusal.code,
      message: refusal.message,
      ...(first === undefined ? {} : { field: first.field }),
      ...(first?.expected === undefined ? {} : { expected: first.expected }),
      ...(first?.got === undefined ? {} : { got: first.got }),
      ...(refusal.problems.length < 2 ? {} : { problems: [...refusal.problems] }),
      requestId,
    },
  };
}

/** Sets status and headers of a refusal, and remembers what is for the server's log. */
export function prepareRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply): Refusal {
  const refusal = refusalOf(error);
  reply.code(refusal.status);
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
  if (refusal.status === 401) reply.header('www-authenticate', 'Bearer realm="verdict"');
  if (refusal.status >= 500 && request.verdict !== null) request.verdict.failure = refusal.cause ?? refusal;
  return refusal;
}

/** The error handler of all routes but those of other protocols. */
export function replyError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = prepareRefusal(error, request, reply);
  // As text, past the route's own serialisers: a refusal looks the same wherever it comes from.
  reply
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(refusal, request.verdict?.id ?? '')));
}
