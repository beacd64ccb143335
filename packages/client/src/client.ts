import { ask } from './transport.ts';
import type { CallOptions, ClientOptions } from './transport.ts';
import type {
  BatchReply,
  ExplainReply,
  Features,
  FeedbackReply,
  FeedbackRequest,
  HealthReply,
  ModelsReply,
  PredictReply,
} from './wire.ts';

/** Which model is asked; without any of these the service's default one. */
export interface ModelChoice {
  readonly model?: string;
  /** Default: `champion`. */
  readonly alias?: string;
  /** One version, whatever aliases say. */
  readonly version?: string;
}

/** What is asked of a service about one model. */
export interface Client<Row> {
  /** Scores one row. */
  predict(features: Row, options?: CallOptions): Promise<PredictReply>;
  /** Scores rows, at most 10,000 at once; the answers are in their order. */
  predictBatch(rows: readonly Row[], options?: CallOptions): Promise<BatchReply>;
  /** Scores one row and says why. @param options.reasons most reasons of either direction; default 4 */
  explain(features: Row, options?: CallOptions & { readonly reasons?: number }): Promise<ExplainReply>;
  /** Tells what really happened, by the id of the prediction; late or again. */
  feedback(feedback: FeedbackRequest, options?: CallOptions): Promise<FeedbackReply>;
  health(options?: CallOptions): Promise<HealthReply>;
  /** The models of the registry and where their aliases point. */
  models(options?: CallOptions): Promise<ModelsReply>;
}

/**
 * A client of Verdict's service. It needs nothing but `fetch`, so it runs in Node.js and in browsers.
 *
 * Every method rejects with `ServiceError`. When the service says that it is busy, it is asked again after the time
 * that it names.
 *
 * @typeParam Row what rows must look like to compile: `createClient<ChurnFeatures>(…)` with the type that
 * `verdict types` has written; default: values by column name
 * @example
 * const client = createClient<ChurnFeatures>({ url: 'http://127.0.0.1:8000', key: process.env.VERDICT_KEY });
 * const { label, probability, requestId } = await client.predict(customer);
 */
export function createClient<Row extends Readonly<Record<string, unknown>> = Features>(
  options: ClientOptions & ModelChoice,
): Client<Row> {
  const { model, alias, version } = options;
  const choice = {
    ...(model === undefined ? {} : { model }),
    ...(alias === undefined ? {} : { alias }),
    ...(version === undefined ? {} : { version }),
  };
  return {
    predict: (features, call) => ask(options, 'POST', '/predict', { features, ...choice }, call),
    predictBatch: (rows, call) => ask(options, 'POST', '/predict/batch', { rows, ...choice }, call),
    explain: (features, { reasons, ...call } = {}) =>
      ask(
        options,
        'POST',
        '/explain',
        { features, ...choice, ...(reasons === undefined ? {} : { reasons }) },
        call,
      ),
    feedback: (feedback, call) => ask(options, 'POST', '/feedback', feedback, call),
    health: (call) => ask(options, 'GET', '/health', undefined, call),
    models: (call) => ask(options, 'GET', '/models', undefined, call),
  };
}
