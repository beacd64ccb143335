import { ExplainReply, ExplainRequest } from '@verdict/contracts';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../http/refusal.ts';
import { stateOf } from '../http/request-state.ts';
import type { Service } from '../service.ts';
import { answeringModel } from './answering-model.ts';
import { addRoute } from './route.ts';
import { predictReply } from './scoring-reply.ts';

const DEFAULT_REASONS = 4;

/** `POST /explain`: why a row gets the score that it gets. It is not logged as a prediction. */
export function addExplain(app: FastifyInstance, service: Service): void {
  addRoute(app, service, {
    method: 'POST',
    url: '/explain',
    needed: 'predict',
    schema: {
      summary: 'Explain one row',
      description:
        "What each column contributes to the row's log odds, and the strongest reasons in words. The row is scored as by `POST /predict`, but not logged.",
      tags: ['scoring'],
      body: ExplainRequest,
      response: { 200: ExplainReply },
    },
    async handler(request): Promise<ExplainReply> {
      const body = request.body as ExplainRequest;
      const { served } = await answeringModel(service, request, body);
      try {
        const explained = served.explain(body.features, 'features.', body.reasons ?? DEFAULT_REASONS);
        const { margin, bias, contributions, reasons } = explained;
        return {
          ...predictReply(explained, served, stateOf(request).id),
          margin,
          bias,
          contributions,
          reasons: { raising: [...reasons.raising], lowering: [...reasons.lowering] },
        };
      } catch (error) {
        if (error instanceof Refusal) service.metrics.refused(served);
        throw error;
      }
    },
  });
}
