export { ErrorReply, Problem } from './errors.ts';
export { ContributionReply, ExplainReply, ExplainRequest, Reason } from './explanation.ts';
export { FeedbackReply, FeedbackRequest } from './feedback.ts';
export { HealthReply, LiveReply, ReadyReply, ServedModel } from './health.ts';
export { KeyBody, KeyParams, KeyReply, KeyRole, KeysReply, NewKeyReply, RotateBody } from './keys.ts';
export { InvocationsError, InvocationsReply, InvocationsRequest } from './mlflow.ts';
export {
  AliasName,
  FreeObject,
  ModelName,
  Moment,
  RequestId,
  VersionName,
  requestIdPattern,
} from './names.ts';
export {
  InferReply,
  InferRequest,
  InferTensor,
  InferenceError,
  InferenceModelMetadata,
  InferenceModelReady,
  ServerLive,
  ServerMetadata,
  ServerReady,
  TensorMetadata,
} from './open-inference.ts';
export {
  BatchReply,
  BatchRequest,
  FeatureValue,
  Features,
  ModelChoice,
  ModelQuery,
  PredictReply,
  PredictRequest,
  RowReply,
  Warning,
  mostBatchRows,
} from './prediction.ts';
export {
  AliasParams,
  AliasReply,
  AuditQuery,
  AuditReply,
  HistoryQuery,
  HistoryReply,
  ModelParams,
  ModelReply,
  ModelsReply,
  MoveBody,
  MoveReply,
  PredictionReply,
  PromoteReply,
  ReasonBody,
  RequestParams,
  RequestReply,
  RequestsReply,
  RunParams,
  RunReply,
  RunsQuery,
  RunsReply,
  VersionParams,
  VersionReply,
  VersionsReply,
} from './registry.ts';
