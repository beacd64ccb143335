import { HealthReply, LiveReply, ReadyReply } from '@verdict/contracts';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.ts';
import { addRoute } from './route.ts';

/** `/health`, `/health/live` and `/health/ready`: open to everybody, since what watches a server has no key. */
export function addHealth(app: FastifyInstance, service: Service): void {
  const { models, log } = service;
  const problems = (): string[] => [
    ...models.problems(),
    ...(log.isFailing ? ['Predictions cannot be logged: the store does not answer.'] : []),
    ...(models.isReady() ? [] : ['No model is loaded yet.']),
    ...(service.isStopping() ? ['The server is stopping.'] : []),
  ];

  addRoute(app, service, {
    method: 'GET',
    url: '/health/live',
    needed: 'open',
    schema: {
      summary: 'Is the process alive?',
      tags: ['health'],
      response: { 200: LiveReply },
    },
    handler: (_request, reply) => reply.send({ status: 'ok' }),
  });

  addRoute(app, service, {
    method: 'GET',
    url: '/health/ready',
    needed: 'open',
    schema: {
      summary: 'Should requests come here?',
      tags: ['health'],
      response: { 200: ReadyReply, 503: ReadyReply },
    },
    handler(_request, reply) {
      const ready = models.isReady() && !service.isStopping();
      const body: ReadyReply = { status: ready ? 'ok' : 'unavailable', problems: ready ? [] : problems() };
      if (!ready) reply.code(503).header('retry-after', '1');
      reply.send(body);
    },
  });

  addRoute(app, service, {
    method: 'GET',
    url: '/health',
    needed: 'open',
    schema: {
      summary: 'What is served, and what is wrong',
      tags: ['health'],
      response: { 200: HealthReply, 503: HealthReply },
    },
    handler(_request, reply) {
      const ready = models.isReady() && !service.isStopping();
      const found = problems();
      const body: HealthReply = {
        status: !ready ? 'unavailable' : found.length > 0 ? 'degraded' : 'ok',
        version: service.version,
        uptimeSeconds: Math.max(0, (service.now() - service.startedAt) / 1000),
        models: models
          .list()
          .map(({ served, alias }) => ({ model: served.model, alias, version: served.version })),
        log: log.mode,
        problems: found,
      };
      if (!ready) reply.code(503).header('retry-after', '1');
      reply.send(body);
    },
  });
}
