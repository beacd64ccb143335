import { Readable } from 'node:stream';
import { BatchReply, BatchRequest, ModelQuery } from '@verdict/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { streamTypes } from '../http/body-parsers.ts';
import { stateOf } from '../http/request-state.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Service } from '../service.ts';
import { answeringModel } from './answering-model.ts';
import { addRoute } from './route.ts';
import { csvRows, jsonRows } from './row-source.ts';
import { csvLines, jsonLines, scoreRows } from './row-stream.ts';
import { scoreMany } from './score-many.ts';
import { rowReply } from './scoring-reply.ts';

/** Bytes of a JSON batch, and of one row of a stream. */
const MOST_BATCH_BYTES = 16 * 1024 * 1024;
const MOST_ROW_BYTES = 1024 * 1024;

const rowStream = (description: string) => Type.Any({ description });

/** `POST /predict/batch`: many rows, as one JSON body or as a stream that is answered as it arrives. */
export function addBatch(app: FastifyInstance, service: Service): void {
  const { models } = service;
  const { ndjson, csv } = streamTypes;
  const content = {
    'application/json': { schema: BatchRequest },
    ...Object.fromEntries(
      ndjson.map((type) => [type, { schema: rowStream('JSON lines: an object of features each.') }]),
    ),
    ...Object.fromEntries(csv.map((type) => [type, { schema: rowStream('CSV with a header.') }])),
  };

  addRoute(app, service, {
    method: 'POST',
    url: '/predict/batch',
    needed: 'predict',
    bodyLimit: MOST_BATCH_BYTES,
    schema: {
      summary: 'Score many rows',
      description:
        'A JSON body is answered as a whole, and refused as a whole if a row of it is wrong. JSON lines and CSV are answered row by row while they arrive, in memory that does not grow with them; a wrong row has an error in its place. `Accept: text/csv` or `application/x-ndjson` chooses the format of the streamed reply.',
      tags: ['scoring'],
      querystring: ModelQuery,
      body: { content } as never,
      response: {
        200: {
          description: 'The replies, in the order of the rows.',
          content: {
            'application/json': { schema: BatchReply },
            'application/x-ndjson': { schema: rowStream('A line for each row.') },
            'text/csv': { schema: rowStream('A line for each row, below a header.') },
          },
        } as never,
      },
    },
    async handler(request, reply) {
      const { body } = request;
      if (!(body instanceof Readable)) return answerWhole(service, body as BatchRequest, request);
      const resolved = await models.resolve(request.query as ModelQuery);
      return answerStream(service, resolved, body, request, reply);
    },
  });
}

async function answerWhole(
  service: Service,
  body: BatchRequest,
  request: FastifyRequest,
): Promise<BatchReply> {
  const choice = { ...(request.query as ModelQuery), ...body };
  const resolved = await answeringModel(service, request, choice);
  const { served } = resolved;
  const { scores, ids } = await scoreMany(service, resolved, body.rows, request, (row) => `rows[${row}].`);
  return {
    predictions: scores.map((scored, row) => rowReply(scored, ids[row])),
    threshold: served.threshold,
    model: served.model,
    version: served.version,
    requestId: stateOf(request).id,
  };
}

function answerStream(
  service: Service,
  resolved: Resolved,
  body: Readable,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const state = stateOf(request);
  const isCsv = (streamTypes.csv as readonly string[]).includes(mediaType(request.headers['content-type']));
  const accepted = request.headers.accept ?? '';
  const format =
    isCsv && !accepted.includes('json')
      ? csvLines
      : !isCsv && accepted.includes('csv')
        ? csvLines
        : jsonLines;
  const rows = isCsv ? csvRows(body, MOST_ROW_BYTES) : jsonRows(body, MOST_ROW_BYTES);
  const lines = scoreRows(service, resolved, rows, format, { id: state.id, key: state.key?.id ?? null });
  reply
    .header('content-type', format.type)
    .header('x-verdict-model', resolved.served.model)
    .header('x-verdict-version', resolved.served.version)
    .header('x-verdict-threshold', String(resolved.served.threshold));
  // A few groups of lines wait at most: a caller who reads slowly is read from slowly.
  return reply.send(Readable.from(lines, { objectMode: false, highWaterMark: 64 * 1024 }));
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0].trim().toLowerCase();
}
