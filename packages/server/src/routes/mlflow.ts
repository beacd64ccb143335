import { Readable } from 'node:stream';
import { InvocationsError, InvocationsReply, InvocationsRequest, ModelQuery } from '@verdict/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { streamTypes } from '../http/body-parsers.ts';
import { prepareRefusal } from '../http/error-reply.ts';
import { Refusal } from '../http/refusal.ts';
import type { Features } from '../scoring/feature-check.ts';
import type { Scored } from '../scoring/served-model.ts';
import type { Service } from '../service.ts';
import { answeringModel } from './answering-model.ts';
import { addRoute, textReply } from './route.ts';
import { csvRows } from './row-source.ts';
import { scoreMany } from './score-many.ts';

const tags = ['MLflow'];
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ROWS = 10_000;

/** MLflow's names of what is wrong. */
const codeOf = (status: number): string =>
  status === 404
    ? 'RESOURCE_DOES_NOT_EXIST'
    : status === 401
      ? 'UNAUTHENTICATED'
      : status === 403
        ? 'PERMISSION_DENIED'
        : status === 429
          ? 'REQUEST_LIMIT_EXCEEDED'
          : status === 503
            ? 'TEMPORARILY_UNAVAILABLE'
            : status >= 500
              ? 'INTERNAL_ERROR'
              : 'BAD_REQUEST';

/** MLflow's scoring server: `/invocations`, `/ping`, `/version`; its `/health` is ours. */
export function addMlflow(app: FastifyInstance, service: Service): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = prepareRefusal(error, request, reply);
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify({ error_code: codeOf(refusal.status), message: refusal.message }));
  });

  addRoute(app, service, {
    method: 'GET',
    url: '/ping',
    needed: 'open',
    schema: {
      summary: 'Is the server ready?',
      tags,
      refusal: InvocationsError,
      response: { 200: textReply('text/plain', 'It is.'), 503: textReply('text/plain', 'It is not.') },
    },
    handler(_request, reply) {
      const ready = service.models.isReady() && !service.isStopping();
      reply
        .code(ready ? 200 : 503)
        .header('content-type', 'text/plain; charset=utf-8')
        .send('\n');
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/version',
    needed: 'open',
    schema: {
      summary: 'The version of Verdict',
      tags,
      refusal: InvocationsError,
      response: { 200: textReply('text/plain', 'The version.') },
    },
    handler: (_request, reply) =>
      reply.header('content-type', 'text/plain; charset=utf-8').send(service.version),
  });

  const csv = Object.fromEntries(
    streamTypes.csv.map((type) => [type, { schema: Type.Any({ description: 'CSV with a header.' }) }]),
  );
  addRoute(app, service, {
    method: 'POST',
    url: '/invocations',
    needed: 'predict',
    bodyLimit: MOST_BYTES,
    schema: {
      summary: 'Score rows',
      refusal: InvocationsError,
      description:
        'Exactly one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, or CSV. Answers labels; `params.output` may ask for the `probability` of the positive class or for `all`.',
      tags,
      querystring: ModelQuery,
      body: { content: { 'application/json': { schema: InvocationsRequest }, ...csv } } as never,
      response: { 200: InvocationsReply },
    },
    async handler(request) {
      const { body } = request;
      const query = request.query as ModelQuery;
      const rows = body instanceof Readable ? await rowsOfCsv(body) : rowsOfJson(body as InvocationsRequest);
      if (rows.length > MOST_ROWS) {
        throw new Refusal(
          400,
          'INVALID_REQUEST',
          `A request has at most ${MOST_ROWS} rows; POST /predict/batch streams more.`,
        );
      }
      const resolved = await answeringModel(service, request, query);
      const { scores } = await scoreMany(service, resolved, rows, request, (row) => `row ${row}: `);
      const output =
        body instanceof Readable ? 'label' : ((body as InvocationsRequest).params?.output ?? 'label');
      return { predictions: scores.map((scored) => answerOf(scored, output)) };
    },
  });
}

function answerOf({ score }: Scored, output: string): unknown {
  if (output === 'probability') return score.probability;
  if (output === 'label') return score.label;
  const { decision, label, probability } = score;
  return { prediction: decision, label, probability };
}

const forms = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

function rowsOfJson(body: InvocationsRequest): Features[] {
  const given = forms.filter((form) => body[form] !== undefined);
  if (given.length !== 1) {
    throw new Refusal(400, 'INVALID_REQUEST', `The body must have exactly one of ${forms.join(', ')}.`);
  }
  if (body.dataframe_split !== undefined) return rowsOfSplit(body.dataframe_split);
  const { inputs } = body;
  if (inputs !== undefined && !Array.isArray(inputs)) return rowsOfColumns(inputs);
  return (body.dataframe_records ?? body.instances ?? inputs) as Features[];
}

function rowsOfSplit({ columns, data }: NonNullable<InvocationsRequest['dataframe_split']>): Features[] {
  return data.map((cells, row) => {
    if (cells.length === columns.length) return recordOf(columns, cells);
    throw new Refusal(
      400,
      'INVALID_REQUEST',
      `Row ${row} has ${cells.length} values for ${columns.length} columns.`,
    );
  });
}

function rowsOfColumns(columns: Readonly<Record<string, unknown[]>>): Features[] {
  const names = Object.keys(columns);
  const lists = Object.values(columns).map((list) => list.flat(1));
  const length = lists[0]?.length ?? 0;
  if (lists.some((list) => list.length !== length)) {
    throw new Refusal(400, 'INVALID_REQUEST', 'The columns of "inputs" are not equally long.');
  }
  return Array.from({ length }, (_, row) =>
    recordOf(
      names,
      lists.map((list) => list[row]),
    ),
  );
}

function recordOf(names: readonly string[], cells: readonly unknown[]): Features {
  const record = Object.create(null) as Record<string, unknown>;
  names.forEach((name, i) => {
    record[name] = cells[i];
  });
  return record;
}

async function rowsOfCsv(body: Readable): Promise<Features[]> {
  // A body of this kind is bounded, other than a stream.
  const bytes = await bounded(body);
  const rows: Features[] = [];
  for await (const group of csvRows(Readable.from([bytes]), MOST_BYTES)) {
    for (const { features, refusal } of group) {
      if (features === undefined) throw refusal!;
      rows.push(features);
    }
  }
  return rows;
}

async function bounded(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Refusal(413, 'TOO_LARGE', 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
