import { PredictReply, PredictRequest } from '@verdict/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../http/refusal.ts';
import { stateOf } from '../http/request-state.ts';
import type { Features } from '../scoring/feature-check.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Scored } from '../scoring/served-model.ts';
import type { Service } from '../service.ts';
import { answeringModel } from './answering-model.ts';
import { addRoute } from './route.ts';
import { logRecord, predictReply } from './scoring-reply.ts';

/** `POST /predict`: one row. */
export function addPredict(app: FastifyInstance, service: Service): void {
  const { log } = service;

  const answer = (
    body: PredictRequest,
    resolved: Resolved,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void => {
    const { served } = resolved;
    const state = stateOf(request);
    const scored = scoreRow(service, resolved, body.features, 'features.');
    const written =
      log.mode === 'off'
        ? undefined
        : log.write(
            logRecord(scored, resolved, {
              requestId: state.id,
              at: service.now(),
              key: state.key?.id ?? null,
              features: body.features,
            }),
          );
    if (written === undefined) {
      reply.send(predictReply(scored, served, state.id));
      return;
    }
    written.then(
      (id) => {
        // Its own id had been used before.
        if (id !== state.id) reply.header('x-request-id', id);
        return reply.send(predictReply(scored, served, id));
      },
      (error: unknown) => reply.send(error),
    );
  };

  addRoute(app, service, {
    method: 'POST',
    url: '/predict',
    needed: 'predict',
    schema: {
      summary: 'Score one row',
      tags: ['scoring'],
      body: PredictRequest,
      response: { 200: PredictReply },
    },
    handler(request, reply) {
      const body = request.body as PredictRequest;
      const resolved = answeringModel(service, request, body);
      if (!(resolved instanceof Promise)) return answer(body, resolved, request, reply);
      resolved
        .then((later) => answer(body, later, request, reply))
        .catch((error: unknown) => reply.send(error));
    },
  });
}

/** Scores a row and counts it. @throws Refusal */
export function scoreRow(service: Service, { served }: Resolved, features: Features, prefix: string): Scored {
  try {
    const scored = served.score(features, prefix);
    service.metrics.predicted(served, scored.score.decision, scored.warnings);
    return scored;
  } catch (error) {
    if (error instanceof Refusal) service.metrics.refused(served);
    throw error;
  }
}
