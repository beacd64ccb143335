import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Collects the routes that follow into an OpenAPI 3.1 document; call it before they are added. */
export async function collectDocument(app: FastifyInstance, version: string, keys: boolean): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Verdict',
        description: 'A decision service: models that say yes or no, with a probability and with reasons.',
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'scoring', description: 'Score rows, explain them, tell what really happened.' },
        { name: 'registry', description: 'Models, their versions and aliases, and who moved what.' },
        { name: 'health', description: 'For whatever watches the server.' },
        { name: 'operations', description: 'Keys, metrics, the trail of changes.' },
        {
          name: 'Open Inference Protocol',
          description: 'Version 2, as KServe, Triton and MLServer speak it.',
        },
        { name: 'MLflow', description: "As MLflow's scoring server speaks it." },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer KEY' },
          header: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
      ...(keys ? { security: [{ bearer: [] }, { header: [] }] } : {}),
    },
  });
}

/** `/docs`: the document as a page whose parts all come from this server, and `/docs/json`. */
export async function addDocsPage(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('x-content-type-options', 'nosniff');
      reply.header('x-frame-options', 'DENY');
      reply.header('referrer-policy', 'no-referrer');
    });
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      // From this server alone; without TLS nothing can be upgraded.
      transformStaticCSP: (policy) =>
        policy
          .replace(/ ?upgrade-insecure-requests;?/, '')
          .replaceAll(/ (?:https:|validator\.swagger\.io)/g, ''),
      theme: { title: 'Verdict' },
      uiConfig: { deepLinking: true, tryItOutEnabled: false },
    });
  });
}
