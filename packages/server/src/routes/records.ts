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
import { registryRoutes } from './registry-route.ts';

const PredictionParams = Type.Object({ request: Type.String({ minLength: 1, maxLength: 200 }) });

/** What was done: runs, predictions, changes. */
export function addRecords(app: FastifyInstance, service: Service, { store }: RegistryContext): void {
  const addRun = registryRoutes(app, service, 'registry');
  const addRecord = registryRoutes(app, service, 'operations');

  addRun('read', 'GET /runs', {
    summary: 'Runs of training and search, newest first',
    querystring: RunsQuery,
    reply: RunsReply,
    async answer({ query: { model, ...page } }) {
      const { items, next } = await store.runs.list(model === undefined ? {} : { model }, page);
      return { runs: items, next };
    },
  });
  addRun('read', 'GET /runs/:run', {
    summary: 'One run',
    params: RunParams,
    reply: RunReply,
    async answer({ params }) {
      const run = await store.runs.get(params.run);
      if (run !== undefined) return run;
      throw new NotFound({ problem: 'There is no such run.', hint: 'GET /runs lists them.' });
    },
  });
  addRecord('read', 'GET /predictions/:request', {
    summary: 'A logged prediction, and what was told of it later',
    params: PredictionParams,
    reply: PredictionReply,
    async answer({ params: { request } }) {
      const record = await store.predictions.get(request);
      if (record === undefined) {
        throw new NotFound({
          problem: 'No logged prediction has this request id.',
          hint: 'Rows of a batch have ids of their own.',
        });
      }
      const feedback = await store.feedback.forRequest(request);
      return {
        ...record,
        features: JSON.parse(record.features) as object,
        details: record.details === null ? null : (JSON.parse(record.details) as object),
        feedback: feedback.map(({ id, outcome, at, by, note }) => ({ id, outcome, at, by, note })),
      };
    },
  });
  addRecord('admin', 'GET /audit', {
    summary: 'Who changed what, newest first',
    querystring: AuditQuery,
    reply: AuditReply,
    async answer({ query: { cursor, limit, ...filter } }) {
      const page = { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
      const { items, next } = await store.audit.list(filter, page);
      return { entries: items, next };
    },
  });
}
