import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.ts';
import { addRoute, textReply } from './route.ts';

/** `GET /metrics`, for Prometheus. @param collect the text of all processes of this server */
export function addMetrics(app: FastifyInstance, service: Service, collect: () => Promise<string>): void {
  addRoute(app, service, {
    method: 'GET',
    url: '/metrics',
    needed: 'read',
    schema: {
      summary: 'Metrics for Prometheus',
      tags: ['operations'],
      response: { 200: textReply('text/plain', 'Text format of Prometheus, version 0.0.4.') },
    },
    async handler(_request, reply) {
      reply.header('content-type', service.metrics.registry.contentType);
      return collect();
    },
  });
}
