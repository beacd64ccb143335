import { setTimeout as sleep } from 'node:timers/promises';
import { FeedbackReply, FeedbackRequest } from '@verdict/contracts';
import type { FastifyInstance } from 'fastify';
import { Refusal, shown } from '../http/refusal.ts';
import { actorOf, stateOf } from '../http/request-state.ts';
import type { Service } from '../service.ts';
import { addRoute } from './route.ts';

/** What became of a prediction, as the store keeps it. */
export interface FeedbackRecord {
  readonly id: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly at: number;
  readonly by: string;
  readonly note: string | null;
}

/** Where feedback goes, and where the predictions are that it speaks of. */
export interface FeedbackSink {
  prediction(requestId: string): Promise<{ readonly model: string; readonly version: number } | undefined>;
  append(
    records: readonly FeedbackRecord[],
  ): Promise<{ readonly known: readonly string[]; readonly conflicts: readonly string[] }>;
  /** What was told of a prediction. */
  forRequest(requestId: string): Promise<readonly FeedbackRecord[]>;
}

/** Milliseconds until a prediction that was answered before it was logged is in the log. */
const LOG_DELAY = 400;

/** `POST /feedback`: what became of a prediction. */
export function addFeedback(app: FastifyInstance, service: Service, sink: FeedbackSink | undefined): void {
  addRoute(app, service, {
    method: 'POST',
    url: '/feedback',
    needed: 'predict',
    schema: {
      summary: 'Tell what really happened',
      description:
        'For a logged prediction, by its request id (of a row of a batch: that of the row). It may come late and more than once: all are kept, the last one counts.',
      tags: ['scoring'],
      body: FeedbackRequest,
      response: { 200: FeedbackReply },
    },
    async handler(request): Promise<FeedbackReply> {
      if (sink === undefined) {
        throw new Refusal(
          409,
          'NO_STORE',
          'This server keeps no log of predictions: it was started without a store.',
        );
      }
      const body = request.body as FeedbackRequest;
      const state = stateOf(request);
      let prediction = await sink.prediction(body.requestId);
      if (prediction === undefined && service.log.mode === 'async') {
        await sleep(LOG_DELAY);
        prediction = await sink.prediction(body.requestId);
      }
      if (prediction === undefined) {
        throw new Refusal(404, 'PREDICTION_NOT_FOUND', 'No logged prediction has this request id.');
      }
      const record: FeedbackRecord = {
        id: body.id ?? state.id,
        requestId: body.requestId,
        outcome: await labelOf(service, prediction, body.outcome),
        at: body.at ?? service.now(),
        by: actorOf(request),
        note: body.note ?? null,
      };
      const { known, conflicts } = await sink.append([record]);
      const isKnown = known.length > 0 || (conflicts.length > 0 && (await isRepeated(sink, record, body)));
      if (conflicts.length > 0 && !isKnown) {
        throw new Refusal(409, 'CONFLICT', 'Another message has this id already.');
      }
      return { requestId: record.requestId, id: record.id, outcome: record.outcome, known: isKnown };
    },
  });
}

/** True if the message is there already, but for the time, which it leaves to the server. */
async function isRepeated(
  sink: FeedbackSink,
  { id, requestId, outcome, by, note }: FeedbackRecord,
  { at }: FeedbackRequest,
): Promise<boolean> {
  if (at !== undefined) return false;
  const kept = (await sink.forRequest(requestId)).find((one) => one.id === id);
  return kept !== undefined && kept.outcome === outcome && kept.by === by && kept.note === note;
}

/** The label that an outcome means. @throws Refusal */
async function labelOf(
  { models }: Service,
  { model, version }: { readonly model: string; readonly version: number },
  outcome: FeedbackRequest['outcome'],
): Promise<string> {
  const { served } = await models.resolve({ model, version: String(version) });
  const { positive, negative } = served.bundle.decision.labels;
  if (outcome === positive || outcome === negative) return outcome;
  if (outcome === true || outcome === 1) return positive;
  if (outcome === false || outcome === 0) return negative;
  const text = String(outcome);
  if (text === positive || text === negative) return text;
  const expected = `${JSON.stringify(positive)} or ${JSON.stringify(negative)}, 1 or 0, true or false`;
  const problem = {
    field: 'outcome',
    message: `outcome must be ${expected}, got ${shown(outcome)}.`,
    expected,
    got: shown(outcome),
  };
  throw new Refusal(422, 'INVALID_OUTCOME', problem.message, { problems: [problem] });
}
