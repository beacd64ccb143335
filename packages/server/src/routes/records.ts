import {
  AuditQuery,
  AuditReply,
  PredictionReply,
  RunParams,
  RunReply,
  RunsQuery,
  RunsReply,
} from '@verdict/contracts';
import { NotFound } from '@verdict/core';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { addRoute } from './route.ts';

interface PageQuery {
  readonly cursor?: string;
  readonly limit?: number;
}

const pageOf = ({ cursor, limit }: PageQuery) => ({
  ...(cursor === undefined ? {} : { cursor }),
  ...(limit === undefined ? {} : { limit }),
});

/** What was done: runs, predictions, changes. */
export function addRecords(app: FastifyInstance, service: Service, { store }: RegistryContext): void {
  addRoute(app, service, {
    method: 'GET',
    url: '/runs',
    needed: 'read',
    schema: {
      summary: 'Runs of training and search, newest first',
      tags: ['registry'],
      querystring: RunsQuery,
      response: { 200: RunsReply },
    },
    async handler(request) {
      const query = request.query as PageQuery & { model?: string };
      const { items, next } = await store.runs.list(
        query.model === undefined ? {} : { model: query.model },
        pageOf(query),
      );
      return { runs: items, next };
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/runs/:run',
    needed: 'read',
    schema: { summary: 'One run', tags: ['registry'], params: RunParams, response: { 200: RunReply } },
    async handler(request) {
      const { run: id } = request.params as { run: string };
      const run = await store.runs.get(id);
      if (run !== undefined) return run;
      throw new NotFound({ problem: 'There is no such run.', hint: 'GET /runs lists them.' });
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/predictions/:request',
    needed: 'read',
    schema: {
      summary: 'A logged prediction, and what was told of it later',
      tags: ['operations'],
      params: Type.Object({ request: Type.String({ minLength: 1, maxLength: 200 }) }),
      response: { 200: PredictionReply },
    },
    async handler(request) {
      const { request: id } = request.params as { request: string };
      const record = await store.predictions.get(id);
      if (record === undefined) {
        throw new NotFound({
          problem: 'No logged prediction has this request id.',
          hint: 'Rows of a batch have ids of their own.',
        });
      }
      const feedback = await store.feedback.forRequest(id);
      return {
        ...record,
        features: JSON.parse(record.features) as object,
        details: record.details === null ? null : (JSON.parse(record.details) as object),
        feedback: feedback.map(({ id: message, outcome, at, by, note }) => ({
          id: message,
          outcome,
          at,
          by,
          note,
        })),
      };
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/audit',
    needed: 'admin',
    schema: {
      summary: 'Who changed what, newest first',
      tags: ['operations'],
      querystring: AuditQuery,
      response: { 200: AuditReply },
    },
    async handler(request) {
      const { cursor, limit, ...filter } = request.query as PageQuery & Record<string, string>;
      const { items, next } = await store.audit.list(
        filter,
        pageOf({ ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) }),
      );
      return { entries: items, next };
    },
  });
}
