import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readBinaryTensors } from './binary-tensors.ts';
import { Refusal } from './refusal.ts';
import type { SlowBodies } from './slow-bodies.ts';
import { parseStrictJson } from './strict-json.ts';

/** Types of bodies that are read as they come, row by row. */
export const streamTypes = {
  ndjson: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
  csv: ['text/csv', 'application/csv'],
} as const;

/** Tensors behind JSON, see `readBinaryTensors`. */
const INFERENCE_HEADER = 'inference-header-content-length';

/** A body is there; requests to routes that do not exist have not come through the entrance. */
function hasArrived({ verdict }: FastifyRequest, slow: SlowBodies): void {
  if (verdict !== null) slow.end(verdict);
}

/** Adds the parser of requests of the Open Inference Protocol, whose tensors may be binary. */
export function addTensorParser(app: FastifyInstance, slow: SlowBodies): void {
  app.removeContentTypeParser('application/json');
  const parse = (
    request: FastifyRequest,
    body: Buffer,
    done: (error: Error | null, body?: unknown) => void,
  ): void => {
    hasArrived(request, slow);
    const header = request.headers[INFERENCE_HEADER];
    try {
      done(null, typeof header === 'string' ? readBinaryTensors(body, header) : parseStrictJson(body));
    } catch (error) {
      done(error as Error);
    }
  };
  for (const type of ['application/json', 'application/octet-stream']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, parse);
  }
  // Triton's clients name no type at all.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    if (request.headers['content-type'] === undefined) parse(request, body, done);
    else done(new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body is of a type that is not taken here.'));
  });
}

/** Replaces the parsers of bodies within a plugin: strict JSON that must arrive in time. */
export function addBodyParsers(app: FastifyInstance, slow: SlowBodies): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    hasArrived(request, slow);
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Adds the parser of bodies that are streams, for routes that read them as they come. */
export function addStreamParser(
  app: FastifyInstance,
  slow: SlowBodies,
  types: readonly string[] = [...streamTypes.ndjson, ...streamTypes.csv],
): void {
  for (const type of types) {
    app.addContentTypeParser(type, (request, payload, done) => {
      hasArrived(request, slow);
      done(null, payload);
    });
  }
}
