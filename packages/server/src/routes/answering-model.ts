import type { FastifyRequest } from 'fastify';
import { stateOf } from '../http/request-state.ts';
import type { ModelChoice, Resolved } from '../scoring/model-table.ts';
import type { Service } from '../service.ts';

/**
 * The model that a request is answered by as a whole: held until the reply is over, so that no reply by a model that
 * has been replaced comes after the switch is reported. Called when the body has arrived.
 *
 * @throws Refusal where there is none
 */
export function answeringModel(
  { models }: Service,
  request: FastifyRequest,
  choice: ModelChoice,
): Resolved | Promise<Resolved> {
  const resolved = models.resolve(choice);
  // What is loaded first is a version asked for by its number, which no switch replaces.
  if (!(resolved instanceof Promise)) stateOf(request).hold(resolved);
  return resolved;
}
