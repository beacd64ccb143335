import type { FastifyInstance } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Needed } from '../http/entrance.ts';
import { actorOf } from '../http/request-state.ts';
import type { Service } from '../service.ts';
import { addRoute } from './route.ts';
import type { RouteOptions } from './route.ts';

/** A request as its schemas have checked it. */
interface Asked<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
  /** Who asks, for the history of changes. */
  readonly by: string;
}

interface RegistryRoute<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly querystring?: Q;
  readonly body?: B;
  readonly reply: TSchema;
  answer(asked: Asked<P, Q, B>): Promise<object>;
}

/**
 * Adds routes that ask the store something or change something in it: registry, keys and log have this one shape.
 *
 * @param tag what the page about the interface lists them under
 */
export function registryRoutes(app: FastifyInstance, service: Service, tag: string) {
  return <P extends TSchema, Q extends TSchema, B extends TSchema>(
    needed: Needed,
    place: `${RouteOptions['method']} /${string}`,
    { reply, answer, ...schema }: RegistryRoute<P, Q, B>,
  ): void => {
    const [method, url] = place.split(' ') as [RouteOptions['method'], string];
    addRoute(app, service, {
      method,
      url,
      needed,
      schema: { ...schema, tags: [tag], response: { 200: reply } },
      handler: async (request) =>
        answer({
          params: request.params as Static<P>,
          query: request.query as Static<Q>,
          body: request.body as Static<B>,
          by: actorOf(request),
        }),
    });
  };
}
