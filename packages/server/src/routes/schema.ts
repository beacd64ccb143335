import { FreeObject, ModelParams } from '@verdict/contracts';
import type { FastifyInstance } from 'fastify';
import { featuresSchema } from '../scoring/features-schema.ts';
import type { Service } from '../service.ts';
import { addRoute } from './route.ts';

/** `GET /models/{model}/schema`: what the features of a model may be, as JSON Schema. */
export function addFeaturesSchema(app: FastifyInstance, service: Service): void {
  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model/schema',
    needed: 'predict',
    schema: {
      summary: 'The features that a model takes, as JSON Schema',
      tags: ['scoring'],
      params: ModelParams,
      response: { 200: FreeObject },
    },
    async handler(request) {
      const { model } = request.params as { model: string };
      const { served } = await service.models.resolve({ model });
      return featuresSchema(served.bundle);
    },
  });
}
