export { defaultDataDir, openStore, sqliteFile } from './open-store.ts';
export type { StoreOptions, StoreWorld } from './open-store.ts';
export { openArtifacts } from './artifacts/artifacts.ts';
export type { Artifacts, ArtifactsOptions, BundleFiles } from './artifacts/artifacts.ts';
export type { BlobEntry, Blobs } from './artifacts/blobs.ts';
export type { S3Options } from './artifacts/s3-client.ts';
export { processChannel, threadChannel } from './remote/channel.ts';
export type { Channel } from './remote/channel.ts';
export { awaitServers } from './registry/await-servers.ts';
export type { AwaitServersOptions, Served } from './registry/await-servers.ts';
export { collectGarbage } from './registry/collect-garbage.ts';
export type { Collected, CollectOptions } from './registry/collect-garbage.ts';
export { exportModel } from './registry/export-model.ts';
export type { ExportOptions } from './registry/export-model.ts';
export { importModel } from './registry/import-model.ts';
export type { ImportOptions } from './registry/import-model.ts';
export { registerModel } from './registry/register-model.ts';
export type { Registry } from './registry/register-model.ts';
export { fromFault, toFault } from './remote/faults.ts';
export type { Fault } from './remote/faults.ts';
export { serveStore } from './remote/serve-store.ts';
export { connectStore, openStoreThread } from './store-thread.ts';
export { runStates } from './records/runs.ts';
export type { NewRun, Run, RunFilter, RunOutcome, RunState } from './records/runs.ts';
export type { Json, JsonObject, Millis } from './records/json.ts';
export { keyRoles } from './records/keys.ts';
export type { Key, KeyRole, KeyRotation, NewKey } from './records/keys.ts';
export type {
  Appended,
  AuditEntry,
  AuditFilter,
  AuditRecord,
  FeedbackEntry,
  FeedbackFilter,
  FeedbackRecord,
  Outcome,
  Page,
  PageOptions,
  PredictionFilter,
  PredictionRecord,
  Pruned,
  PruneOptions,
} from './records/log.ts';
export { moveKinds, requestStates } from './records/models.ts';
export type {
  AliasMove,
  AliasPolicy,
  AliasState,
  Garbage,
  GarbageOptions,
  Model,
  MoveKind,
  MoveRequest,
  NewMove,
  NewVersion,
  Registered,
  RequestState,
  Version,
} from './records/models.ts';
export type { Beat, LoadFailure } from './records/servers.ts';
export type {
  Audit,
  Feedback,
  Keys,
  Models,
  Predictions,
  Runs,
  Servers,
  Store,
  StoreDescription,
} from './store.ts';
export { uuidV7 } from './uuid.ts';
