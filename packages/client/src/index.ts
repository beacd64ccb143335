export { createClient } from './client.ts';
export type { Client, ModelChoice } from './client.ts';
export { ServiceError } from './errors.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
export type {
  BatchReply,
  ErrorReply,
  ExplainReply,
  Features,
  FeatureValue,
  FeedbackReply,
  FeedbackRequest,
  HealthReply,
  ModelsReply,
  PredictReply,
  Problem,
  Reason,
  RowReply,
  ServedModel,
  Warning,
} from './wire.ts';
